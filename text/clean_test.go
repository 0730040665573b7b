package text

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestHiddenASCII holds that what is answered without the tables is what they say.
func TestHiddenASCII(t *testing.T) {
	for r := range rune(utf8.RuneSelf) {
		if want := unicode.In(r, unicode.Cc, unicode.Cf); Hidden(r) != want {
			t.Errorf("%q: %v, want %v", r, !want, want)
		}
	}
}
