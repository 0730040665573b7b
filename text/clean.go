package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s without what could deceive a reader or break the place where it is shown. Line ends of every kind become
// "\n", tabs stay. The zero-width joiner and non-joiner stay, since scripts and emoji need them.
func Clean(s string) string {
	if tidy(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case endsLine(r):
			return '\n'
		case Hidden(r):
			return -1
		}
		return r
	}, s)
}

// Line returns s as one line: clean, with single spaces between words and none around them.
func Line(s string) string {
	if single(s) {
		return s
	}
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// Hidden reports whether a character has no place in a text: control characters, characters of format (those that turn the
// direction of writing, have no width, or are tags), letters that show nothing, and code points that are no characters.
func Hidden(r rune) bool {
	switch {
	case r < utf8.RuneSelf: // most are, and are asked for often
		return r < ' ' || r == 0x7f
	case r == '\u200c' || r == '\u200d': // the two joiners
		return false
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return true
	case r == '\u034f', r == '\u115f', r == '\u1160', r == '\u17b4', r == '\u17b5', r == '\u2800', r == '\u3164',
		r == '\uffa0':
		return true // letters and marks without a picture
	case r >= 0xE0000 && r <= 0xE0FFF:
		return true // tags, and variants of ideographs that fonts may ignore
	case r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return true // no characters; XML has no place for them
	}
	return false
}

// endsLine reports whether a control character or a separator begins a new line for those who show it.
func endsLine(r rune) bool {
	switch r {
	case '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// tidy is true for printable ASCII with line ends and tabs, which most texts are: there is nothing to clean.
func tidy(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// single is true for what is clean already, with single spaces between words: what [Line] would leave as it is.
func single(s string) bool {
	space := true // as if before the text
	for _, r := range s {
		switch {
		case r == ' ' && space, r < ' ', r == 0x7f, r == utf8.RuneError:
			return false
		case r >= utf8.RuneSelf && (unicode.IsSpace(r) || endsLine(r) || Hidden(r)):
			return false
		}
		space = r == ' '
	}
	return !space || s == ""
}

// Ellipsis marks where a text was cut.
const Ellipsis = "…"

// Units is how long a text is for who counts as JavaScript does, in UTF-16: a character of the astral planes, such as most emoji,
// counts twice. It is at least the number of its characters.
func Units(s string) (n int) {
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// Clip returns s with at most n characters, of which those count twice that do so in UTF-16 (see [Units]). The last one of a text that
// was cut is an [Ellipsis].
func Clip(s string, n int) string { return clip(s, n, units) }

// ClipRunes is [Clip] for limits of others who count each character once, as AWS does.
func ClipRunes(s string, n int) string { return clip(s, n, func(rune) int { return 1 }) }

func clip(s string, n int, units func(rune) int) string {
	if len(s) <= n {
		return s
	}
	count, cut := 0, 0 // cut is where the last character ends that may stay before an ellipsis
	for i, r := range s {
		if count < n {
			cut = i
		}
		if count += units(r); count > n {
			return s[:cut] + Ellipsis
		}
	}
	return s
}

// ClipBytes is [Clip] for a limit in bytes, which the ellipsis may exceed by its own three. It cuts between characters.
func ClipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + Ellipsis
}
