package view

import (
	"strconv"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/text"
)

// named is how many alarms of an incident are named.
const named = 5

// AlarmsOf counts the alarms of an incident that has several, and names those that say ALARM, the worst first; nil if it has one, or none.
//
// i.Alarms counts all that were ever part of it, and members.Of those that fire.
func AlarmsOf(i *incidents.Incident) blocks.Line {
	fires := members.Of(i)
	if i.Alarms() < 2 && len(fires) < 2 {
		return nil
	}
	l := blocks.Say(blocks.Strong(text.Count(i.Alarms(), "alarm", "alarms")), ", ")
	switch {
	case len(fires) == 0:
		return blocks.Say(l, "none of them says ALARM.")
	case len(fires) == i.Alarms():
		l = blocks.Say(l, "all in ALARM: ")
	default:
		l = blocks.Say(l, len(fires), " in ALARM: ")
	}
	for n, m := range fires[:min(len(fires), named)] {
		if n > 0 {
			l = blocks.Say(l, ", ")
		}
		l = blocks.Say(l, blocks.Strong(text.Clip(text.Line(m.Name), 80)), about(i, m))
	}
	if more := len(fires) - named; more > 0 {
		l = blocks.Say(l, ", and ", more, " more")
	}
	return blocks.Say(l, ".")
}

// about is what is to be said of an alarm besides its name: that it is not as bad as the incident, and that it is several.
func about(i *incidents.Incident, m members.Member) string {
	said := ""
	if m.Severity != i.Severity {
		said = " (" + m.Severity + ")"
	}
	if len(m.Series) > 1 {
		said += " ×" + strconv.Itoa(len(m.Series))
	}
	return said
}

// Also is how many alarms more an incident has than the one that it is called after, for a line in which it is named; empty if there is none.
func Also(i *incidents.Incident) string {
	if i.Alarms() < 2 {
		return ""
	}
	return " and " + text.Count(i.Alarms()-1, "alarm more", "alarms more")
}
