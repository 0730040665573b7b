package show

import (
	"context"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Why is /oncall why: for what reason somebody is on call, now or at another time.
func (b *Board) Why(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	names, at, m, ok := b.askedWhy(c)
	if !ok {
		return m, nil
	}
	err := b.Book.Store.View(ctx, func(tx store.Tx) error {
		m = blocks.Message{}
		for _, name := range names {
			m.Body = append(m.Body, blocks.Para(b.reasons(tx, name, at)...))
		}
		if lines := b.silenced(tx, at); len(lines) > 0 {
			m.Body = append(m.Body, blocks.Para(blocks.Say("🔇 Nobody is paged then for:")), blocks.Bullets(lines...))
		}
		return nil
	})
	return m, err
}

// silenced is what is silenced at a time: whoever is on call is not paged for it. Ten are enough to see that silence is the
// answer to the question.
func (b *Board) silenced(tx store.Tx, at time.Time) (lines []blocks.Line) {
	if b.Silences == nil {
		return nil
	}
	const most = 10
	// a moment is the shortest span
	for _, s := range b.Silences.Foreseen(tx, at, at.Add(time.Nanosecond)) {
		if len(lines) == most {
			return append(lines, blocks.Say("… and more"))
		}
		lines = append(lines, view.Silence(s))
	}
	return lines
}

// askedWhy reads what is asked for: a schedule or all that concern the person, and a time or now. If no schedule is named,
// those that the person is in are meant; if there are none, all.
func (b *Board) askedWhy(c *chat.Call) (names []string, at time.Time, m blocks.Message, ok bool) {
	var words []string
	for _, t := range c.Args {
		if name, ok := b.Reader.Schedule(t.Text); ok && len(names) == 0 {
			names = []string{name}
			continue
		}
		words = append(words, t.Text)
	}
	all := b.Reader.Schedules()
	if len(names) == 0 {
		names = b.Reader.Own(c)
	}
	if len(names) == 0 {
		names = all
	}
	if len(names) == 0 {
		return nil, at, typed.NoSchedules(), false
	}
	const most = 10
	names = names[:min(len(names), most)]
	if len(words) == 0 {
		return names, c.Now, m, true
	}
	if len(words) == 1 && !strings.EqualFold(words[0], "now") {
		// a single word that begins the name of a schedule is taken for that, mistyped, rather than for a time
		if near := nearest.Of(words[0], all); near != "" && strings.HasPrefix(near, strings.ToLower(words[0])) {
			return nil, at, typed.UnknownSchedule(c, words[0], all), false
		}
	}
	moment := func(words []string) (when.Span, error) {
		return when.Moment(strings.Join(words, " "), c.Now, b.Reader.Zone(c, names[0]))
	}
	s, err := moment(words)
	if err != nil {
		is := func(words []string) bool { _, err := moment(words); return err == nil }
		// what is no time may be a schedule that was mistyped, with a time behind it
		name, misnamed := typed.Misnamed(words, is)
		if len(words) == 1 {
			name, misnamed = words[0], true
		}
		if misnamed {
			return nil, at, typed.UnknownSchedule(c, name, all), false
		}
		return nil, at, blocks.Sentence(err.Error(), ". Write ",
			blocks.Code(c.Root+" why [schedule] [at fri 18:00]"), "."), false
	}
	return names, s.From, m, true
}

// reasons says who is on call in a schedule at a time, and why. The reason is a sentence of package rotations, with times
// of the schedule's own zone, while the other lines have those of whoever reads.
func (b *Board) reasons(tx store.Tx, name string, at time.Time) []blocks.Line {
	s := b.Overrides.Schedules[name]
	a := s.At(at, b.Overrides.Of(tx, name))
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
			lines = append(lines, blocks.Say("It is ", news.HowCame(made, ""), ", made ", made.Made, "."))
		} else {
			lines = append(lines, blocks.Say("It is planned in the configuration."))
		}
	}
	if change := clockChange(a.Shift, zone); change != "" {
		lines = append(lines, blocks.Say("⏱ ", change))
	}
	return lines
}

// madeAs finds the override that people made. Those of the configuration are not in the store.
func madeAs(tx store.Tx, schedule, id string) (overrides.Override, bool) {
	for _, o := range overrides.All(tx, schedule) {
		if o.ID == id {
			return o, true
		}
	}
	return overrides.Override{}, false
}

// clockChange says of a shift with a clock change in it how long it is. A shift of more than 60 days is left out: there
// nobody counts hours. It compares the offsets at both ends, so a shift over two changes that cancel each other out says
// nothing.
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
