package scan

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Unquote decodes a JSON string, invalid UTF-8 as encoding/json does. It reports
// false for other values. What is rare is left to encoding/json.
func Unquote(raw string) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return "", false
	}
	in := raw[1 : len(raw)-1]
	if !utf8.ValidString(in) {
		return unquoteSlowly(raw)
	}
	next := strings.IndexByte(in, '\\')
	if next < 0 {
		return in, true
	}
	var out strings.Builder
	out.Grow(len(in))
	for ; next >= 0; next = strings.IndexByte(in, '\\') {
		out.WriteString(in[:next])
		switch c := at(in, next+1); c {
		case '"', '\\', '/':
			out.WriteByte(c)
		case 'n':
			out.WriteByte('\n')
		case 't':
			out.WriteByte('\t')
		case 'u':
			r, ok := hex4(in, next+2)
			if !ok || !utf8.ValidRune(r) { // one half of a pair
				return unquoteSlowly(raw)
			}
			out.WriteRune(r)
			next += 4
		default:
			return unquoteSlowly(raw)
		}
		in = in[next+2:]
	}
	out.WriteString(in)
	return out.String(), true
}

// unquoteSlowly leaves it to encoding/json: halves of surrogate pairs, and bytes that are no UTF-8.
func unquoteSlowly(raw string) (string, bool) {
	var s string
	err := json.Unmarshal([]byte(raw), &s)
	return s, err == nil
}

// IsCompact reports whether a text is JSON that [encoding/json.Compact] with HTMLEscape leaves as it is: nothing stands between its
// tokens, and nothing in its strings has to be escaped. It may say no to some that are: those with letters that begin with
// the same byte as U+2028.
func IsCompact(text string, levels int) bool {
	if Value(text, 0, levels) != len(text) {
		return false
	}
	inside := false // a string
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			inside = !inside
		case '\\':
			i++
		case '<', '>', '&', 0xE2:
			return false
		case ' ', '\t', '\n', '\r':
			if !inside {
				return false
			}
		}
	}
	return true
}

// Nesting returns how deeply objects and arrays are nested in a text, which need not
// be JSON. What stands in strings does not count.
func Nesting(text []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}
