package view

import (
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/text"
)

// Past says how often the alarm of an incident fired before, how that ended the last time, and what was to be done about it; nil if
// it never fired.
func Past(k past.Known) (lines []blocks.Line) {
	if k.Times == 0 || k.Last.ID == "" {
		return nil
	}
	often := text.Count(k.Times, "time", "times")
	if k.More {
		often = "more than " + often
	}
	l := blocks.Say("🔁 ", blocks.Strong("Fired before: "), often, " in ", text.Lasting(past.Within))
	switch {
	case k.Passing == k.Times && k.Times > 1:
		l = blocks.Say(l, ", each time over by itself within minutes")
	case k.Passing > 0:
		l = blocks.Say(l, ", ", k.Passing, " of them over by itself within minutes")
	}
	lines = append(lines, blocks.Say(l, ". ", ended(k), "."))
	if asked := asks(k.Asked); asked != nil {
		lines = append(lines, asked)
	}
	return lines
}

// ended says how the last one ended; or, if something is known that helped before, that.
func ended(k past.Known) blocks.Line {
	if k.Helped.ID != "" {
		l := blocks.Say("Last time")
		if k.Helped.ID != k.Last.ID {
			l = blocks.Say("In incident ", k.Helped.ID)
		}
		target := text.Clip(text.Line(k.Helped.Helped.Target), 80)
		l = blocks.Say(l, " (", at(k.Helped), ") the rollback of ", target, " helped")
		if took := k.Helped.Helped.Took; took != nil {
			l = blocks.Say(l, " in ", spell(document.Length(*took)))
		}
		return l
	}
	l := blocks.Say("Last time: ", at(k.Last), ", resolved after ", spell(k.Last.Resolved.Sub(k.Last.Opened)))
	if why := text.Line(k.Last.Reason); why != "" {
		l = blocks.Say(l, ": “", why, "”")
	}
	return l
}

// at names an incident with its day.
func at(c past.Case) blocks.Line { return blocks.Say("incident ", c.ID, ", ", c.Opened) }

// spell is a length of time that is not negative.
func spell(d time.Duration) string { return text.Lasting(max(d, 0)) }

// asks says which action items raise a question when the alarm fires again; nil if none does.
func asks(c past.Case) blocks.Line {
	switch {
	case c.ID == "":
		return nil
	case c.OpenActions > 0:
		return blocks.Say("📌 ", blocks.Strong("Still to do "), "after incident ", c.ID, ": ", c.OpenActions, " of ",
			text.Count(c.Actions, "action item", "action items"))
	}
	return blocks.Say("📌 ", blocks.Strong("Did it suffice? "), text.Count(c.Actions, "action item", "action items"),
		" of incident ", c.ID, " closed ", c.Closed)
}

// Before is the button that shows the document of the last time; nil if there was none.
func Before(k past.Known) []blocks.Button {
	c := k.Helped
	if c.ID == "" {
		c = k.Last
	}
	if c.ID == "" {
		return nil
	}
	said := chat.Said{Room: Room, Word: "postmortem", Rest: chat.Target{ID: c.ID, Run: c.Run}.Value()}
	return []blocks.Button{said.Numbered("Last time: "+c.ID, "past")}
}
