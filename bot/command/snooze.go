package command

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// longestSnooze is how long an incident can be snoozed: what waits for longer is no incident any more.
	longestSnooze = 24 * time.Hour
	// timeWords is how many words are looked at as a time.
	timeWords = 6
)

// snooze is /incident snooze: nobody is paged until a time, and then it pages again. That it pages then is an entry of the
// outbox, which the follower of the event enqueues.
func (room *Room) snooze(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, typed, m := room.pick(c, tx)
	if i == nil {
		return m, nil
	}
	if typed == "" {
		return askHowLong(c, i), nil
	}
	span, reason, ok := leadingSpan(typed, c.Now, room.Router.ZoneOf(c))
	switch {
	case !ok:
		return blocks.Sentence("I do not understand until when; nothing changed. Write ",
			blocks.Code(c.Root+" snooze "+i.ID+" 30m"), " or ", blocks.Code(c.Root+" snooze "+i.ID+" until 9:00"), "."), nil
	case span.From.After(c.Now):
		return blocks.Sentence("A snooze begins now; nothing changed. Write ",
			blocks.Code(c.Root+" snooze "+i.ID+" until 9:00"), "."), nil
	case span.To.Sub(c.Now) > longestSnooze:
		return blocks.Sentence("An incident can be snoozed for 24 hours at the longest; nothing changed."), nil
	}
	// whole seconds, as it is shown
	body := incidents.Snoozed{Until: span.To.UTC().Truncate(time.Second), Reason: text.Clip(reason, maxReason)}
	if err := room.record(c, tx, i.ID, body); err != nil {
		return blocks.Message{}, err
	}
	said := blocks.Say("You snoozed ", blocks.Strong(i.ID), " (", text.Line(i.Title), ") until ", body.Until,
		". Nobody is paged before; then it pages from the first step of its policy on.", because(reason))
	for _, n := range span.Notes {
		said = blocks.Say(said, " Note: ", n, ".")
	}
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(
		said, blocks.Say("To be paged sooner, ", blocks.Code(c.Root+" undo"), " or ", blocks.Code(c.Root+" escalate "+i.ID)),
	)}}, nil
}

// askHowLong offers lengths. The buttons say the same word with a length behind it, so there is one way to read both.
func askHowLong(c *chat.Call, i *incidents.Incident) blocks.Message {
	m := blocks.Sentence("For how long? Or write ", blocks.Code(c.Root+" snooze "+i.ID+" until 9:00"), ".")
	at := chat.Target{ID: i.ID, Run: i.Run}.Value()
	var row []blocks.Button
	for _, o := range []struct{ label, length string }{
		{"15 min", "15m"}, {"30 min", "30m"}, {"1 h", "1h"}, {"4 h", "4h"}, {"Until 9:00", "until 9:00"},
	} {
		say := chat.Said{Room: view.Room, Word: "snooze", Rest: at + " " + o.length}
		row = append(row, say.Numbered(o.label, strings.ReplaceAll(o.length, " ", "-")))
	}
	m.Rows = [][]blocks.Button{row}
	return m
}

// leadingSpan reads a span of time at the beginning of a text, as many words as are one, and returns what follows it. The
// longest beginning that is a time counts: a shorter one may be another time.
func leadingSpan(typed string, now time.Time, zone *time.Location) (s when.Span, rest string, ok bool) {
	words := strings.Fields(typed)
	for n := min(len(words), timeWords); n > 0; n-- {
		s, err := when.Parse(strings.Join(words[:n], " "), now, zone)
		if err == nil {
			return s, strings.Join(words[n:], " "), true
		}
	}
	return s, typed, false
}
