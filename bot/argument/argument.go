// Package argument is what may stand behind a command word, by its type. The type decides how it is read, and what is said about one
// that there is not: always which there are. What is shown of a word (help, the manual, hints in Slack) is made from the same list.
package argument

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/text"
)

// A Type is what an argument is.
type Type string

// The types that have names.
const (
	Person   Type = "person"
	Service  Type = "service"
	Schedule Type = "schedule"
	Severity Type = "severity"
	Role     Type = "role"
	Stage    Type = "stage"
)

// The types that are read without a list of names.
const (
	Incident Type = "incident" // its number
	Several  Type = "incidents"
	Alarm    Type = "alarm" // its name, or a pattern of such
	Tag      Type = "tag"
	Silence  Type = "silence" // what it covers, or the name of a maintenance
	Line     Type = "line"    // the number of one of a timeline
	Time     Type = "time"
	Span     Type = "span" // of time, or a length of it
	Fixed    Type = "word" // one of those that are shown
	Text     Type = "text"
)

// An Arg is one argument. It may be of several types: then the first that fits is meant.
type Arg struct {
	Shown string // as in usage
	Types []Type
	May   bool // be left out
}

// Needs is an argument that must be there.
func Needs(shown string, types ...Type) Arg { return Arg{Shown: shown, Types: types} }

// May is one that may be left out.
func May(shown string, types ...Type) Arg { return Arg{Shown: shown, Types: types, May: true} }

// A List is all that may stand behind a word, in this order.
type List []Arg

// Usage is the list as people read it.
func (l List) Usage() string {
	var all []string
	for _, a := range l {
		if a.May {
			all = append(all, "["+a.Shown+"]")
		} else {
			all = append(all, a.Shown)
		}
	}
	return strings.Join(all, " ")
}

// Names are the names that there are, by type. Those of severities, roles and stages are always known.
type Names map[Type][]string

// Of are the names of a type.
func (n Names) Of(t Type) []string {
	switch t {
	case Severity:
		return []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
	case Role:
		return response.Roles()
	case Stage:
		return response.Stages()
	}
	return n[t]
}

// named reports whether there are names of a type.
func (t Type) named() bool {
	return slices.Contains([]Type{Person, Service, Schedule, Severity, Role, Stage}, t)
}

// Find is what is meant by a word: the first of the types that has such a name, in any case. The kind may stand in front, as in
// service:search, and @ in front of a person.
func (n Names) Find(said string, types ...Type) (t Type, name string, ok bool) {
	kind, bare := apart(said)
	for _, t := range types {
		if kind != "" && kind != t {
			continue
		}
		if name, ok := exactOrFolded(n.Of(t), bare); ok {
			return t, name, true
		}
		if t == Severity && len(bare) > 0 && slices.Contains([]string{"", "p", "sev-"}, strings.ToLower(bare[:len(bare)-1])) {
			if sev := "sev" + bare[len(bare)-1:]; slices.Contains(n.Of(t), sev) {
				return t, sev, true
			}
		}
	}
	return "", "", false
}

// exactOrFolded finds a name in any case. Two names may differ in nothing else: then the one that is written so is meant.
func exactOrFolded(names []string, said string) (name string, ok bool) {
	if slices.Contains(names, said) {
		return said, true
	}
	n := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, said) })
	if n < 0 {
		return "", false
	}
	return names[n], true
}

// apart takes apart what stands in front of a name and says which kind it is of, and the name.
func apart(said string) (kind Type, bare string) {
	bare = strings.TrimRight(said, ".,;:!?")
	if person, ok := strings.CutPrefix(bare, "@"); ok {
		return Person, person
	}
	if front, name, ok := strings.Cut(bare, ":"); ok && Type(strings.ToLower(front)).named() {
		return Type(strings.ToLower(front)), name
	}
	return "", bare
}

// Misnamed reports whether a word is surely meant as a name of one of the types, since its kind stands in front, and there is no such
// name. Where a text may follow, all else is part of it.
func (n Names) Misnamed(said string, types ...Type) bool {
	kind, bare := apart(said)
	if kind == "" && len(bare) == len("sev1") && strings.EqualFold(bare[:3], "sev") && bare[3] >= '0' && bare[3] <= '9' {
		kind = Severity
	}
	if kind == "" || bare == "" || !slices.Contains(types, kind) {
		return false
	}
	_, _, ok := n.Find(said, types...)
	return !ok
}

// None says that there is nothing of that name of any of the types, what became of it ("nothing was done"), and which there are.
func (n Names) None(said, became string, types ...Type) blocks.Message {
	kind, bare := apart(text.Line(said))
	if slices.Contains(types, kind) && !strings.HasPrefix(said, "@") { // it may be no person that was meant
		types = []Type{kind}
	}
	var kinds, all []string
	for _, t := range types {
		kinds = append(kinds, string(t))
		all = append(all, n.Of(t)...)
	}
	l := blocks.Say("There is no ", text.List(kinds, "or"), " “", text.Clip(bare, 40), "”; ", became, ". ")
	if near := nearest.Of(bare, all); near != "" {
		l = blocks.Say(l, "Did you mean ", blocks.Code(near), "? ")
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(blocks.Say(l, n.There(types...)))}}
}

// most is how many names of a type are shown.
const most = 20

// There says which names there are.
func (n Names) There(types ...Type) (l blocks.Line) {
	for _, t := range types {
		if l != nil {
			l = blocks.Say(l, " ")
		}
		switch names := n.Of(t); {
		case len(names) == 0:
			l = blocks.Say(l, "There is no ", string(t), ".")
		case len(names) > most:
			l = blocks.Say(l, plural(t), ": ", strings.Join(names[:most], ", "), " and ", len(names)-most, " more.")
		default:
			l = blocks.Say(l, plural(t), ": ", text.List(names, "and"), ".")
		}
	}
	return l
}

func plural(t Type) string {
	switch t {
	case Person:
		return "People"
	case Severity:
		return "Severities"
	}
	s := string(t) + "s"
	return strings.ToUpper(s[:1]) + s[1:]
}
