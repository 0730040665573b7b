package handover

import (
	"fmt"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/text"
)

// aheadMessage tells the channel what is amiss with the shifts of the week.
func aheadMessage(a handoffs.Ahead) blocks.Message {
	m := blocks.Message{Title: "On call in the week ahead", Notice: aheadNotice(a)}
	var lines []blocks.Line
	for _, f := range a.Findings {
		lines = append(lines, append(blocks.Say(blocks.Strong(f.Schedule), ": "), finding(f)...))
	}
	if a.More > 0 {
		lines = append(lines, blocks.Say(fmt.Sprintf("and %d more", a.More)))
	}
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Bullets(lines...))
	}
	m.Body = append(m.Body, quietAhead(a)...)
	m.Body = append(m.Body, silencesAhead(a)...)
	return m
}

func aheadNotice(a handoffs.Ahead) string {
	n := len(a.Findings) + a.More + len(a.Quiet) + a.MoreQuiet + len(a.Silences)
	if n == 1 {
		return "On call in the week ahead: one thing to look at."
	}
	return fmt.Sprintf("On call in the week ahead: %d things to look at.", n)
}

// quietAhead reminds of incidents of which nobody was paged.
func quietAhead(a handoffs.Ahead) []blocks.Paragraph {
	if len(a.Quiet) == 0 {
		return nil
	}
	return openLines("Open but quiet, so nobody is paged:", a.Quiet, a.MoreQuiet)
}

// silencesAhead says what nobody is paged for.
func silencesAhead(a handoffs.Ahead) []blocks.Paragraph {
	if len(a.Silences) == 0 {
		return nil
	}
	var lines []blocks.Line
	for _, s := range a.Silences {
		l := view.Silence(s.Silence)
		if s.Times != "" {
			l = blocks.Say(l, "; each week ", s.Times)
		}
		lines = append(lines, l)
	}
	return []blocks.Paragraph{blocks.Para(blocks.Say("Silenced, so nobody is paged:")), blocks.Bullets(lines...)}
}

func finding(f handoffs.Finding) blocks.Line {
	switch {
	case len(f.Unproven) > 0:
		return blocks.Say(blocks.Strong(f.Person), " is on call from ", f.From, " and is paged by what nobody has proven: ",
			text.List(f.Unproven, "and"), ".")
	case f.Person != "":
		return blocks.Say(blocks.Strong(f.Person), " is on call from ", f.From, " and cannot be reached: ",
			Hindered([]handoffs.Hindrance{f.Hindrance}), ".")
	case len(f.Overrides) == 1 && f.Overrides[0].Void != "":
		return blocks.Say("from ", f.From, " to ", f.To, " ", standsIn(f.Overrides[0]), ", which is ignored: ",
			f.Overrides[0].Void, ".")
	case len(f.Overrides) == 1:
		return blocks.Say("from ", f.From, " to ", f.To, " ", standsIn(f.Overrides[0]), ", which changes nothing.")
	case len(f.Overrides) > 1:
		return blocks.Say("from ", f.From, " to ", f.To, " two overrides overlap: ", standsIn(f.Overrides[0]), ", and ",
			standsIn(f.Overrides[1]),
			". The last one wins.")
	}
	return blocks.Say("nobody is on call from ", f.From, " to ", f.To, "; pages go to the fallback.")
}

func standsIn(o rotations.Override) blocks.Line {
	if o.For == "" {
		return blocks.Say(blocks.Strong(o.Person), " stands in for everybody")
	}
	return blocks.Say(blocks.Strong(o.Person), " stands in for ", blocks.Strong(o.For))
}
