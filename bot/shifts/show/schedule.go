package show

import (
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// How far ahead /oncall schedule looks, and how much of that it says.
const (
	scheduleDays  = 14
	scheduleAhead = scheduleDays * 24 * time.Hour
	scheduleLines = 40
)

// Schedule is /oncall schedule: the shifts of the next 14 days. It changes nothing of the schedule, and is a Change all the
// same: the picture is enqueued with the reply.
func (b *Board) Schedule(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	meant, m, ok := b.Reader.Read(c, false)
	switch {
	case !ok && len(c.Args) == 1:
		return typed.UnknownSchedule(c, c.Args[0].Text, b.Reader.Schedules()), nil
	case !ok:
		return m, nil
	case len(meant.Rest) > 0:
		return typed.UnknownSchedule(c, meant.Rest[0], b.Reader.Schedules()), nil
	}
	const further = 60 * 24 * time.Hour // to know where the last shift ends
	to := c.Now.Add(scheduleAhead)
	sched, overrides := b.Overrides.Schedules[meant.Schedule], b.Overrides.Of(tx, meant.Schedule)
	lines := shiftLines(sched.Shifts(c.Now, to.Add(further), overrides), c.Now, to)
	m = blocks.Sentence(blocks.Strong(meant.Schedule), ", the next 14 days:")
	if more := len(lines) - scheduleLines; more > 0 {
		lines = append(lines[:scheduleLines], blocks.Say("and ", text.Count(more, "more shift", "more shifts")))
	}
	for _, o := range sched.Voided(c.Now, to, overrides) {
		lines = append(lines, blocks.Say("⚠️ ", news.Voided(o)))
	}
	m.Body = append(m.Body, blocks.Bullets(lines...),
		blocks.Para(blocks.Say("A picture of it is in your direct messages.")))
	b.enqueuePicture(c, tx, meant.Schedule)
	return m, nil
}

// shiftLines are the shifts between two times, and the gaps between them. A shift that begins in that time is told to its
// end. from moves on to where the last shift has ended, so a gap is whatever lies between it and the next.
func shiftLines(shifts []rotations.Shift, from, to time.Time) []blocks.Line {
	var lines []blocks.Line
	gap := func(until time.Time) {
		if from.Before(until) {
			lines = append(lines, blocks.Say("⚠️ ", blocks.Strong("nobody"), " from ", from, " until ", until))
		}
	}
	for n, s := range shifts {
		if !from.Before(to) {
			return lines
		}
		gap(s.From)
		if !s.From.Before(to) {
			return lines
		}
		from = s.To
		l := blocks.Say(blocks.Strong(text.List(s.People, "and")))
		if n == 0 && len(lines) == 0 {
			l = append(l, blocks.Say(" now, until ", s.To)...)
		} else {
			l = append(l, blocks.Say(" from ", s.From, " until ", s.To)...)
		}
		if s.Override != nil {
			l = append(l, blocks.Say(" (stands in)")...)
		}
		lines = append(lines, l)
	}
	gap(to)
	return lines
}
