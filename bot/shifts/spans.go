package shifts

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/store"
)

// A request is what was typed behind a word of /oncall, taken apart.
type request struct {
	person   string // who was mentioned, by their name in the configuration
	schedule string // that was named, or the only one that can be meant
	rest     []string
}

// text is what is left, the time.
func (r request) text() string { return strings.Join(r.rest, " ") }

// request takes apart what was typed. With mention, somebody has to be named. If it is not clear what is meant, ok is false
// and m says what to do about it.
func (room *Room) request(c *chat.Call, mention bool) (r request, m blocks.Message, ok bool) {
	for n, t := range c.Args {
		name := strings.TrimPrefix(t.Text, "@")
		schedule, isSchedule := room.scheduleNamed(t.Text)
		switch {
		case t.Kind == chat.UserToken && room.o.Users[t.Text] == "":
			return r, blocks.Sentence("That person is not in Oncalm's people list, so nothing was done. Whoever keeps its configuration can add them there."), false
		case t.Kind == chat.UserToken && r.person == "":
			r.person = room.o.Users[t.Text]
		case mention && r.person == "" && t.Kind == chat.WordToken && (room.knows(name) || strings.HasPrefix(t.Text, "@")):
			if !room.knows(name) {
				return r, unknownPerson(name, slices.Collect(maps.Keys(room.o.People))), false
			}
			r.person = name
		case r.schedule == "" && isSchedule && (n == len(c.Args)-1 || n == 0):
			r.schedule = schedule
		default:
			r.rest = append(r.rest, t.Text)
		}
	}
	if mention && r.person == "" {
		return r, blocks.Sentence("Who? Write ", blocks.Code(c.Root+" "+c.Word+" @somebody "+"fri 18:00..sat 09:00"), "."), false
	}
	if r.schedule == "" {
		r.schedule, m, ok = room.whichSchedule(c)
		return r, m, ok
	}
	return r, m, true
}

func (room *Room) knows(person string) bool {
	_, ok := room.o.People[person]
	return ok
}

func (room *Room) isSchedule(name string) bool {
	_, ok := room.o.Overrides.Schedules[name]
	return ok
}

// scheduleNamed is the schedule that was typed.
func (room *Room) scheduleNamed(said string) (name string, ok bool) {
	return spelt(maps.Keys(room.o.Overrides.Schedules), said)
}

// spelt finds a name as it was typed, or else in any case if that is clear: telephones write words with a capital.
func spelt(names iter.Seq[string], said string) (name string, ok bool) {
	var alike []string
	for n := range names {
		if n == said {
			return n, true
		}
		if strings.EqualFold(n, said) {
			alike = append(alike, n)
		}
	}
	if len(alike) != 1 {
		return "", false
	}
	return alike[0], true
}

func unknownPerson(said string, known []string) blocks.Message {
	l := blocks.Say("I do not know “", text.Clip(text.Line(said), 40), "”, so nothing was done. ")
	if near := nearest.Of(said, known); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code("@"+near), "?")...)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
}

// whichSchedule is the schedule that a person means who names none: the only one there is, or the only one they are in.
func (room *Room) whichSchedule(c *chat.Call) (name string, m blocks.Message, ok bool) {
	all := slices.Sorted(maps.Keys(room.o.Overrides.Schedules))
	own := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !slices.Contains(room.o.Overrides.Schedules[s].Members(c.Now), c.Person) })
	switch {
	case len(all) == 0:
		return "", blocks.Sentence("There are no schedules. They are made in the configuration, under ", blocks.Code("schedules"), "."), false
	case len(all) == 1:
		return all[0], m, true
	case len(own) == 1:
		return own[0], m, true
	case len(own) > 1:
		m = blocks.Sentence("Which schedule? You are in ", text.List(own, "and"), ".")
		all = own
	default:
		m = blocks.Sentence("Which schedule? You are in none of them. There are ", text.List(all[:min(len(all), 20)], "and"), ".")
	}
	if last := len(c.Args) - 1; last >= 0 {
		if near := nearest.Of(c.Args[last].Text, all); near != "" && nearest.Distance(strings.ToLower(c.Args[last].Text), strings.ToLower(near), 2) < 2 {
			return "", unknownSchedule(c, c.Args[last].Text, all), false
		}
	}
	said := strings.TrimSpace(c.Root + " " + c.Word + " " + room.Router.Readable(c.Rest))
	m.Body = append(m.Body, blocks.Para(blocks.Say("Press its button, or write its name at the end: ", blocks.Code(said+" "+all[0]))))
	for n, name := range all[:min(len(all), 10)] {
		if n%5 == 0 {
			m.Rows = append(m.Rows, nil)
		}
		row := &m.Rows[len(m.Rows)-1]
		*row = append(*row, blocks.Button{Label: text.Line(name), Action: oncallAction + "say/" + strconv.Itoa(n), Value: strings.TrimSpace(c.Word+" "+c.Rest) + " " + asTyped(name)})
	}
	return "", m, false
}

// asTyped is a name as it can be typed, whatever is in it.
func asTyped(name string) string {
	if strings.ContainsAny(name, " \t\"'“”‘’") {
		return "«" + text.Slack(name) + "»"
	}
	return text.Slack(name)
}

// saidAgain carries out what a button says: a word and what stands behind it, as if it had been typed.
func (room *Room) saidAgain(c *chat.Call, tx store.Tx, said string) (blocks.Message, error) {
	name, _, _ := strings.Cut(said, " ")
	w, ok := chat.Find(room.words(), name)
	if !ok || w.Change == nil {
		return room.unknownButton(c), nil
	}
	c.Word, c.Rest = w.Name, strings.TrimSpace(strings.TrimPrefix(said, name))
	c.Args = chat.Tokens(c.Rest)
	return w.Change(c, tx)
}

// requestedSpan is request for what has a time, which it reads in the zone of the person who wrote it. If that cannot be
// read, ok is false and m says what is understood.
func (room *Room) requestedSpan(c *chat.Call, mention bool) (r request, s when.Span, m blocks.Message, ok bool) {
	if r, m, ok = room.request(c, mention); !ok {
		return r, s, m, false
	}
	s, err := when.Parse(r.text(), c.Now, room.zoneFor(c, r.schedule))
	if err != nil {
		return r, s, unclearTime(err), false
	}
	return r, s, m, true
}

func unclearTime(err error) blocks.Message {
	m := blocks.Sentence("No change was made: ", err.Error(), ".")
	var examples blocks.Line
	for n, f := range when.Forms() {
		if n > 0 {
			examples = append(examples, blocks.Say(" · ")...)
		}
		examples = append(examples, blocks.Code(f))
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say("I understand: ", examples)))
	return m
}

// zoneFor is the zone that a person means: theirs, if it is known, or else that of the schedule.
func (room *Room) zoneFor(c *chat.Call, schedule string) *time.Location {
	if z := room.o.People[c.Person].Zone; z != nil {
		return z
	}
	if c.Zone != nil {
		return c.Zone
	}
	if z := room.o.Overrides.Schedules[schedule].Zone; z != nil {
		return z
	}
	return time.UTC
}

// inFull is a span as it was understood: with its days, times, length and zone.
func inFull(from, to time.Time, zone *time.Location) string {
	const layout = "Mon 2 Jan 2006 15:04"
	from, to = from.In(zone), to.In(zone)
	end := to.Format(layout)
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		end = to.Format("15:04")
	}
	return from.Format(layout) + " until " + end + " (" + exactly(to.Sub(from)) + ", " + zone.String() + ")"
}

// nbsp keeps a number and its unit in one row.
const nbsp = "\u00a0"

// exactly is a length in full: 2 h 30 min, 3 days 1 h.
func exactly(d time.Duration) string {
	d = d.Round(time.Minute)
	var parts []string
	days, hours, minutes := int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour), int(d%time.Hour/time.Minute)
	if days < 2 {
		hours, days = hours+24*days, 0
	}
	if days > 0 {
		parts = append(parts, strconv.Itoa(days)+nbsp+"days")
	}
	if hours > 0 {
		parts = append(parts, strconv.Itoa(hours)+nbsp+"h")
	}
	if minutes > 0 || len(parts) == 0 {
		parts = append(parts, strconv.Itoa(minutes)+nbsp+"min")
	}
	return strings.Join(parts, nbsp)
}
