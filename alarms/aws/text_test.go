package aws

import "testing"

func TestTextsAreCleaned(t *testing.T) {
	tests := []struct{ in, line, block string }{
		{"plain", "plain", "plain"},
		{" a\tb\r\nc\rd ", "a b c d", "a\tb\nc\nd"},
		{"a\x00b\x1bc\x7fd\u0085e", "abcd e", "abcd\ne"},
		{"\u202eevil\u202c \u2066x\u2069", "evil x", "evil x"},
		{"zero\u200bwidth\ufeff", "zerowidth", "zerowidth"},
		{"a\u2028b\u2029c", "a b c", "a\nb\nc"},
		{"\xff\xfe", "\uFFFD", "\uFFFD"},
		{"👩\u200d🚀 família", "👩\u200d🚀 família", "👩\u200d🚀 família"},
		{"<!channel> <b>&amp;", "<!channel> <b>&amp;", "<!channel> <b>&amp;"}, // escaping is the business of who shows it
	}
	for _, tt := range tests {
		if got := Line(tt.in, 100); got != tt.line {
			t.Errorf("Line(%q) = %q, want %q", tt.in, got, tt.line)
		}
		if got := Block(tt.in, 100); got != tt.block {
			t.Errorf("Block(%q) = %q, want %q", tt.in, got, tt.block)
		}
	}
}
