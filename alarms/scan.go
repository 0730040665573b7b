package alarms

import "strings"

// The scanner takes for JSON what encoding/json does, to the byte, but reads a text
// once: while it checks it, it counts how deeply the text is nested and notes the
// members or elements of the outermost value. Each function returns the place after
// what it read, or amiss.

// amiss is the place after what is not JSON, or nested too deeply.
const amiss = -1

// scanValue reads the value that begins at i. levels is how many objects and arrays
// may stand in each other there.
func scanValue(s string, i, levels int) int {
	switch at(s, i) {
	case '"':
		return scanString(s, i)
	case '{':
		return scanObject(s, i, levels, nil)
	case '[':
		return scanArray(s, i, levels, nil)
	case 't':
		return scanWord(s, i, "true")
	case 'f':
		return scanWord(s, i, "false")
	case 'n':
		return scanWord(s, i, "null")
	}
	return scanNumber(s, i)
}

// scanObject reads an object, and appends its members to found unless that is nil.
func scanObject(s string, i, levels int, found *fields) int {
	if levels == 0 || at(s, i) != '{' {
		return amiss
	}
	if i = skipSpace(s, i+1); at(s, i) == '}' {
		return i + 1
	}
	for {
		name := i
		if i = scanString(s, i); i < 0 {
			return amiss
		}
		nameEnd := i
		if i = skipSpace(s, i); at(s, i) != ':' {
			return amiss
		}
		value := skipSpace(s, i+1)
		if i = scanValue(s, value, levels-1); i < 0 {
			return amiss
		}
		if found != nil {
			known, _ := unquote(s[name:nameEnd])
			*found = append(*found, member{known, s[value:i]})
		}
		switch i = skipSpace(s, i); at(s, i) {
		case ',':
			i = skipSpace(s, i+1)
		case '}':
			return i + 1
		default:
			return amiss
		}
	}
}

// scanArray reads an array, and appends its elements to found unless that is nil.
func scanArray(s string, i, levels int, found *[]string) int {
	if levels == 0 || at(s, i) != '[' {
		return amiss
	}
	if i = skipSpace(s, i+1); at(s, i) == ']' {
		return i + 1
	}
	for {
		value := i
		if i = scanValue(s, i, levels-1); i < 0 {
			return amiss
		}
		if found != nil {
			*found = append(*found, s[value:i])
		}
		switch i = skipSpace(s, i); at(s, i) {
		case ',':
			i = skipSpace(s, i+1)
		case ']':
			return i + 1
		default:
			return amiss
		}
	}
}

// ordinary are the bytes of a string that need no second look.
var ordinary = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return table
}()

// scanString reads a string. Like encoding/json it lets bytes pass that are no UTF-8.
func scanString(s string, i int) int {
	if at(s, i) != '"' {
		return amiss
	}
	for i++; i < len(s); i++ {
		if ordinary[s[i]] {
			continue
		}
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		default:
			return amiss
		}
		switch at(s, i) {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			if _, ok := hex4(s, i+1); !ok {
				return amiss
			}
		default:
			return amiss
		}
	}
	return amiss
}

// hex4 reads the four digits of a \u.
func hex4(s string, i int) (rune, bool) {
	if len(s)-i < 4 {
		return 0, false
	}
	var n rune
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			n = n<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

func scanNumber(s string, i int) int {
	if at(s, i) == '-' {
		i++
	}
	if at(s, i) == '0' {
		i++ // no digit may follow
	} else if i = scanDigits(s, i); i < 0 {
		return amiss
	}
	if at(s, i) == '.' {
		if i = scanDigits(s, i+1); i < 0 {
			return amiss
		}
	}
	if at(s, i)|0x20 != 'e' {
		return i
	}
	if i++; at(s, i) == '+' || at(s, i) == '-' {
		i++
	}
	return scanDigits(s, i)
}

// scanDigits reads one digit or more.
func scanDigits(s string, i int) int {
	first := i
	for '0' <= at(s, i) && at(s, i) <= '9' {
		i++
	}
	if i == first {
		return amiss
	}
	return i
}

func scanWord(s string, i int, word string) int {
	if !strings.HasPrefix(s[i:], word) {
		return amiss
	}
	return i + len(word)
}

func skipSpace(s string, i int) int {
	for i < len(s) && s[i] <= ' ' && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// at returns the byte at i; after the end of a text 0, which JSON has nowhere.
func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}
