package silence

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/match"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/text"
)

const (
	// longestWhy is how much of a reason is kept.
	longestWhy = 200
	// longestTime is how many words are looked at as a time.
	longestTime = 8
)

// meant is what was typed behind the word, taken apart. The form and what is typed both become one.
type meant struct {
	covers []silences.Cover
	span   when.Span
	clear  bool
	why    string
}

// read takes apart what was typed. If it is not clear what is meant, ok is false and m says what to do about it. A silence
// needs an end and a reason: without them nobody would know whether it may be ended.
func (t *Talk) read(c *chat.Call) (is meant, m blocks.Message, ok bool) {
	cover, rest := t.target(c.Args)
	if _, ok := typed.Spelt(slices.Values(t.services()), cover.Service); cover.Service != "" && !ok {
		return is, t.names().None(cover.Service, "nothing was silenced", argument.Service), false
	}
	if err := cover.Check(); err != nil {
		return is, blocks.Sentence("Nothing was silenced: ", err.Error(), "."), false
	}
	is.covers = []silences.Cover{cover}
	if len(rest) == 0 {
		return is, t.how(c, "For how long?"), false
	}
	if len(rest) > 1 && strings.EqualFold(rest[0].Text, "until") && isClear(rest[1].Text) {
		is.clear, rest = true, rest[2:]
		is.span = when.Span{From: c.Now, To: c.Now.Add(silences.Longest)}
	} else if is.span, rest, ok = t.time(c, rest); !ok {
		return is, t.how(c, "I do not understand for how long."), false
	}
	if len(rest) > 0 {
		is.why = text.Clip(text.Line(t.Router.Readable(c.Rest[rest[0].From:])), longestWhy)
	}
	if is.why == "" {
		return is, t.how(c, "Why? The reason stands on every card."), false
	}
	return is, m, true
}

func isClear(word string) bool {
	return slices.Contains([]string{"clear", "ok", "okay", "cleared"}, strings.ToLower(word))
}

// how says how to say it.
func (t *Talk) how(c *chat.Call, what string) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("Nothing was silenced. ", what),
		blocks.Say("Write ", blocks.Code(c.Root+" silence checkout-* 2h we deploy"),
			", with an alarm's name, a service or a tag, and ", blocks.Code("2h"), ", ", blocks.Code("until 18:00"), ", ",
			blocks.Code("until clear"), " or ", blocks.Code("sat 02:00..04:00"), "."),
	)}}
}

// target is what is to be silenced: a service, a tag, or alarms by their names, and what stands behind it.
//
// A word in front ("service", "tag", "alarm") says of what kind it is. Without one a service of that name goes before
// alarms, and what has a = in it is a tag. If a time follows such a word, it is itself the name: "service 2h" silences
// alarms that are called so.
func (t *Talk) target(args []chat.Token) (silences.Cover, []chat.Token) {
	first, rest := args[0].Text, args[1:]
	kind := strings.ToLower(first)
	if (kind == "service" || kind == "tag" || kind == "alarm") && len(rest) > 0 && !t.isTime(rest) {
		first, rest = rest[0].Text, rest[1:]
	} else if kind, first, _ = strings.Cut(first, ":"); !strings.EqualFold(kind, string(argument.Service)) || first == "" {
		kind, first = "", args[0].Text
	}
	service, known := typed.Spelt(slices.Values(t.services()), first)
	switch {
	case strings.EqualFold(kind, string(argument.Service)) && !known:
		return silences.Cover{Service: first}, rest
	case known && kind != "alarm" && kind != "tag":
		return silences.Cover{Service: service}, rest
	case kind == "tag" || kind == "" && strings.Contains(first, "="):
		return silences.Cover{Match: match.Match{Tag: first}}, rest
	}
	return silences.Cover{Match: match.Match{Alarm: first}}, rest
}

func (t *Talk) names() argument.Names { return argument.Names{argument.Service: t.services()} }

// isTime reports whether the first of some words is a time: then what stands before it is a name. The zone does not matter
// for that.
func (t *Talk) isTime(words []chat.Token) bool {
	_, err := when.Parse(words[0].Text, t.Clock.Now(), time.UTC)
	return err == nil || strings.EqualFold(words[0].Text, "until")
}

// time reads as many words as are a time, and returns the rest. The longest beginning that is a time counts.
func (t *Talk) time(c *chat.Call, words []chat.Token) (s when.Span, rest []chat.Token, ok bool) {
	for n := min(len(words), longestTime); n > 0; n-- {
		var said []string
		for _, w := range words[:n] {
			said = append(said, w.Text)
		}
		s, err := when.Parse(strings.Join(said, " "), c.Now, t.zone(c))
		if err == nil {
			return s, words[n:], true
		}
	}
	return s, words, false
}

// zone is that of whoever asks. A silence has no schedule, whose zone could stand in.
func (t *Talk) zone(c *chat.Call) *time.Location {
	if z := t.People[c.Person].Zone; z != nil {
		return z
	}
	if c.Zone != nil {
		return c.Zone
	}
	return time.UTC
}
