package alarms

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fields are the members of a JSON object under their exact names. A struct would
// not do: encoding/json also takes "message" for a field named Message, so that a
// second member could replace the one that was signed. Of repeated names the last
// one counts.
type fields []member

// member is a name and the JSON of its value. Both are parts of the text they were
// read from, so that nothing is copied.
type member struct{ name, value string }

// members takes a text apart that is a JSON object within [maxNesting]. Any other has
// no members: that is nil, while those of {} are none.
func members(text string) fields {
	begin := skipSpace(text, 0)
	if at(text, begin) != '{' {
		return nil
	}
	found := make(fields, 0, min(len(text)/24+1, 16))
	if end := scanObject(text, begin, maxNesting, &found); !isEnd(text, end) {
		return nil
	}
	return found
}

// elements takes a JSON array apart, as members does an object.
func elements(text string) []string {
	var found []string
	if end := scanArray(text, skipSpace(text, 0), maxNesting, &found); !isEnd(text, end) {
		return nil
	}
	return found
}

// isEnd reports whether something was read, and nothing stands after it.
func isEnd(text string, place int) bool { return place >= 0 && skipSpace(text, place) == len(text) }

// nesting returns how deeply objects and arrays are nested in a text, which need not
// be JSON.
func nesting(text []byte) int {
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

// unquote decodes a JSON string, invalid UTF-8 as encoding/json does. It reports
// false for other values. What is rare is left to encoding/json.
func unquote(raw string) (string, bool) {
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

func unquoteSlowly(raw string) (string, bool) {
	var s string
	err := json.Unmarshal([]byte(raw), &s)
	return s, err == nil
}

// get returns the JSON of a member; empty if there is none of that name.
func (f fields) get(name string) string {
	for _, m := range slices.Backward(f) {
		if m.name == name {
			return m.value
		}
	}
	return ""
}

// distinct returns the members by name, of repeated names the one that counts.
func (f fields) distinct() fields {
	sorted := slices.Clone(f)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(sorted, func(a, b member) bool { return a.name == b.name })
}

// has reports whether there is a member of that name that is not null.
func (f fields) has(name string) bool {
	raw := f.get(name)
	return raw != "" && raw != "null"
}

// text returns a member that is a string; empty if it is absent or something else.
func (f fields) text(name string) string {
	s, _ := unquote(f.get(name))
	return s
}

// object returns the members of a member that is an object; nil if it is not.
func (f fields) object(name string) fields { return members(f.get(name)) }

// list returns the elements of a member that is an array.
func (f fields) list(name string) []string { return elements(f.get(name)) }

// number returns a member that is a number, also one that is written as a string.
func (f fields) number(name string) (float64, bool) {
	raw := f.get(name)
	if raw == "" {
		return 0, false
	}
	s, ok := unquote(raw)
	if !ok {
		s = raw
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// whole returns a member that is a number, cut to an int; 0 if it is none.
func (f fields) whole(name string) int {
	n, ok := f.number(name)
	if !ok || n != n || n > 1<<31 || n < -1<<31 {
		return 0
	}
	return int(n)
}

// is reports whether a member is the word true.
func (f fields) is(name string) bool { return f.get(name) == "true" }
