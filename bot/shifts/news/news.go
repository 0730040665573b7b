package news

import (
	"log/slog"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// A Follower of the book of overrides enqueues what people are told of its changes. Its fields are set before it is used
// and not changed afterwards.
type Follower struct {
	Book      *incidents.Book // its store
	Overrides *overrides.Book
	People    map[string]chat.Person
	Out       *slack.Sender
	Owe       func(tx store.Tx, now time.Time, key, person string, m blocks.Message) // a notice
	Clock     *clocks.Clock
	Log       *slog.Logger
}

// Follow enqueues what people are told of a change of who is on call (see [overrides.Follower]). A change with a question
// also brings the question up to date, whatever has become of it.
func (f *Follower) Follow(tx store.Tx, now time.Time, c overrides.Change) {
	if c.Ask != nil {
		f.enqueueAsk(tx, now, *c.Ask)
	}
	switch c.What {
	case overrides.Made, overrides.Accepted:
		f.announce(tx, now, c, "made")
	case overrides.Cancelled:
		f.announce(tx, now, c, "undone")
	case overrides.Declined:
		if c.Ask.State == overrides.AskDeclined {
			f.tellAsker(tx, now, *c.Ask, "declined", declinedMessage(*c.Ask))
		}
	case overrides.Expired:
		f.tellAsker(tx, now, *c.Ask, "expired", unanswered(*c.Ask))
	case overrides.Voided:
		f.tellAsker(tx, now, *c.Ask, "void", voidMessage(*c.Ask))
	case overrides.Questioned, overrides.Withdrawn: // whoever asked is answered
	case overrides.Held, overrides.Relieved: // that is told of with the handoff
	}
}

// tellAsker enqueues for whoever asked what has come of it. The key has the outcome in it, so that the same outcome is told
// once.
func (f *Follower) tellAsker(tx store.Tx, now time.Time, a overrides.Ask, what string, m blocks.Message) {
	f.Owe(tx, now, store.Key("told", a.Change, what, a.By), a.By, m)
}

// announce tells a change to everybody who was on call, or is now, or agreed to it, and to the channel; not to whoever did
// it, who is answered.
func (f *Follower) announce(tx store.Tx, now time.Time, c overrides.Change, what string) {
	touched := []string{}
	add := func(people ...string) {
		for _, p := range people {
			if _, known := f.People[p]; known && p != c.By && !slices.Contains(touched, p) {
				touched = append(touched, p)
			}
		}
	}
	for _, o := range c.Overrides {
		// who is on call by it, and in a swap whose shift it was
		add(o.Person, o.For)
		if o.How == overrides.HowCover || o.How == overrides.HowSwap {
			add(o.By)
		}
		add(c.Before[o.ID]...)
		add(f.Overrides.During(tx, o.Schedule, o.Left(now), o.To)...)
	}
	const most = 20 // more than that are not on call in one span
	key := func(to string) string { return store.Key("told", c.ID, what, to) }
	for _, p := range touched[:min(len(touched), most)] {
		f.Owe(tx, now, key(p), p, f.newsMessage(tx, now, c, p))
	}
	f.Owe(tx, now, key(""), "", f.newsMessage(tx, now, c, ""))
}

// newsMessage is a change as a person is told of it, or with "" everybody.
func (f *Follower) newsMessage(tx store.Tx, now time.Time, c overrides.Change, reader string) blocks.Message {
	var lines []blocks.Line
	for _, o := range c.Overrides {
		lines = append(lines, f.newsLine(tx, now, c, o, reader))
	}
	for _, o := range c.Past {
		lines = append(lines, blocks.Say("The past stays as it was: ", WasOnCall(tx, f.Overrides, o, reader), " from ",
			o.From, " until ", o.Ends(), "."))
	}
	lines = append(lines, newsSource(c, reader))
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}

// newsLine says who is on call in a span, and instead of whom.
func (f *Follower) newsLine(tx store.Tx, now time.Time, c overrides.Change, o overrides.Override,
	reader string) blocks.Line {
	from := o.Left(now)
	after, before := []string{o.Person}, c.Before[o.ID]
	switch {
	case c.What == overrides.Cancelled:
		after = f.Overrides.During(tx, o.Schedule, from, o.To)
	case o.For != "":
		before = []string{o.For}
	}
	return blocks.Say(blocks.Strong(o.Schedule), ": ", blocks.Strong(Subject(after, reader)), Verb(after, reader),
		"on call from ", from, " until ", o.To, " instead of ", Subject(before, reader), BeforeThat(o), ".")
}

// newsSource says who did it, and how. All overrides of a change came about in one way, so the first tells for all.
func newsSource(c overrides.Change, reader string) blocks.Line {
	o := c.Overrides[0]
	who := Subject([]string{c.By}, reader)
	if c.What == overrides.Cancelled {
		return blocks.Say("Undone by ", who, ": ", HowCame(o, reader), ".")
	}
	return blocks.Say("That is ", HowCame(o, reader), ".")
}
