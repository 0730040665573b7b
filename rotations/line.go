package rotations

import (
	"strings"
	"unicode"
)

// Line makes one line of a text from outside, such as a name, for other programs to show: nothing in it breaks the line, hides,
// or turns the direction of reading. Of a longer one than so many characters the begin is left, with an ellipsis.
func Line(s string, longest int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\uFFFE', r == '\uFFFF': // XML has no place for the last two
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest-1]) + "…"
	}
	return s
}
