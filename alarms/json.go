package alarms

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fields are the members of a JSON object under their exact names. A struct would
// not do: encoding/json also takes "message" for a field named Message, so that a
// second member could replace the one that was signed. Of repeated names the last
// one counts. The values are JSON, and parts of the text they were read from.
type fields map[string]json.RawMessage

// members takes a JSON object apart. The text must be valid JSON; anything but an
// object has no members.
func members(text []byte) fields {
	i := skipSpace(text, 0)
	if i >= len(text) || text[i] != '{' {
		return nil
	}
	found := make(fields, 16)
	for i++; ; i++ { // past the brace, later past a comma
		i = skipSpace(text, i)
		if i >= len(text) || text[i] != '"' {
			return found
		}
		end := skipString(text, i)
		name, _ := unquote(text[i:end])
		i = skipSpace(text, skipSpace(text, end)+1) // past the colon
		end = skipValue(text, i)
		if end <= i {
			return found
		}
		found[name] = text[i:end:end]
		i = skipSpace(text, end)
		if i >= len(text) || text[i] != ',' {
			return found
		}
	}
}

// elements takes a JSON array apart, as members does an object.
func elements(text []byte) []json.RawMessage {
	i := skipSpace(text, 0)
	if i >= len(text) || text[i] != '[' {
		return nil
	}
	var found []json.RawMessage
	for i++; ; i++ {
		i = skipSpace(text, i)
		end := skipValue(text, i)
		if end <= i {
			return found
		}
		found = append(found, text[i:end:end])
		i = skipSpace(text, end)
		if i >= len(text) || text[i] != ',' {
			return found
		}
	}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the place after the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// skipValue returns the place after the value that begins at i; i itself if there
// is none.
func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			if depth > 0 || i < len(b) && !endsValue(b[i]) {
				continue
			}
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

func endsValue(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\n', '\t', '\r':
		return true
	}
	return false
}

// nesting returns how deeply objects and arrays are nested in a text, which need not
// be JSON.
func nesting(b []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
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
// false for other values. The texts inside alarms are full of \" and of nothing
// else, so the common case is done here and the rest by encoding/json.
func unquote(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return "", false
	}
	in := raw[1 : len(raw)-1]
	if !utf8.Valid(in) {
		return unquoteSlowly(raw)
	}
	next := bytes.IndexByte(in, '\\')
	if next < 0 {
		return string(in), true
	}
	var out strings.Builder
	out.Grow(len(in))
	for next >= 0 && next+1 < len(in) {
		out.Write(in[:next])
		c := in[next+1]
		switch c {
		case '"', '\\', '/':
		case 'n':
			c = '\n'
		case 't':
			c = '\t'
		default:
			return unquoteSlowly(raw)
		}
		out.WriteByte(c)
		in = in[next+2:]
		next = bytes.IndexByte(in, '\\')
	}
	out.Write(in)
	return out.String(), true
}

func unquoteSlowly(raw []byte) (string, bool) {
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// has reports whether there is a member of that name that is not null.
func (f fields) has(name string) bool {
	raw, ok := f[name]
	return ok && string(raw) != "null"
}

// text returns a member that is a string; empty if it is absent or something else.
func (f fields) text(name string) string {
	s, _ := unquote(f[name])
	return s
}

// object returns the members of a member that is an object; nil if it is not.
func (f fields) object(name string) fields { return members(f[name]) }

// list returns the elements of a member that is an array.
func (f fields) list(name string) []json.RawMessage { return elements(f[name]) }

// number returns a member that is a number, also one that is written as a string.
func (f fields) number(name string) (float64, bool) {
	s, ok := unquote(f[name])
	if !ok {
		s = string(f[name])
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
func (f fields) is(name string) bool { return string(f[name]) == "true" }
