package typed

import (
	"slices"
	"testing"
)

// TestSpelt: a name is found in other letters if only one is meant.
func TestSpelt(t *testing.T) {
	for said, want := range map[string]string{"web": "web", "WEB": "WEB", "Web": "", "db": "Db", "dB": "Db", "x": ""} {
		if got, ok := Spelt(slices.Values([]string{"web", "WEB", "Db"}), said); got != want || ok != (want != "") {
			t.Errorf("%q is %q", said, got)
		}
	}
}
