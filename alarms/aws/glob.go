package aws

import (
	"strings"
	"unicode/utf8"
)

// Glob reports whether a text fits a pattern. It goes back to the last * only, so the
// work is bounded by the product of the lengths.
func Glob(pattern, text string) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(text) {
		p, wide := utf8.DecodeRuneInString(pattern[i:]) // nothing is 0 wide
		t, size := utf8.DecodeRuneInString(text[j:])
		switch {
		case p == '*':
			star, mark = i, j
			i++
		case wide > 0 && (p == '?' || p == t):
			i += wide
			j += size
		case star >= 0:
			_, size = utf8.DecodeRuneInString(text[mark:])
			mark += size
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
