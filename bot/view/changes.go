package view

import (
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/text"
)

// Changes says what was changed before an incident; nil if nobody tells Oncalm what is changed.
func Changes(f around.Found) blocks.Line {
	if !f.Heard {
		return nil
	}
	if f.Last.Change == "" {
		l := blocks.Say("No change is known in the ", text.Lasting(around.Before), " before.")
		if f.Count > 0 {
			l = blocks.Say(l, " ", text.Count(f.Count, "change", "changes"), " since, on the timeline.")
		}
		return l
	}
	title := text.Clip(text.Line(f.Last.Title), 150)
	l := blocks.Say("🔧 ", blocks.Strong("Changed before: "), title, ", ", f.Last.When())
	if more := f.Count - 1; more > 0 {
		return blocks.Say(l, " (", text.Count(more, "change more", "changes more"), " on the timeline)")
	}
	return l
}
