package alarms

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
		if got := line(tt.in, 100); got != tt.line {
			t.Errorf("line(%q) = %q, want %q", tt.in, got, tt.line)
		}
		if got := block(tt.in, 100); got != tt.block {
			t.Errorf("block(%q) = %q, want %q", tt.in, got, tt.block)
		}
	}
}

func TestCuts(t *testing.T) {
	for _, tt := range []struct {
		got, want string
	}{
		{clip("abc", 3), "abc"}, {clip("abcd", 3), "abc…"}, {clip("äöü", 3), "äöü"}, {clip("äöüß", 3), "äöü…"}, {clip("", 0), ""},
		{clipBytes("äöü", 6), "äöü"}, {clipBytes("äöü", 5), "äö…"}, {clipBytes("äöü", 1), "…"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}
