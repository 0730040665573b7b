// Package scan reads JSON without copying it. It takes for JSON what encoding/json does, to the byte, but reads a text
// once: while it checks it, it counts how deeply the text is nested and notes the members or elements of the outermost
// value.
//
// Messages come from strangers, and most of a message is never looked at. What is listed are parts of the text itself, so
// the text stays in memory as long as one of them does.
//
// Functions that begin at a place return the place after what they read, or [Amiss]. They recurse once for each level,
// which the caller bounds.
package scan

import "strings"

// Amiss is the place after what is not JSON, or nested too deeply.
const Amiss = -1

// Most is how many members or elements are taken apart. What is listed of a text takes several times the memory of the text if
// its parts are tiny, and texts come from strangers.
const Most = 10_000

// A Member is a name and the JSON of its value. The value is a part of the text that it was read from, and so is the name
// unless it is escaped.
type Member struct{ Name, Value string }

// Members takes a text apart that is a JSON object, with so many levels of objects and arrays in each other at most, and [Most]
// members. Any other has no members: that is nil, while those of {} are none. Names may come more than once.
func Members(text string, levels int) []Member {
	begin := skipSpace(text, 0)
	if at(text, begin) != '{' {
		return nil
	}
	// a guess at how many there are; short texts need no second list
	found := make([]Member, 0, min(len(text)/24+1, 16))
	if end := scanObject(text, begin, levels, &found); !isEnd(text, end) {
		return nil
	}
	return found
}

// Elements takes a JSON array apart, as Members does an object.
func Elements(text string, levels int) []string {
	var found []string
	if end := scanArray(text, skipSpace(text, 0), levels, &found); !isEnd(text, end) {
		return nil
	}
	return found
}

// isEnd reports whether something was read, and nothing stands after it.
func isEnd(text string, place int) bool { return place >= 0 && skipSpace(text, place) == len(text) }

// Value reads the value that begins at i. levels is how many objects and arrays may stand in each other there. It checks
// the whole value.
func Value(s string, i, levels int) int {
	switch at(s, i) {
	case '"':
		return Text(s, i)
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
func scanObject(s string, i, levels int, found *[]Member) int {
	if levels == 0 || at(s, i) != '{' {
		return Amiss
	}
	if i = skipSpace(s, i+1); at(s, i) == '}' {
		return i + 1
	}
	for {
		name := i
		if i = Text(s, i); i < 0 {
			return Amiss
		}
		nameEnd := i
		if i = skipSpace(s, i); at(s, i) != ':' {
			return Amiss
		}
		value := skipSpace(s, i+1)
		if i = Value(s, value, levels-1); i < 0 {
			return Amiss
		}
		if found != nil && len(*found) == Most {
			return Amiss
		}
		if found != nil {
			known, _ := Unquote(s[name:nameEnd])
			*found = append(*found, Member{known, s[value:i]})
		}
		switch i = skipSpace(s, i); at(s, i) {
		case ',':
			i = skipSpace(s, i+1)
		case '}':
			return i + 1
		default:
			return Amiss
		}
	}
}

// scanArray reads an array, and appends its elements to found unless that is nil.
func scanArray(s string, i, levels int, found *[]string) int {
	if levels == 0 || at(s, i) != '[' {
		return Amiss
	}
	if i = skipSpace(s, i+1); at(s, i) == ']' {
		return i + 1
	}
	for {
		value := i
		if i = Value(s, i, levels-1); i < 0 {
			return Amiss
		}
		if found != nil && len(*found) == Most {
			return Amiss
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
			return Amiss
		}
	}
}

// ordinary are the bytes of a string that need no second look. A table is quicker than three comparisons, and nearly all
// bytes are ordinary.
var ordinary = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return table
}()

// Text reads the string that begins at i. Like encoding/json it lets bytes pass that are no UTF-8.
func Text(s string, i int) int {
	if at(s, i) != '"' {
		return Amiss
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
			return Amiss
		}
		switch at(s, i) {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			if _, ok := hex4(s, i+1); !ok {
				return Amiss
			}
		default:
			return Amiss
		}
	}
	return Amiss
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

// scanNumber reads a number as RFC 8259 has it: no leading zeros, and digits on both sides of a point.
func scanNumber(s string, i int) int {
	if at(s, i) == '-' {
		i++
	}
	if at(s, i) == '0' {
		i++ // no digit may follow
	} else if i = scanDigits(s, i); i < 0 {
		return Amiss
	}
	if at(s, i) == '.' {
		if i = scanDigits(s, i+1); i < 0 {
			return Amiss
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
		return Amiss
	}
	return i
}

// scanWord reads true, false or null.
func scanWord(s string, i int, word string) int {
	if !strings.HasPrefix(s[i:], word) {
		return Amiss
	}
	return i + len(word)
}

// skipSpace returns the place of the next byte that is no white space of JSON.
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
