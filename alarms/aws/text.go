package aws

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is kept of texts from outside, in characters (runes). Names are cut
// where CloudWatch itself ends them.
const (
	MaxName        = 255
	MaxTitle       = 150
	MaxDescription = 2000
	MaxReason      = 1500
	MaxText        = 8000
	MaxARN         = 2000
	MaxValue       = 1024
	MaxRaw         = 16 << 10 // bytes
	MaxPairs       = 30
	MaxNesting     = 100 // of JSON
)

// ellipsis marks where a text was cut.
const ellipsis = "…"

// Line makes a text from outside fit for one line: without control and invisible
// characters and those that turn the direction of writing, valid UTF-8, at most limit
// characters and then "…".
func Line(s string, limit int) string {
	return Clip(strings.TrimSpace(clean(s, false)), limit)
}

// Block is line for a text of several lines.
func Block(s string, limit int) string {
	return Clip(strings.TrimSpace(clean(s, true)), limit)
}

// clean removes what has no place in a text. Line ends become spaces unless they are
// wanted.
func clean(s string, lines bool) string {
	if isPlain(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case r == '\r', r == 0x85, r == 0x2028, r == 0x2029, r == '\v', r == '\f':
			if lines {
				return '\n'
			}
			return ' '
		case unicode.Is(unicode.Cc, r):
			return -1
		case r == 0x200c || r == 0x200d: // joiners: scripts and emoji need them
			return r
		case unicode.Is(unicode.Cf, r): // bidi controls, zero width, tags
			return -1
		}
		return r
	}, s)
}

// isPlain reports whether a text is of printable ASCII alone, as most are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Clip cuts a text after limit characters and marks the place with "…".
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + ellipsis
		}
		n++
	}
	return s
}

// ClipBytes cuts a text to at most limit bytes, between characters, and marks the
// place.
func ClipBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + ellipsis
}

// FirstOf returns the first text that is not empty.
func FirstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
