package shifts

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/store"
)

// Follow owes what people are told of a change of who is on call (see [overrides.Follower]).
func (room *Room) Follow(tx store.Tx, now time.Time, c overrides.Change) {
	if c.Ask != nil {
		room.oweAsk(tx, now, *c.Ask)
	}
	switch c.What {
	case overrides.Made, overrides.Accepted:
		room.announce(tx, now, c, "made")
	case overrides.Cancelled:
		room.announce(tx, now, c, "undone")
	case overrides.Declined:
		if c.Ask.State == overrides.AskDeclined {
			room.tellAsker(tx, now, *c.Ask, "declined", declinedMessage(*c.Ask))
		}
	case overrides.Expired:
		room.tellAsker(tx, now, *c.Ask, "expired", unanswered(*c.Ask))
	case overrides.Voided:
		room.tellAsker(tx, now, *c.Ask, "void", voidMessage(*c.Ask))
	case overrides.Questioned, overrides.Withdrawn: // whoever asked is answered
	case overrides.Held, overrides.Relieved: // that is told of with the handoff
	}
}

// tellAsker owes to whoever asked what has come of it.
func (room *Room) tellAsker(tx store.Tx, now time.Time, a overrides.Ask, what string, m blocks.Message) {
	room.o.Owe(tx, now, store.Key("told", a.Change, what, a.By), a.By, m)
}

// announce tells a change to everybody who was on call, or is now, or agreed to it, and to the channel; not to whoever did
// it, who is answered.
func (room *Room) announce(tx store.Tx, now time.Time, c overrides.Change, what string) {
	touched := []string{}
	add := func(people ...string) {
		for _, p := range people {
			if p != c.By && room.knows(p) && !slices.Contains(touched, p) {
				touched = append(touched, p)
			}
		}
	}
	for _, o := range c.Overrides {
		add(o.Person, o.For)
		if o.How == overrides.HowCover || o.How == overrides.HowSwap {
			add(o.By)
		}
		add(c.Before[o.ID]...)
		add(room.o.Overrides.During(tx, o.Schedule, o.Left(now), o.To)...)
	}
	const most = 20 // more than that are not on call in one span
	key := func(to string) string { return store.Key("told", c.ID, what, to) }
	for _, p := range touched[:min(len(touched), most)] {
		room.o.Owe(tx, now, key(p), p, room.newsMessage(tx, now, c, p))
	}
	room.o.Owe(tx, now, key(""), "", room.newsMessage(tx, now, c, ""))
}

// newsMessage is a change as a person is told of it, or with "" everybody.
func (room *Room) newsMessage(tx store.Tx, now time.Time, c overrides.Change, reader string) blocks.Message {
	var lines []blocks.Line
	for _, o := range c.Overrides {
		lines = append(lines, room.newsLine(tx, now, c, o, reader))
	}
	for _, o := range c.Past {
		lines = append(lines, blocks.Say("What is past stays as it was: ", room.wasOnCall(tx, o, reader), " from ", o.From, " until ", o.Ends(), "."))
	}
	lines = append(lines, newsSource(c, reader))
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
	return m
}

// newsLine says who is on call in a span, and instead of whom.
func (room *Room) newsLine(tx store.Tx, now time.Time, c overrides.Change, o overrides.Override, reader string) blocks.Line {
	from := o.Left(now)
	after, before := []string{o.Person}, c.Before[o.ID]
	switch {
	case c.What == overrides.Cancelled:
		after = room.o.Overrides.During(tx, o.Schedule, from, o.To)
	case o.For != "":
		before = []string{o.For}
	}
	return blocks.Say(blocks.Strong(o.Schedule), ": ", blocks.Strong(Subject(after, reader)), verb(after, reader), "on call from ", from, " until ", o.To,
		" instead of ", Subject(before, reader), beforeThat(o), ".")
}

// beforeThat is what stands behind the rest of an override that was taken back when it had begun.
func beforeThat(o overrides.Override) string {
	if o.CancelledBy == "" || !o.From.Before(o.Ends()) {
		return ""
	}
	return "; before that it stays as it was"
}

// wasOnCall says who was on call in an override that is over: not always the one who was put there, as a later override counts
// more.
func (room *Room) wasOnCall(tx store.Tx, o overrides.Override, reader string) blocks.Line {
	people := room.o.Overrides.During(tx, o.Schedule, o.From, o.Ends())
	was := " was "
	if several(people, reader) {
		was = " were "
	}
	return blocks.Say(blocks.Strong(Subject(people, reader)), was, "on call for ", blocks.Strong(o.Schedule))
}

// Subject names people to a reader.
func Subject(people []string, reader string) string {
	if len(people) == 0 {
		return "nobody"
	}
	return text.List(asRead(people, reader), "and")
}

func asRead(people []string, reader string) []string {
	out := slices.Clone(people)
	for i, p := range out {
		if p == reader {
			out[i] = "you"
		}
	}
	return out
}

func verb(people []string, reader string) string {
	if several(people, reader) {
		return " are "
	}
	return " is "
}

// several reports whether the verb behind people is in the plural, as it is behind "you".
func several(people []string, reader string) bool {
	return len(people) > 1 || len(people) == 1 && people[0] == reader
}

// newsSource says who did it, and how.
func newsSource(c overrides.Change, reader string) blocks.Line {
	o := c.Overrides[0]
	who := Subject([]string{c.By}, reader)
	if c.What == overrides.Cancelled {
		return blocks.Say("Taken back by ", who, ": ", howCame(o, reader), ".")
	}
	return blocks.Say("That is ", howCame(o, reader), ".")
}

// howCame says how an override came about.
func howCame(o overrides.Override, reader string) string {
	by := Subject([]string{o.By}, reader)
	switch o.How {
	case overrides.HowMe:
		return "an override by " + by + ", who took over"
	case overrides.HowCover:
		return "a cover that " + by + " asked for and " + Subject([]string{o.Person}, reader) + " accepted"
	case overrides.HowSwap:
		return "a swap between " + Subject([]string{o.Person, o.For}, reader)
	}
	return "an override by " + by
}

// Voided says of an override that it does not count, and why.
func Voided(o rotations.Override) blocks.Line {
	return blocks.Say(blocks.Strong(o.Schedule), ": an override for ", blocks.Strong(o.Person), " from ", o.From, " until ", o.To, " does not count: ", o.Void)
}
