package roles

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/oncalm/oncalm/incidents"
)

// A scrub walks what is stored of an event and puts roles in the place of people. It works on the bytes, since most texts tell of
// nobody: they are neither read nor written again. What it walks must be well-formed, as what it leaves is.
type scrub struct {
	cast  *cast
	in    []byte
	out   []byte // in without people, as far as kept
	kept  int
	lower []byte // is used again and again
}

// body returns an event's line with a body that names nobody; false if nobody is named in it.
func (s *scrub) body(line []byte) ([]byte, bool) {
	s.in, s.out, s.kept = line, s.out[:0], 0
	at, _ := s.member(0, "body")
	if at < 0 {
		return line, false
	}
	s.walk(at, "", false)
	if s.kept == 0 {
		return line, false
	}
	return append(s.out, line[s.kept:]...), true
}

// walk goes through the value at a place, which stands under a key, and returns where it ends. Actor says that it is the name of
// somebody, and no name of a thing.
func (s *scrub) walk(at int, key string, actor bool) int {
	switch s.in[at] {
	case '"':
		end := s.skip(at)
		s.text(at, end, key, actor)
		return end
	case '[':
		for at = s.space(at + 1); s.in[at] != ']'; at = s.next(at) {
			at = s.walk(at, key, false)
		}
		return at + 1
	case '{':
		kind := ""
		if from, to := s.member(at, "kind"); from >= 0 {
			kind = string(bytes.Trim(s.in[from:to], `"`))
		}
		person := kind == incidents.KindPerson || kind == incidents.KindOther
		for at = s.space(at + 1); s.in[at] != '}'; at = s.next(at) {
			name, value := s.name(at)
			at = s.walk(value, name, person && name == "name")
		}
		return at + 1
	}
	return s.skip(at)
}

// member finds the value of a key in the object at a place; -1 if it has none. Of several the last one is meant.
func (s *scrub) member(at int, key string) (from, to int) {
	from = -1
	for at = s.space(at + 1); s.in[at] != '}'; at = s.next(at) {
		name, value := s.name(at)
		if at = s.skip(value); name == key {
			from, to = value, at
		}
	}
	return from, to
}

// name reads the key at a place, and says where its value begins.
func (s *scrub) name(at int) (key string, value int) {
	end := s.skip(at)
	value = s.space(s.space(end) + 1) // behind the colon
	return unquoted(s.in[at:end]), value
}

// next goes on behind a value, to the next one or to the bracket that closes.
func (s *scrub) next(at int) int {
	if at = s.space(at); s.in[at] == ',' {
		at = s.space(at + 1)
	}
	return at
}

func (s *scrub) space(at int) int {
	for s.in[at] == ' ' || s.in[at] == '\n' || s.in[at] == '\t' || s.in[at] == '\r' {
		at++
	}
	return at
}

// skip returns where the value at a place ends.
func (s *scrub) skip(at int) int {
	depth := 0
	for ; at < len(s.in); at++ {
		switch s.in[at] {
		case '"':
			for at++; s.in[at] != '"'; at++ {
				if s.in[at] == '\\' {
					at++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth--; depth < 0 {
				return at // of what stands around a number
			}
		case ',', ' ', '\n', '\t', '\r', ':':
			if depth == 0 {
				return at
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return at + 1
		}
	}
	return at
}

// text writes the text between two places anew, if it tells who somebody is.
func (s *scrub) text(from, to int, key string, actor bool) {
	raw := s.in[from+1 : to-1]
	escaped := bytes.IndexByte(raw, '\\') >= 0
	if !escaped && !s.tells(raw) {
		return
	}
	was := unquoted(s.in[from:to])
	became, ok := s.cast.roles[was]
	if !ok || !actor {
		became = s.cast.value(key, was)
	}
	if became == was {
		return
	}
	quoted, err := json.Marshal(became)
	if err != nil {
		return // a text can be written
	}
	s.out = append(append(s.out, s.in[s.kept:from]...), quoted...)
	s.kept = to
}

// unquoted is a text of JSON as it is meant.
func unquoted(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return ""
	}
	return text
}

// tells reports whether a text may tell who somebody is.
func (s *scrub) tells(raw []byte) bool {
	s.lower = s.lower[:0]
	for n, c := range raw {
		switch {
		case c == '@' || c == '+':
			return true
		case c >= utf8.RuneSelf:
			s.lower = append(s.lower[:0], lowered(string(raw))...)
			return bytes.ContainsAny(raw[n:], "@+") || s.named()
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		s.lower = append(s.lower, c)
	}
	return s.named()
}

// named reports whether a name, or a part of one, stands in the text that was made lower.
func (s *scrub) named() bool {
	return slices.ContainsFunc(s.cast.needles, func(name []byte) bool { return bytes.Contains(s.lower, name) })
}
