package aws

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/store/record/scan"
)

// Fields are the members of a JSON object under their exact names. A struct would
// not do: encoding/json also takes "message" for a field named Message, so that a
// second member could replace the one that was signed. Of repeated names the last
// one counts.
type Fields []Member

// Member is one of them.
type Member = scan.Member

// Members takes a text apart that is a JSON object within [MaxNesting]; see [scan.Members].
func Members(text string) Fields { return scan.Members(text, MaxNesting) }

// Elements takes a JSON array apart, as members does an object.
func Elements(text string) []string { return scan.Elements(text, MaxNesting) }

// Get returns the JSON of a member; empty if nothing has that name.
func (f Fields) Get(name string) string {
	for _, m := range slices.Backward(f) {
		if m.Name == name {
			return m.Value
		}
	}
	return ""
}

// Distinct returns the members by name, of repeated names the one that counts.
func (f Fields) Distinct() Fields {
	sorted := slices.Clone(f)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(sorted, func(a, b Member) bool { return a.Name == b.Name })
}

// Has reports whether there is a member of that name that is not null.
func (f Fields) Has(name string) bool {
	raw := f.Get(name)
	return raw != "" && raw != "null"
}

// Text returns a member that is a string; empty if it is absent or something else.
func (f Fields) Text(name string) string {
	s, _ := scan.Unquote(f.Get(name))
	return s
}

// ID returns a member that names something: a text, or else the JSON it is, since two
// things must not become one because their names are of another type than expected.
func (f Fields) ID(name string) string {
	if s, ok := scan.Unquote(f.Get(name)); ok {
		return s
	}
	if !f.Has(name) {
		return ""
	}
	return f.Get(name)
}

// Object returns the members of a member that is an object; nil if it is not.
func (f Fields) Object(name string) Fields { return Members(f.Get(name)) }

// List returns the elements of a member that is an array.
func (f Fields) List(name string) []string { return Elements(f.Get(name)) }

// Number returns a member that is a number, also one that is written as a string. What
// a record cannot hold is none: "NaN" would keep the whole message out of the store.
func (f Fields) Number(name string) (float64, bool) {
	raw := f.Get(name)
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

// Whole returns a member that is a number, cut to an int; 0 if it is none.
func (f Fields) Whole(name string) int {
	n, ok := f.Number(name)
	if !ok || n > 1<<31 || n < -1<<31 {
		return 0
	}
	return int(n)
}

// Is reports whether a member is the word true.
func (f Fields) Is(name string) bool { return f.Get(name) == "true" }
