package facts

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// Key is what a message calls the thing that it is about; empty if it does not. An id is one only of something that has a state, and what has a title beside
// its id is known by that: the next message about the same thing has another id.
func Key(all []Fact, state string) string {
	titled := Title(all) != "" || Find(all, texts, nil) == "" && Find(all, []string{"name"}, []string{""}) != ""
	return key(all, state, func(owner string) bool { return titled && (owner == "" || owner == "event") })
}

// EventKey is Key for what stands in an event, which has an id of its own.
func EventKey(all []Fact) string { return key(all, "any", func(string) bool { return false }) }

func key(all []Fact, state string, except func(owner string) bool) string {
	hook := Find(all, []string{"eventtype"}, []string{"event"}) != "" // of PagerDuty, about what stands in its data
	if key := Find(all, keys, bodies); key != "" || state == "" && !hook {
		return key
	}
	for _, owner := range owners {
		if id := Find(all, ids, []string{owner}); id != "" && !except(owner) {
			return id
		}
	}
	return ""
}

// TitleKey names a thing by its title, without the state that may stand before it ("[Triggered] Slow", "OK: Slow"), and by where it is.
func TitleKey(raw, title string, all []Fact) string {
	key := title
	// of the raw title, since the brackets are gone from the other
	if word, rest, ok := strings.Cut(title, " "); ok && (strings.HasPrefix(raw, "[") || strings.HasSuffix(word, ":")) &&
		IsState(strings.TrimSuffix(word, ":")) {
		key = rest
	}
	for _, t := range all {
		if t.In == "" && slices.Contains(places, t.Name) {
			key += "/" + t.Text
		}
	}
	return key
}

// Facts that change from one message about a thing to the next: states, degrees, times, numbers, and ids of the message.
var (
	changing = regexp.MustCompile(`(status|state|action|transition|severity|level|priority|urgency|time|timestamp|date|duration|since|(starts|ends|created|updated|opened|closed|resolved|triggered|sent)at)$|^(ts|message|event|request|trace|span|correlation|notification)id$|^ts$`)
	measured = regexp.MustCompile(`^[-+]?\d[\d.,:eE+-]*\s?[a-zA-Z%/]{0,4}$|^\d{4}-\d\d-\d\d`)
	address  = regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+$`)
)

// NameKey names a thing that has no title by what is said of it and stays the same; if that is nothing, by what is told of it at all.
func NameKey(all []Fact) string {
	var facts, names []string
	for _, t := range all {
		if t.In != "" || len(names) == aws.MaxPairs {
			continue
		}
		names = append(names, t.Name)
		// an address and an id are numbers that stay the same
		number := measured.MatchString(t.Text) && !address.MatchString(t.Text) && !strings.HasSuffix(t.Name, "id")
		if !number && !changing.MatchString(t.Name) && !IsState(t.Text) {
			facts = append(facts, t.Name+": "+aws.Line(t.Text, aws.MaxName))
		}
	}
	if len(facts) == 0 {
		facts = names
	}
	slices.Sort(facts)
	return strings.Join(facts, ", ")
}
