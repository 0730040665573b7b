package markdown

import (
	"fmt"
	"strings"
	"testing"
)

func TestFit(t *testing.T) {
	size := func(string) int { return 1 }
	omitted := func(n int) string { return fmt.Sprint("-", n) }
	rows := strings.Split("abcdefgh", "")
	for limit, want := range map[int]string{8: "abcdefgh", 9: "abcdefgh", 7: "abcd-1fgh", 4: "ab-4gh", 1: "a-7", 0: "-8"} {
		if got := strings.Join(fit(rows, limit, size, omitted), ""); got != want {
			t.Errorf("fit to %d: %s, want %s", limit, got, want)
		}
	}
}
