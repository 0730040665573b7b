package fates

import (
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// Treatments of messages, as package judge names them, of which people are told.
const (
	treatPage  = "page"
	treatQuiet = "quiet"
)

// Say tells in one sentence without a full stop what became of a part of a message, whom that paged, or why nobody.
func (p *Part) Say(pages []Page) string {
	var names []string
	for _, page := range pages {
		names = append(names, page.say())
	}
	switch nobody := p.Nobody(); {
	case len(names) > 0:
		return p.Did() + "; paged " + text.List(names, "and")
	case nobody != "":
		return p.Did() + "; " + nobody
	}
	return p.Did()
}

// Nobody says that a part paged nobody, and why, as far as that is not in what it did; empty if that is no surprise.
func (p *Part) Nobody() string {
	switch {
	case p.Treat != treatPage && p.Treat != treatQuiet:
		return ""
	case p.Why != "":
		return "paged nobody: " + text.Line(p.Why)
	}
	return "paged nobody"
}

// say names one person, with UTC: this is read at a terminal and in exports.
func (p *Page) say() string {
	name := p.Person + " through " + incidents.ChannelName(p.Via) + " at " + p.At.UTC().Format("15:04:05")
	if p.Withheld != "" {
		name += " (not sent: " + text.Line(p.Withheld) + ")"
	}
	return name
}

// Did says what a part did. "#" stands for its incident. An outcome of a newer version is called by its name. The words are
// the outcomes of package alarms.
func (p *Part) Did() string {
	var say string
	switch p.Outcome {
	case "opened":
		say = "opened incident #"
	case "reopened":
		say = "triggered incident # again"
	case "resolved":
		say = "resolved incident #"
	case "reported":
		if say = "reported to incident #"; p.State == string(incidents.AlarmFiring) {
			say = "joined incident #"
		}
	case "late":
		say = "late: something newer was known of it"
	case "repeated":
		say = "duplicate: the same was known from another message"
	case "noted":
		say = "changed nothing: no incident is open for it"
	case "changed":
		say = "kept as a change"
	case "beat":
		say = "kept as the beat of a heartbeat"
	case "owed":
		say = "the subscription is to be confirmed"
	case "foreign":
		say = "changed nothing: its topic is not authoritative for the alarm"
	default:
		say = text.Line(p.Outcome)
	}
	if strings.Contains(say, "#") {
		return strings.ReplaceAll(say, "#", p.Incident)
	}
	if p.Incident != "" {
		say += " (incident " + p.Incident + ")"
	}
	return say
}

// Refusal says why a message was refused, and how often messages were.
func (m *Message) Refusal() string {
	say := "refused: " + m.Refused + " " + text.Line(m.Problem)
	if m.Times > 1 {
		say += "; " + text.Count(m.Times, "message", "messages") + " in all"
	}
	return say
}
