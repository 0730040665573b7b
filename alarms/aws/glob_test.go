package aws

import (
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a/b c", true}, {"a*", "a", true}, {"a*c", "abbc", true}, {"a*c", "abcd", false},
		{"*a*b*", "xaxbx", true}, {"?", "é", true}, {"?", "", false}, {"a?c", "abc", true}, {"a[b]c", "a[b]c", true}, {"a.c", "abc", false},
		{"*ab", "aab", true}, {"ab", "AB", false}, {`\*`, `\x`, true},
		{strings.Repeat("*a", 50), strings.Repeat("a", 5000) + "b", false}, // no blow-up
	}
	for _, tt := range tests {
		if got := Glob(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Glob(%q, %.20q) = %v", tt.pattern, tt.text, got)
		}
	}
}
