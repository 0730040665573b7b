package shifts

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// swapAhead is how far ahead shifts to swap are looked for.
const swapAhead = 120 * 24 * time.Hour

// swap is /oncall swap: two people exchange two shifts of a schedule. Without times it is about the next of each.
func (room *Room) swap(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	r, m, ok := room.request(c, true)
	if !ok {
		return m, nil
	}
	if r.person == c.Person {
		return refusedOverride(overrides.ErrSamePerson)
	}
	mine, theirs := when.Span{}, when.Span{}
	if len(r.rest) > 0 {
		var err error
		if mine, theirs, err = twoMoments(r.rest, c.Now, room.zoneFor(c, r.schedule)); err != nil {
			return unclearShifts(c, err), nil
		}
	}
	yours, ok := room.shiftOf(tx, r.schedule, c.Person, c.Now, mine)
	if !ok {
		return room.noShift(tx, c, r.schedule, c.Person, mine), nil
	}
	other, ok := room.shiftOf(tx, r.schedule, r.person, c.Now, theirs)
	if !ok {
		return room.noShift(tx, c, r.schedule, r.person, theirs), nil
	}
	return room.ask(c, tx, overrides.Plan{
		How: overrides.HowSwap, By: c.Person, Change: changeID(c.ID), Schedule: r.schedule, Person: r.person,
		Span: overrides.SpanOf(yours.From, yours.To), Theirs: overrides.SpanOf(other.From, other.To),
	}, when.Span{})
}

func unclearShifts(c *chat.Call, err error) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("No change was made: ", err.Error(), "."),
		blocks.Say("Name a day or a time of your shift, then one of theirs: ", blocks.Code(c.Root+" swap @somebody 2026-12-07 2026-12-14"), ", or neither for the next of each."),
	)}}
}

// twoMoments reads two times, which may have several words each: the first way to cut the words in two that makes sense.
func twoMoments(words []string, now time.Time, zone *time.Location) (a, b when.Span, err error) {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return slices.Contains([]string{"for", "with", "and", "against", "↔", "<->", "/"}, strings.ToLower(w))
	})
	if len(words) < 2 {
		_, err = when.Moment(strings.Join(words, " "), now, zone)
		if err == nil {
			err = &when.Unclear{Why: "I need two times: one in your shift, one in theirs"}
		}
		return a, b, err
	}
	for cut := 1; cut < len(words); cut++ {
		var failed error
		if a, failed = when.Moment(strings.Join(words[:cut], " "), now, zone); failed == nil {
			if b, failed = when.Moment(strings.Join(words[cut:], " "), now, zone); failed == nil {
				return a, b, nil
			}
		}
		if err == nil {
			err = failed
		}
	}
	return a, b, err
}

// shiftOf finds a person's shift that a time touches; without one, their next. What is past of a shift is left out.
func (room *Room) shiftOf(tx store.Tx, schedule, person string, now time.Time, at when.Span) (rotations.Shift, bool) {
	overrides := room.o.Overrides.Of(tx, schedule)
	for _, s := range rotations.ShiftsOf(room.o.Overrides.Schedules[schedule].Shifts(now, now.Add(swapAhead), overrides), person) {
		touched := at.From.IsZero() && s.From.After(now) || s.From.Before(at.To) && at.From.Before(s.To) || !at.From.Before(s.From) && at.From.Before(s.To)
		if touched {
			return s, true
		}
	}
	return rotations.Shift{}, false
}

// noShift says that somebody has no such shift, and which they have.
func (room *Room) noShift(tx store.Tx, c *chat.Call, schedule, person string, at when.Span) blocks.Message {
	who, these := person+" has", person+" has these:"
	if person == c.Person {
		who, these = "You have", "You have these:"
	}
	zone := room.zoneFor(c, schedule)
	m := blocks.Sentence(who, " no shift of ", blocks.Strong(schedule), " in the next 120 days; nothing was asked.")
	if !at.From.IsZero() {
		m = blocks.Sentence(who, " no shift of ", blocks.Strong(schedule), " at ", at.From.In(zone).Format("Mon 2 Jan 2006 15:04"), "; nothing was asked.")
	}
	var lines []blocks.Line
	for _, s := range rotations.ShiftsOf(room.o.Overrides.Schedules[schedule].Shifts(c.Now, c.Now.Add(swapAhead), room.o.Overrides.Of(tx, schedule)), person) {
		if lines = append(lines, blocks.Say(inFull(s.From, s.To, zone))); len(lines) == 5 {
			break
		}
	}
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say(these)), blocks.Bullets(lines...))
	}
	return m
}
