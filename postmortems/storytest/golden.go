package storytest

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Golden compares what people read with a file, or writes it anew. anew is the flag -update of the test that calls it. A
// golden that was written anew is compared all the same, and passes: look at the difference in version control.
func Golden(t *testing.T, anew bool, file string, got []byte) {
	t.Helper()
	if anew {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", file, diff)
	}
}
