package bot

import (
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/overrides"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// toldEvent marks in its metadata what people are told about a change of who is on call.
const toldEvent = "oncalm_told"

// telling of changes: Slack takes about one message a second in a channel.
func changing() slack.Tempo { return slack.Tempo{Kind: "told", Every: time.Second, Burst: 5} }

// toldBody is the body of an entry of what somebody is told.
type toldBody struct {
	Person string       `json:"person,omitempty"` // empty: the channel
	Drawn  blocks.Drawn `json:"message"`
}

// oweTold owes what a person, or with "" the channel, is told.
func (b *Bot) oweTold(tx store.Tx, now time.Time, key, person string, m blocks.Message) {
	if person == "" && b.o.Channel == "" || person != "" && b.o.People[person].Slack == "" {
		return
	}
	outbox.In(tx, now).Once(outbox.Entry{
		Key: key, Kind: KindTold, Lane: outbox.Chores, Due: now, Body: outbox.Body(toldBody{person, blocks.Draw(m)}),
	})
}

// told sends what is owed to a person or the channel.
func (b *Bot) told(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body toldBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	now, to := b.o.Clock.Now(), b.o.Channel
	if body.Person != "" {
		to = b.o.People[body.Person].Slack
	}
	if to == "" || now.Sub(e.Created) > stale {
		b.log.Warn("a notice could not be told", "key", e.Key, "person", body.Person)
		return nil, nil
	}
	if body.Person == "" {
		if turn, ok := b.pace.Start(e.Key, changing(), now); !ok {
			return nil, &outbox.Later{After: turn.Sub(now), Err: errPaced}
		}
	}
	_, err := b.sendOnce(ctx, e, to, body.Person != "", body.Drawn, toldEvent)
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		b.log.Warn("a notice could not be told", "key", e.Key, "person", body.Person, "err", err)
		return nil, nil
	}
	if err != nil || body.Person != "" {
		return nil, slack.Owed(err)
	}
	return func(tx store.Tx) error {
		b.took(tx, now, false) // what takes a notice takes a card
		return nil
	}, nil
}

// sendOnce posts the message of an entry, unless an earlier attempt has got through.
func (b *Bot) sendOnce(ctx context.Context, e outbox.Entry, to string, direct bool, d blocks.Drawn, event string) (slack.Ref, error) {
	r, _, err := b.out.Put(ctx, slack.Post{
		To: to, Direct: direct, Tag: slack.Tag{Event: event, Key: e.Key}, Name: e.Key, Drawn: d, Since: e.Created, Perhaps: e.PerhapsDone,
	})
	return r, err
}

// FollowOverrides owes what people are told of a change of who is on call (see [overrides.Follower]).
func (b *Bot) FollowOverrides(tx store.Tx, now time.Time, c overrides.Change) {
	if c.Ask != nil {
		b.oweAsk(tx, now, *c.Ask)
	}
	switch c.What {
	case overrides.Made, overrides.Accepted:
		b.announce(tx, now, c, "made")
	case overrides.Cancelled:
		b.announce(tx, now, c, "undone")
	case overrides.Declined:
		if c.Ask.State == overrides.AskDeclined {
			b.tellAsker(tx, now, *c.Ask, "declined", declinedMessage(*c.Ask))
		}
	case overrides.Expired:
		b.tellAsker(tx, now, *c.Ask, "expired", unanswered(*c.Ask))
	case overrides.Voided:
		b.tellAsker(tx, now, *c.Ask, "void", voidMessage(*c.Ask))
	case overrides.Questioned, overrides.Withdrawn: // whoever asked is answered
	case overrides.Held, overrides.Relieved: // that is told of with the handoff
	}
}

// tellAsker owes to whoever asked what has come of it.
func (b *Bot) tellAsker(tx store.Tx, now time.Time, a overrides.Ask, what string, m blocks.Message) {
	b.oweTold(tx, now, store.Key("told", a.Change, what, a.By), a.By, m)
}

// announce tells a change to everybody who was on call, or is now, or agreed to it, and to the channel; not to whoever did
// it, who is answered.
func (b *Bot) announce(tx store.Tx, now time.Time, c overrides.Change, what string) {
	touched := []string{}
	add := func(people ...string) {
		for _, p := range people {
			if p != c.By && b.knows(p) && !slices.Contains(touched, p) {
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
		add(b.o.Overrides.During(tx, o.Schedule, o.Left(now), o.To)...)
	}
	const most = 20 // more than that are not on call in one span
	key := func(to string) string { return store.Key("told", c.ID, what, to) }
	for _, p := range touched[:min(len(touched), most)] {
		b.oweTold(tx, now, key(p), p, b.newsMessage(tx, now, c, p))
	}
	b.oweTold(tx, now, key(""), "", b.newsMessage(tx, now, c, ""))
}

// newsMessage is a change as a person is told of it, or with "" everybody.
func (b *Bot) newsMessage(tx store.Tx, now time.Time, c overrides.Change, reader string) blocks.Message {
	var lines []blocks.Line
	for _, o := range c.Overrides {
		lines = append(lines, b.newsLine(tx, now, c, o, reader))
	}
	for _, o := range c.Past {
		lines = append(lines, blocks.Say("What is past stays as it was: ", b.wasOnCall(tx, o, reader), " from ", o.From, " until ", o.Ends(), "."))
	}
	lines = append(lines, newsSource(c, reader))
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
	return m
}

// newsLine says who is on call in a span, and instead of whom.
func (b *Bot) newsLine(tx store.Tx, now time.Time, c overrides.Change, o overrides.Override, reader string) blocks.Line {
	from := o.Left(now)
	after, before := []string{o.Person}, c.Before[o.ID]
	switch {
	case c.What == overrides.Cancelled:
		after = b.o.Overrides.During(tx, o.Schedule, from, o.To)
	case o.For != "":
		before = []string{o.For}
	}
	return blocks.Say(blocks.Strong(o.Schedule), ": ", blocks.Strong(subject(after, reader)), verb(after, reader), "on call from ", from, " until ", o.To,
		" instead of ", subject(before, reader), beforeThat(o), ".")
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
func (b *Bot) wasOnCall(tx store.Tx, o overrides.Override, reader string) blocks.Line {
	people := b.o.Overrides.During(tx, o.Schedule, o.From, o.Ends())
	was := " was "
	if several(people, reader) {
		was = " were "
	}
	return blocks.Say(blocks.Strong(subject(people, reader)), was, "on call for ", blocks.Strong(o.Schedule))
}

// subject names people to a reader.
func subject(people []string, reader string) string {
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
	who := subject([]string{c.By}, reader)
	if c.What == overrides.Cancelled {
		return blocks.Say("Taken back by ", who, ": ", howCame(o, reader), ".")
	}
	return blocks.Say("That is ", howCame(o, reader), ".")
}

// howCame says how an override came about.
func howCame(o overrides.Override, reader string) string {
	by := subject([]string{o.By}, reader)
	switch o.How {
	case overrides.HowMe:
		return "an override by " + by + ", who took over"
	case overrides.HowCover:
		return "a cover that " + by + " asked for and " + subject([]string{o.Person}, reader) + " accepted"
	case overrides.HowSwap:
		return "a swap between " + subject([]string{o.Person, o.For}, reader)
	}
	return "an override by " + by
}
