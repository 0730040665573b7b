package bot

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

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
func (b *Bot) request(c *call, mention bool) (r request, m blocks.Message, ok bool) {
	for n, t := range c.args {
		name := strings.TrimPrefix(t.text, "@")
		schedule, isSchedule := b.scheduleNamed(t.text)
		switch {
		case t.kind == userToken && b.users[t.text] == "":
			return r, blocks.Sentence("That person is not in Oncalm's people list, so nothing was done. Whoever keeps its configuration can add them there."), false
		case t.kind == userToken && r.person == "":
			r.person = b.users[t.text]
		case mention && r.person == "" && t.kind == wordToken && (b.knows(name) || strings.HasPrefix(t.text, "@")):
			if !b.knows(name) {
				return r, unknownPerson(name, slices.Collect(maps.Keys(b.o.People))), false
			}
			r.person = name
		case r.schedule == "" && isSchedule && (n == len(c.args)-1 || n == 0):
			r.schedule = schedule
		default:
			r.rest = append(r.rest, t.text)
		}
	}
	if mention && r.person == "" {
		return r, blocks.Sentence("Who? Write ", blocks.Code(c.root+" "+c.word+" @somebody "+"fri 18:00..sat 09:00"), "."), false
	}
	if r.schedule == "" {
		r.schedule, m, ok = b.whichSchedule(c)
		return r, m, ok
	}
	return r, m, true
}

func (b *Bot) knows(person string) bool {
	_, ok := b.o.People[person]
	return ok
}

func (b *Bot) isSchedule(name string) bool {
	_, ok := b.o.Overrides.Schedules[name]
	return ok
}

// scheduleNamed is the schedule that was typed.
func (b *Bot) scheduleNamed(said string) (name string, ok bool) {
	return spelt(maps.Keys(b.o.Overrides.Schedules), said)
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
func (b *Bot) whichSchedule(c *call) (name string, m blocks.Message, ok bool) {
	all := slices.Sorted(maps.Keys(b.o.Overrides.Schedules))
	own := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !slices.Contains(b.o.Overrides.Schedules[s].Members(c.now), c.person) })
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
	if last := len(c.args) - 1; last >= 0 {
		if near := nearest.Of(c.args[last].text, all); near != "" && nearest.Distance(strings.ToLower(c.args[last].text), strings.ToLower(near), 2) < 2 {
			return "", unknownSchedule(c, c.args[last].text, all), false
		}
	}
	said := strings.TrimSpace(c.root + " " + c.word + " " + b.readable(c.rest))
	m.Body = append(m.Body, blocks.Para(blocks.Say("Press its button, or write its name at the end: ", blocks.Code(said+" "+all[0]))))
	for n, name := range all[:min(len(all), 10)] {
		if n%5 == 0 {
			m.Rows = append(m.Rows, nil)
		}
		row := &m.Rows[len(m.Rows)-1]
		*row = append(*row, blocks.Button{Label: text.Line(name), Action: oncallAction + "say/" + strconv.Itoa(n), Value: strings.TrimSpace(c.word+" "+c.rest) + " " + asTyped(name)})
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
func (b *Bot) saidAgain(c *call, tx store.Tx, said string) (blocks.Message, error) {
	name, _, _ := strings.Cut(said, " ")
	w, ok := find(b.oncallWords(), name)
	if !ok || w.change == nil {
		return b.unknownButton(c), nil
	}
	c.word, c.rest = w.name, strings.TrimSpace(strings.TrimPrefix(said, name))
	c.args = tokens(c.rest)
	return w.change(c, tx)
}

// requestedSpan is request for what has a time, which it reads in the zone of the person who wrote it. If that cannot be
// read, ok is false and m says what is understood.
func (b *Bot) requestedSpan(c *call, mention bool) (r request, s when.Span, m blocks.Message, ok bool) {
	if r, m, ok = b.request(c, mention); !ok {
		return r, s, m, false
	}
	s, err := when.Parse(r.text(), c.now, b.zoneFor(c, r.schedule))
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
func (b *Bot) zoneFor(c *call, schedule string) *time.Location {
	if z := b.o.People[c.person].Zone; z != nil {
		return z
	}
	if c.zone != nil {
		return c.zone
	}
	if z := b.o.Overrides.Schedules[schedule].Zone; z != nil {
		return z
	}
	return time.UTC
}

const (
	// asking is how long a request waits for Slack to tell somebody's zone. There is an answer without it as well.
	asking = 700 * time.Millisecond
	// zonesKept is how long it is believed. People travel.
	zonesKept = time.Hour
)

// zones remembers what Slack told about where people are. The zero value is ready.
type zones struct {
	mu    sync.Mutex
	known map[string]zoneTold
}

type zoneTold struct {
	zone *time.Location // nil if Slack did not tell
	at   time.Time
}

// learnZone asks Slack for the zone of a person of whom the configuration does not say it.
func (b *Bot) learnZone(ctx context.Context, c *call) {
	user := b.o.People[c.person].Slack
	if b.o.People[c.person].Zone != nil || user == "" {
		return
	}
	b.zones.mu.Lock()
	told, ok := b.zones.known[user]
	b.zones.mu.Unlock()
	if ok && c.now.Sub(told.at) < zonesKept {
		c.zone = told.zone
		return
	}
	short, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	u, err := b.out.UserInfo(short, user)
	if err != nil {
		b.log.Info("Slack does not tell somebody's time zone; that of the schedule is used", "person", c.person, "err", err)
	}
	c.zone = u.Zone
	b.zones.mu.Lock()
	defer b.zones.mu.Unlock()
	if b.zones.known == nil {
		b.zones.known = map[string]zoneTold{}
	}
	b.zones.known[user] = zoneTold{c.zone, c.now}
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
