package change

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// swapAhead is how far ahead shifts to swap are looked for.
const swapAhead = 120 * 24 * time.Hour

// Swap is /oncall swap: two people exchange two shifts of a schedule. Without times it is about the next of each. The
// shifts in the plan are whole ones, whatever time was typed. If either of them is another when the other side accepts,
// nothing is swapped.
func (ps *Plans) Swap(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	meant, m, ok := ps.Reader.Read(c, true)
	if !ok {
		return m, nil
	}
	if meant.Person == c.Person {
		return refusedOverride(overrides.ErrSamePerson)
	}
	mine, theirs := when.Span{}, when.Span{}
	if len(meant.Rest) > 0 {
		var err error
		zone := ps.Reader.Zone(c, meant.Schedule)
		if mine, theirs, err = twoMoments(meant.Rest, c.Now, zone); err != nil {
			is := func(words []string) bool { _, _, err := twoMoments(words, c.Now, zone); return err == nil }
			name, misnamed := typed.Misnamed(meant.Rest, is)
			if _, notTime := when.Moment(meant.Rest[0], c.Now, zone); len(meant.Rest) == 1 && notTime != nil {
				name, misnamed = meant.Rest[0], true
			}
			if misnamed {
				return typed.UnknownSchedule(c, name, ps.Reader.Schedules()), nil
			}
			return unclearShifts(c, err), nil
		}
	}
	yours, ok := ps.shiftOf(tx, meant.Schedule, c.Person, c.Now, mine)
	if !ok {
		return ps.noShift(tx, c, meant.Schedule, c.Person, mine), nil
	}
	other, ok := ps.shiftOf(tx, meant.Schedule, meant.Person, c.Now, theirs)
	if !ok {
		return ps.noShift(tx, c, meant.Schedule, meant.Person, theirs), nil
	}
	return ps.propose(c, tx, overrides.Plan{
		How: overrides.HowSwap, By: c.Person, Change: typed.ChangeID(c.ID), Schedule: meant.Schedule, Person: meant.Person,
		Span: overrides.SpanOf(yours.From, yours.To), Theirs: overrides.SpanOf(other.From, other.To),
	}, when.Span{})
}

// unclearShifts shows the form with two dates: those have one word each, and can be cut in one way only.
func unclearShifts(c *chat.Call, err error) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("No change was made: ", err.Error(), "."),
		blocks.Say("Name a day or a time in your shift, then one in theirs: ",
			blocks.Code(c.Root+" swap @somebody 2026-12-07 2026-12-14"), ", or leave both out for the next of each."),
	)}}
}

// twoMoments reads two times, which may have several words each: the first way to cut the words in two that makes sense.
// The words between the two are of no use for that, and are left out. The error is that of the first cut, which is about
// the first word.
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

// upcoming are a person's shifts that one can swap. What is past of a shift is left out. A shift that goes on beyond
// swapAhead ends there.
func (ps *Plans) upcoming(tx store.Tx, schedule, person string, now time.Time) []rotations.Shift {
	shifts := ps.Overrides.Schedules[schedule].Shifts(now, now.Add(swapAhead), ps.Overrides.Of(tx, schedule))
	return rotations.ShiftsOf(shifts, person)
}

// shiftOf finds a person's shift that a time touches; without one, their next.
func (ps *Plans) shiftOf(tx store.Tx, schedule, person string, now time.Time, at when.Span) (rotations.Shift, bool) {
	for _, s := range ps.upcoming(tx, schedule, person, now) {
		// A day touches a shift that it overlaps; a time of day is a span without a length, and touches the shift that it
		// lies in.
		touched := at.From.IsZero() && s.From.After(now) || s.From.Before(at.To) && at.From.Before(s.To) ||
			!at.From.Before(s.From) && at.From.Before(s.To)
		if touched {
			return s, true
		}
	}
	return rotations.Shift{}, false
}

// noShift says that somebody has no such shift, and which they have.
func (ps *Plans) noShift(tx store.Tx, c *chat.Call, schedule, person string, at when.Span) blocks.Message {
	who, these := person+" has", person+" has these:"
	if person == c.Person {
		who, these = "You have", "You have these:"
	}
	zone := ps.Reader.Zone(c, schedule)
	m := blocks.Sentence(who, " no shift of ", blocks.Strong(schedule), " in the next 120 days; nobody was asked.")
	if !at.From.IsZero() {
		m = blocks.Sentence(who, " no shift of ", blocks.Strong(schedule), " at ",
			at.From.In(zone).Format("Mon 2 Jan 2006 15:04"), "; nobody was asked.")
	}
	var lines []blocks.Line
	for _, s := range ps.upcoming(tx, schedule, person, c.Now) {
		if lines = append(lines, blocks.Say(inFull(s.From, s.To, zone))); len(lines) == 5 {
			break
		}
	}
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say(these)), blocks.Bullets(lines...))
	}
	return m
}
