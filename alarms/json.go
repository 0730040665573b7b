package alarms

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/store/record/scan"
)

// fields are the members of a JSON object under their exact names. A struct would
// not do: encoding/json also takes "message" for a field named Message, so that a
// second member could replace the one that was signed. Of repeated names the last
// one counts.
type fields []member

type member = scan.Member

// members takes a text apart that is a JSON object within [maxNesting]; see [scan.Members].
func members(text string) fields { return scan.Members(text, maxNesting) }

// elements takes a JSON array apart, as members does an object.
func elements(text string) []string { return scan.Elements(text, maxNesting) }

// get returns the JSON of a member; empty if there is none of that name.
func (f fields) get(name string) string {
	for _, m := range slices.Backward(f) {
		if m.Name == name {
			return m.Value
		}
	}
	return ""
}

// distinct returns the members by name, of repeated names the one that counts.
func (f fields) distinct() fields {
	sorted := slices.Clone(f)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b member) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(sorted, func(a, b member) bool { return a.Name == b.Name })
}

// has reports whether there is a member of that name that is not null.
func (f fields) has(name string) bool {
	raw := f.get(name)
	return raw != "" && raw != "null"
}

// text returns a member that is a string; empty if it is absent or something else.
func (f fields) text(name string) string {
	s, _ := scan.Unquote(f.get(name))
	return s
}

// id returns a member that names something: a text, or else the JSON it is, since two
// things must not become one because their names are of another type than expected.
func (f fields) id(name string) string {
	if s, ok := scan.Unquote(f.get(name)); ok {
		return s
	}
	if !f.has(name) {
		return ""
	}
	return f.get(name)
}

// object returns the members of a member that is an object; nil if it is not.
func (f fields) object(name string) fields { return members(f.get(name)) }

// list returns the elements of a member that is an array.
func (f fields) list(name string) []string { return elements(f.get(name)) }

// number returns a member that is a number, also one that is written as a string. What
// a record cannot hold is none: "NaN" would keep the whole message out of the store.
func (f fields) number(name string) (float64, bool) {
	raw := f.get(name)
	if raw == "" {
		return 0, false
	}
	s, ok := scan.Unquote(raw)
	if !ok {
		s = raw
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// whole returns a member that is a number, cut to an int; 0 if it is none.
func (f fields) whole(name string) int {
	n, ok := f.number(name)
	if !ok || n > 1<<31 || n < -1<<31 {
		return 0
	}
	return int(n)
}

// is reports whether a member is the word true.
func (f fields) is(name string) bool { return f.get(name) == "true" }
