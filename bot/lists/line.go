package lists

import (
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// Line is an incident in one line. What people do comes before what the incident does by itself: who has it says more than
// since when it is quiet.
func Line(i *incidents.Incident) blocks.Line {
	l := blocks.Say(blocks.Strong(i.ID), " ", view.Sign(i.Severity), " ", i.Severity, " · ",
		text.Clip(text.Line(i.Title), 100), view.Also(i), " · ", i.Service, " · ")
	switch i.Status {
	case incidents.StatusAcknowledged:
		return append(l, blocks.Say("acknowledged by ", view.NameOf(i.AcknowledgedBy), " ", i.Acknowledged)...)
	case incidents.StatusResolved:
		if i.MergedInto != "" {
			return append(l, blocks.Say("merged into ", i.MergedInto, " by ", view.NameOf(i.ResolvedBy), " ", i.Resolved)...)
		}
		return append(l, blocks.Say("resolved by ", view.NameOf(i.ResolvedBy), " ", i.Resolved, view.Spared(i.Held))...)
	}
	if i.Silence != nil {
		return append(l, blocks.Say("silenced by ", i.Silence.Source(), " until ", i.Silence.Until)...)
	}
	if i.Held != nil {
		return append(l, blocks.Say("held until ", i.Held.Until)...)
	}
	if i.Quiet {
		return append(l, blocks.Say("quiet since ", i.Opened)...)
	}
	return append(l, blocks.Say("triggered ", i.Opened)...)
}
