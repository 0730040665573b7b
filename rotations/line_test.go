package rotations

import (
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"ana":                            "ana",
		" \tana\r\n b\u2028c\u00a0d ":    "ana b c d",
		"a\u202eb\u2066c\u200bd\x00\x1b": "abcd",
		"e\xffve\ufffe":                  "e\uFFFDve",
		strings.Repeat("ä", 10):          strings.Repeat("ä", 10),
		strings.Repeat("ä", 11):          strings.Repeat("ä", 9) + "…",
		"":                               "",
	} {
		if got := Line(in, 10); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
