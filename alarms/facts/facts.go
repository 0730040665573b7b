package facts

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// titles and details are the members in which people say what is wrong, those that say it best before the others. A subject comes between. Names are
// compared without their capital letters and signs.
var (
	titles = []string{
		"title", "summary", "headline", "subject", "alert", "alertname", "alarm", "alarmname", "problemtitle", "issuetitle", "incidenttitle", "alerttitle", "eventtitle",
		"problemname", "issuename", "incidentname", "monitorname", "checkname",
	}
	texts   = []string{"message", "description", "text", "error", "errormessage", "msg", "reason"}
	details = slices.Concat(texts, []string{"details", "detail", "body", "name", "event", "type"})
	keys    = []string{"dedupkey", "dedup", "key", "alias", "fingerprint", "alertid", "incidentid", "problemid", "issueid", "incidentkey", "threadid"}
	ids     = []string{"id", "uuid"} // of something that has a state; else of the message, for all that anybody knows
	states  = []string{
		"status", "state", "alertstatus", "alertstate", "alerttransition", "problemstatus", "problemstate", "incidentstatus", "incidentstate", "issuestatus", "issuestate", "currentstatus", "currentstate",
		"eventaction", "action", "eventtype",
	}
	degrees = []string{"severity", "level", "priority", "urgency"}
	places  = []string{"service", "host", "instance", "resource", "job", "environment", "cluster", "name"}
)

// Where the others stand, besides the top: only what is about the message as a whole.
var (
	heads  = []string{"", "alert", "incident", "event", "problem", "issue"}
	bodies = []string{"", "alert", "incident", "event", "problem", "issue", "content", "metadata", "metadata/additionalcontext"}
	// owners are what an id stands in, what it tells apart best before the others.
	owners = []string{"event/data", "incident", "problem", "issue", "alert", "", "event"}
)

// wrappers are members that may hold all that a message says.
var wrappers = []string{"default", "body", "message"}

// IsWrapper reports whether a member of that name may hold all that a message says.
func IsWrapper(name string) bool { return slices.Contains(wrappers, name) }

// A Fact is a member of a message, wherever it stands, that says something.
type Fact struct{ In, Name, Text string }

// maxTold and maxDeep bound what is read of somebody's own message.
const (
	maxTold  = 200
	maxDeep  = 3
	maxFacts = 5
)

// Of lists what a message says, what stands near the top first. in is the path of the object. A member that is named as a
// wrapper and holds JSON as a text is read as if its members stood in its place, unless something beside it says what is
// wrong.
func Of(f aws.Fields) []Fact {
	type place struct {
		in     string
		fields aws.Fields
	}
	var all []Fact
	level := []place{{"", f}}
	for range maxDeep {
		var next []place
		for _, p := range level {
			for _, m := range p.fields[:min(len(p.fields), aws.MaxPairs)] {
				name, text := aws.BareName(m.Name), aws.PlainText(m.Value)
				inner, in := aws.Members(m.Value), strings.TrimPrefix(p.in+"/"+name, "/")
				if strings.HasPrefix(text, "{") && len(next) < aws.MaxParts {
					if inner = aws.Members(text); slices.Contains(wrappers, name) && !hasTitle(p.fields) {
						in = p.in
					}
				}
				switch {
				case inner != nil:
					next = append(next, place{in, inner})
				case text != "" && len(all) < maxTold:
					all = append(all, Fact{p.in, name, text})
				}
			}
		}
		level = next
	}
	return all
}

// hasTitle reports whether an object says itself what is wrong, or that it is over.
func hasTitle(f aws.Fields) bool {
	return slices.ContainsFunc(f[:min(len(f), aws.MaxPairs)], func(m aws.Member) bool {
		name, text := aws.BareName(m.Name), aws.PlainText(m.Value)
		return text != "" && (slices.Contains(titles, name) || slices.Contains(states, name) && IsState(text))
	})
}

// Find returns the first that has one of these names, the best name first; in is where it may stand, nil for anywhere.
func Find(all []Fact, names, in []string) string {
	for _, name := range names {
		for _, t := range all {
			if t.Name == name && (in == nil || slices.Contains(in, t.In)) {
				return t.Text
			}
		}
	}
	return ""
}

// Title is the title in a message: what it says at the top goes before what it holds.
func Title(all []Fact) string {
	top := Find(all, titles, []string{""})
	for _, t := range all {
		if top == "" && t.In == "" && strings.HasSuffix(t.Name, "title") {
			top = t.Text
		}
	}
	deeper := titles
	if Find(all, texts, []string{""}) != "" { // the name of an alarm that it cites is not its title
		deeper = slices.DeleteFunc(slices.Clone(titles), func(name string) bool { return name == "alarmname" || name == "alertname" })
	}
	return withoutEmoji(aws.FirstOf(top, Find(all, deeper, nil)))
}

// withoutEmoji removes what chat programs write before a title: :warning: and the like.
func withoutEmoji(s string) string {
	if rest, ok := strings.CutPrefix(s, ":"); ok {
		if name, rest, ok := strings.Cut(rest, ":"); ok && name != "" && !strings.ContainsAny(name, " /") {
			return aws.FirstOf(strings.TrimSpace(rest), s)
		}
	}
	return s
}

// Detail is what a message says of what is wrong, besides its title.
func Detail(all []Fact) string { return Find(all, details, nil) }

// Summary says what stands in a message that has no title.
func Summary(all []Fact) string {
	var facts []string
	for _, t := range all[:min(len(all), maxFacts)] {
		facts = append(facts, t.Name+": "+aws.Line(t.Text, 60))
	}
	return strings.Join(facts, ", ")
}

// Says reports whether a member says what is wrong, how bad that is in a word that the caller knows, or that it is over.
func (t Fact) Says(degree func(word string) bool) bool {
	switch {
	case t.Name == "name", t.Name == "event", t.Name == "type": // what it is called, and not what is wrong
		return false
	case slices.Contains(states, t.Name):
		return IsState(t.Text)
	case slices.Contains(degrees, t.Name):
		return degree(t.Text)
	}
	return slices.Contains(titles, t.Name) || slices.Contains(details, t.Name)
}
