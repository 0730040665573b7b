package view

import (
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/text"
)

// Silence is a silence in one line: what, until when, by whom and why. A silence that has not begun is planned, so its
// begin is told, too.
func Silence(s silences.Silence) blocks.Line {
	l := blocks.Say(blocks.Strong(s.What()))
	switch {
	case s.Clear:
		l = blocks.Say(l, " until it is clear, at the latest until ", s.To)
	case s.Begun.IsZero():
		l = blocks.Say(l, " from ", s.From, " until ", s.To)
	default:
		l = blocks.Say(l, " until ", s.To)
	}
	l = blocks.Say(l, ", by ", blocks.Strong(s.Said().Source()))
	if s.Left {
		l = blocks.Say(l, ", who is no longer in the configuration")
	}
	if why := text.Clip(text.Line(s.Why), 200); why != "" {
		l = blocks.Say(l, ": “", why, "”")
	}
	return l
}
