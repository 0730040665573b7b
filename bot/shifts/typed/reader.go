package typed

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/text"
)

const (
	// Room is the name of the room of /oncall in buttons and forms.
	Room = "oncall"
	// Title is that of its forms.
	Title = "On call"
)

// Said is a word of /oncall and what stands behind it, as a button or a form carries it.
func Said(word, rest string) chat.Said { return chat.Said{Room: Room, Word: word, Rest: rest} }

// A Reader finds out what somebody means. Its fields are set before it is used and not changed afterwards.
type Reader struct {
	Overrides *overrides.Book // knows the schedules
	People    map[string]chat.Person
	Users     map[string]string // names of people by their ids in Slack
	Router    *chat.Router
}

// A Meaning is what was typed behind a word of /oncall, taken apart.
type Meaning struct {
	Person   string // who was mentioned, by their name in the configuration
	Schedule string // that was named, or the only one that can be meant
	Rest     []string
}

// Read takes apart what was typed. With mention, somebody has to be named. If it is not clear what is meant, ok is false and
// m says what to do about it.
//
// A mention (<@U123>) is exact; a name counts only where somebody has to be named, and else may be a word of a time.
func (r *Reader) Read(c *chat.Call, mention bool) (meant Meaning, m blocks.Message, ok bool) {
	for n, t := range c.Args {
		name := strings.TrimPrefix(t.Text, "@")
		schedule, isSchedule := r.Schedule(t.Text)
		switch {
		case t.Kind == chat.UserToken && r.Users[t.Text] == "":
			return meant, blocks.Sentence("That person is not in Oncalm's people list, so nothing was done. ",
				"Whoever maintains its configuration can add them."), false
		case t.Kind == chat.UserToken && meant.Person == "":
			meant.Person = r.Users[t.Text]
		case mention && meant.Person == "" && t.Kind == chat.WordToken && (r.Knows(name) || strings.HasPrefix(t.Text, "@")):
			if !r.Knows(name) {
				return meant, r.Names().None("@"+name, "nothing was done", argument.Person), false
			}
			meant.Person = name
		case meant.Schedule == "" && isSchedule && (n == len(c.Args)-1 || n == 0):
			meant.Schedule = schedule
		default:
			meant.Rest = append(meant.Rest, t.Text)
		}
	}
	if mention && meant.Person == "" {
		return meant, blocks.Sentence("Who? Write ",
			blocks.Code(c.Root+" "+c.Word+" @somebody fri 18:00..sat 09:00"), "."), false
	}
	if meant.Schedule == "" {
		meant.Schedule, m, ok = r.WhichSchedule(c)
		return meant, m, ok
	}
	return meant, m, true
}

// ReadSpan is Read for what has a time, which it reads in the zone of the person who wrote it. If that cannot be read, ok is
// false and m says what is understood.
func (r *Reader) ReadSpan(c *chat.Call, mention bool) (meant Meaning, s when.Span, m blocks.Message, ok bool) {
	if meant, m, ok = r.Read(c, mention); !ok {
		return meant, s, m, false
	}
	parse := func(words []string) (when.Span, error) {
		return when.Parse(strings.Join(words, " "), c.Now, r.Zone(c, meant.Schedule))
	}
	s, err := parse(meant.Rest)
	if err != nil {
		is := func(words []string) bool { _, err := parse(words); return err == nil }
		if name, ok := Misnamed(meant.Rest, is); ok {
			return meant, s, UnknownSchedule(c, name, r.Schedules()), false
		}
		return meant, s, unclearTime(err), false
	}
	return meant, s, m, true
}

// Names are those that can stand behind a word.
func (r *Reader) Names() argument.Names {
	return argument.Names{argument.Person: slices.Sorted(maps.Keys(r.People)), argument.Schedule: r.Schedules()}
}

// Misnamed is the one of some words, the first or the last, that was meant as a schedule: the others are a time without it.
func Misnamed(words []string, isTime func(words []string) bool) (name string, ok bool) {
	if len(words) < 2 {
		return "", false
	}
	for _, at := range []int{len(words) - 1, 0} {
		if strings.ContainsAny(words[at], ":.") && words[at][0] >= '0' && words[at][0] <= '9' {
			continue
		}
		if isTime(slices.Delete(slices.Clone(words), at, at+1)) {
			return words[at], true
		}
	}
	return "", false
}

// Knows reports whether a person is in the configuration.
func (r *Reader) Knows(person string) bool {
	_, ok := r.People[person]
	return ok
}

// Has reports whether there is a schedule of exactly this name.
func (r *Reader) Has(schedule string) bool {
	_, ok := r.Overrides.Schedules[schedule]
	return ok
}

// Schedules are the names of all schedules.
func (r *Reader) Schedules() []string { return slices.Sorted(maps.Keys(r.Overrides.Schedules)) }

// Own are the names of the schedules in which somebody is who says something.
func (r *Reader) Own(c *chat.Call) []string {
	return slices.DeleteFunc(r.Schedules(), func(name string) bool {
		return !slices.Contains(r.Overrides.Schedules[name].Members(c.Now), c.Person)
	})
}

// Schedule is the schedule that was typed.
func (r *Reader) Schedule(said string) (name string, ok bool) {
	return Spelt(maps.Keys(r.Overrides.Schedules), said)
}

// Spelt finds a name as it was typed, or else in any case if that is clear: telephones write words with a capital. The
// order of names does not matter: two that differ in case only are never guessed between.
func Spelt(names iter.Seq[string], said string) (name string, ok bool) {
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

// UnknownSchedule says which schedules there are.
func UnknownSchedule(c *chat.Call, said string, known []string) blocks.Message {
	l := blocks.Say("There is no schedule “", text.Clip(text.Line(said), 40), "”. ")
	if near := nearest.Of(said, known); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code(c.Root+" "+c.Word+" "+near), "? ")...)
	}
	l = append(l, blocks.Say("There are ", text.List(known[:min(len(known), 20)], "and"), ".")...)
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
}

// NoSchedules says how to make the first one.
func NoSchedules() blocks.Message {
	return blocks.Sentence("There are no schedules. Add them to the configuration, under ",
		blocks.Code("schedules"), ".")
}

// WhichSchedule is the schedule that a person means who names none: the only one there is, or the only one they are in. In
// a button the text goes on with the name behind it, so nobody types it again.
func (r *Reader) WhichSchedule(c *chat.Call) (name string, m blocks.Message, ok bool) {
	all, own := r.Schedules(), r.Own(c)
	switch {
	case len(all) == 0:
		return "", NoSchedules(), false
	case len(all) == 1:
		return all[0], m, true
	case len(own) == 1:
		return own[0], m, true
	case len(own) > 1:
		m = blocks.Sentence("Which schedule? You are in ", text.List(own, "and"), ".")
		all = own
	default:
		m = blocks.Sentence("Which schedule? You are in none of them. There are ",
			text.List(all[:min(len(all), 20)], "and"), ".")
	}
	// the last word may be the name, mistyped by a letter
	if last := len(c.Args) - 1; last >= 0 {
		if near := nearest.Of(c.Args[last].Text, all); near != "" &&
			nearest.Distance(strings.ToLower(c.Args[last].Text), strings.ToLower(near), 2) < 2 {
			return "", UnknownSchedule(c, c.Args[last].Text, all), false
		}
	}
	said := strings.TrimSpace(c.Root + " " + c.Word + " " + r.Router.Readable(c.Rest))
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Press its button, or write its name at the end: ", blocks.Code(said+" "+all[0])),
	))
	for n, name := range all[:min(len(all), 10)] {
		if n%5 == 0 {
			m.Rows = append(m.Rows, nil)
		}
		row := &m.Rows[len(m.Rows)-1]
		again := Said(c.Word, strings.TrimSpace(c.Rest+" "+asTyped(name)))
		*row = append(*row, again.Numbered(text.Line(name), strconv.Itoa(n)))
	}
	return "", m, false
}

// asTyped is a name as it can be typed, whatever is in it. It has quotes around it if it needs them, of a kind that names
// seldom have.
func asTyped(name string) string {
	if strings.ContainsAny(name, " \t\"'“”‘’") {
		return "«" + text.Slack(name) + "»"
	}
	return text.Slack(name)
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

// Zone is the zone that a person means: theirs, if it is known, or else that of the schedule.
func (r *Reader) Zone(c *chat.Call, schedule string) *time.Location {
	if z := r.People[c.Person].Zone; z != nil {
		return z
	}
	if c.Zone != nil {
		return c.Zone
	}
	if z := r.Overrides.Schedules[schedule].Zone; z != nil {
		return z
	}
	return time.UTC
}

// ChangeID names what is made by a request, the same each time that it arrives.
//
// It is a hash of 5 bytes, since people see it in keys and buttons; a repeated request has the same id, so
// [overrides.ErrMade] tells it from a new one.
func ChangeID(request string) string {
	sum := sha256.Sum256([]byte(request))
	return hex.EncodeToString(sum[:5])
}
