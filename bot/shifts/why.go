package shifts

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// why is /oncall why: for what reason somebody is on call, now or at another time.
func (room *Room) why(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	names, at, m, ok := room.askedWhy(c)
	if !ok {
		return m, nil
	}
	err := room.o.Book.Store.View(ctx, func(tx store.Tx) error {
		m = blocks.Message{}
		for _, name := range names {
			m.Body = append(m.Body, blocks.Para(room.reasons(tx, name, at)...))
		}
		return nil
	})
	return m, err
}

// askedWhy reads what is asked for: a schedule or all that concern the person, and a time or now.
func (room *Room) askedWhy(c *chat.Call) (names []string, at time.Time, m blocks.Message, ok bool) {
	var words []string
	for _, t := range c.Args {
		if name, ok := room.scheduleNamed(t.Text); ok && len(names) == 0 {
			names = []string{name}
			continue
		}
		words = append(words, t.Text)
	}
	all := slices.Sorted(maps.Keys(room.o.Overrides.Schedules))
	if len(names) == 0 {
		names = slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !slices.Contains(room.o.Overrides.Schedules[s].Members(c.Now), c.Person) })
	}
	if len(names) == 0 {
		names = all
	}
	if len(names) == 0 {
		return nil, at, blocks.Sentence("There are no schedules. They are made in the configuration, under ", blocks.Code("schedules"), "."), false
	}
	const most = 10
	names = names[:min(len(names), most)]
	if len(words) == 0 {
		return names, c.Now, m, true
	}
	if len(words) == 1 && !strings.EqualFold(words[0], "now") {
		if near := nearest.Of(words[0], all); near != "" && strings.HasPrefix(near, strings.ToLower(words[0])) {
			return nil, at, unknownSchedule(c, words[0], all), false
		}
	}
	s, err := when.Moment(strings.Join(words, " "), c.Now, room.zoneFor(c, names[0]))
	if err != nil {
		return nil, at, blocks.Sentence(err.Error(), ". Write ", blocks.Code(c.Root+" why [schedule] [at fri 18:00]"), "."), false
	}
	return names, s.From, m, true
}

// unknownSchedule says which schedules there are.
func unknownSchedule(c *chat.Call, said string, known []string) blocks.Message {
	l := blocks.Say("There is no schedule “", text.Clip(text.Line(said), 40), "”. ")
	if near := nearest.Of(said, known); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code(c.Root+" "+c.Word+" "+near), "? ")...)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(l, blocks.Say("There are ", text.List(known[:min(len(known), 20)], "and"), ".")...))}}
}

// reasons says who is on call in a schedule at a time, and why.
func (room *Room) reasons(tx store.Tx, name string, at time.Time) []blocks.Line {
	s := room.o.Overrides.Schedules[name]
	a := s.At(at, room.o.Overrides.Of(tx, name))
	who := "nobody"
	if len(a.People) > 0 {
		who = text.List(a.People, "and")
	}
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	lines := []blocks.Line{
		blocks.Say(blocks.Strong(name), " at ", at, ": ", blocks.Strong(who)),
		blocks.Say(a.Why, " (times in this line are those of ", zone.String(), ")."),
	}
	if o := a.Override; o != nil {
		if made, ok := madeAs(tx, name, o.ID); ok {
			lines = append(lines, blocks.Say("It is ", howCame(made, ""), ", made ", made.Made, "."))
		} else {
			lines = append(lines, blocks.Say("It is planned in the configuration."))
		}
	}
	if change := clockChange(a.Shift, zone); change != "" {
		lines = append(lines, blocks.Say("⏱ ", change))
	}
	return lines
}

// madeAs finds the override that people made.
func madeAs(tx store.Tx, schedule, id string) (overrides.Override, bool) {
	for _, o := range overrides.All(tx, schedule) {
		if o.ID == id {
			return o, true
		}
	}
	return overrides.Override{}, false
}

// clockChange says of a shift with a clock change in it how long it is.
func clockChange(s rotations.Shift, zone *time.Location) string {
	if s.From.IsZero() || s.To.IsZero() || s.To.Sub(s.From) > 60*24*time.Hour {
		return ""
	}
	_, before := s.From.In(zone).Zone()
	_, after := s.To.In(zone).Zone()
	if before == after {
		return ""
	}
	way := "back"
	if after > before {
		way = "forward"
	}
	return "The clocks go " + way + " in this shift: it has " + hours(s.To.Sub(s.From)) + " instead of " +
		hours(s.To.Sub(s.From)+time.Duration(after-before)*time.Second) + "."
}

// hours is a length in hours only.
func hours(d time.Duration) string {
	whole := int(d / time.Hour)
	if rest := d % time.Hour; rest != 0 {
		return text.Count(whole, "hour", "hours") + " " + text.Count(int(rest/time.Minute), "minute", "minutes")
	}
	return text.Count(whole, "hour", "hours")
}

// shown ahead by /oncall schedule.
const (
	scheduleDays  = 14
	scheduleAhead = scheduleDays * 24 * time.Hour
	scheduleLines = 40
)

// schedule is /oncall schedule: the shifts of the next 14 days.
func (room *Room) schedule(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	r, m, ok := room.request(c, false)
	switch {
	case !ok && len(c.Args) == 1:
		return unknownSchedule(c, c.Args[0].Text, slices.Sorted(maps.Keys(room.o.Overrides.Schedules))), nil
	case !ok:
		return m, nil
	case len(r.rest) > 0:
		return unknownSchedule(c, r.rest[0], slices.Sorted(maps.Keys(room.o.Overrides.Schedules))), nil
	}
	const further = 60 * 24 * time.Hour // to know where the last shift ends
	to := c.Now.Add(scheduleAhead)
	sched, overrides := room.o.Overrides.Schedules[r.schedule], room.o.Overrides.Of(tx, r.schedule)
	lines := shiftLines(sched.Shifts(c.Now, to.Add(further), overrides), c.Now, to)
	m = blocks.Sentence(blocks.Strong(r.schedule), ", the next 14 days:")
	if more := len(lines) - scheduleLines; more > 0 {
		lines = append(lines[:scheduleLines], blocks.Say("and ", text.Count(more, "more shift", "more shifts")))
	}
	for _, o := range sched.Voided(c.Now, to, overrides) {
		lines = append(lines, blocks.Say("⚠️ ", Voided(o)))
	}
	m.Body = append(m.Body, blocks.Bullets(lines...), blocks.Para(blocks.Say("The same as a picture is in your direct messages.")))
	room.owePicture(c, tx, r.schedule)
	return m, nil
}

// shiftLines are shifts and the gaps between them.
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
