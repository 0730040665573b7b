package bot

import (
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
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
		return nil, asChore(err)
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

// news is a change of who is on call that people are told about.
type news struct {
	what      newsKind
	by        string // who did it
	overrides []paging.Override
	past      []paging.Override   // of the same change, over and therefore not undone
	before    map[string][]string // who was on call until now in the span of each, by its id
}

type newsKind string

const (
	newsMade   newsKind = "made"
	newsUndone newsKind = "undone"
)

// announce tells a change to everybody who was on call, or is now, or agreed to it, and to the channel; not to whoever did
// it, who is answered.
func (b *Bot) announce(c *call, tx store.Tx, n news) {
	if n.before == nil {
		n.before = b.heldBefore(tx, c.now, n.overrides, n.overrides)
	}
	touched := []string{}
	add := func(people ...string) {
		for _, p := range people {
			if p != c.person && b.knows(p) && !slices.Contains(touched, p) {
				touched = append(touched, p)
			}
		}
	}
	for _, o := range n.overrides {
		add(o.Person, o.For)
		if o.How == paging.HowCover || o.How == paging.HowSwap {
			add(o.By)
		}
		add(n.before[o.ID]...)
		add(b.peopleIn(tx, o.Schedule, laterOf(o.From, c.now), o.To, nil)...)
	}
	const most = 20 // more than that are not on call in one span
	key := func(to string) string {
		return store.Key("told", n.overrides[0].Change, string(n.what), to)
	}
	for _, p := range touched[:min(len(touched), most)] {
		b.oweTold(tx, c.now, key(p), p, b.newsMessage(c, tx, n, p))
	}
	b.oweTold(tx, c.now, key(""), "", b.newsMessage(c, tx, n, ""))
	if b.o.OnOverride != nil {
		for _, o := range n.overrides {
			b.o.OnOverride(tx, c.now, o.Schedule)
		}
	}
}

// heldBefore is who is on call in the spans of overrides, by their ids, without some of them.
func (b *Bot) heldBefore(tx store.Tx, now time.Time, overrides, without []paging.Override) map[string][]string {
	before := map[string][]string{}
	for _, o := range overrides {
		before[o.ID] = b.peopleIn(tx, o.Schedule, laterOf(o.From, now), o.To, without)
	}
	return before
}

func laterOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// newsMessage is a change as a person is told of it, or with "" everybody.
func (b *Bot) newsMessage(c *call, tx store.Tx, n news, reader string) blocks.Message {
	var lines []blocks.Line
	for _, o := range n.overrides {
		lines = append(lines, b.newsLine(c, tx, n, o, reader))
	}
	for _, o := range n.past {
		lines = append(lines, blocks.Say("What is past stays as it was: ", b.wasOnCall(tx, o, reader), " from ", o.From, " until ", o.Ends(), "."))
	}
	lines = append(lines, newsSource(n, reader))
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
	return m
}

// newsLine says who is on call in a span, and instead of whom.
func (b *Bot) newsLine(c *call, tx store.Tx, n news, o paging.Override, reader string) blocks.Line {
	from := laterOf(o.From, c.now)
	now, before := []string{o.Person}, n.before[o.ID]
	switch {
	case n.what == newsUndone:
		now = b.peopleIn(tx, o.Schedule, from, o.To, nil)
	case o.For != "":
		before = []string{o.For}
	}
	return blocks.Say(blocks.Strong(o.Schedule), ": ", blocks.Strong(subject(now, reader)), verb(now, reader), "on call from ", from, " until ", o.To,
		" instead of ", subject(before, reader), beforeThat(o), ".")
}

// beforeThat is what stands behind the rest of an override that was taken back when it had begun.
func beforeThat(o paging.Override) string {
	if o.CancelledBy == "" || !o.From.Before(o.Ends()) {
		return ""
	}
	return "; before that it stays as it was"
}

// wasOnCall says who was on call in an override that is over: not always the one who was put there, as a later override counts
// more.
func (b *Bot) wasOnCall(tx store.Tx, o paging.Override, reader string) blocks.Line {
	people := b.peopleIn(tx, o.Schedule, o.From, o.Ends(), nil)
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
func newsSource(n news, reader string) blocks.Line {
	o := n.overrides[0]
	who := subject([]string{n.by}, reader)
	if n.what == newsUndone {
		return blocks.Say("Taken back by ", who, ": ", howCame(o, reader), ".")
	}
	return blocks.Say("That is ", howCame(o, reader), ".")
}

// howCame says how an override came about.
func howCame(o paging.Override, reader string) string {
	by := subject([]string{o.By}, reader)
	switch o.How {
	case paging.HowMe:
		return "an override by " + by + ", who took over"
	case paging.HowCover:
		return "a cover that " + by + " asked for and " + subject([]string{o.Person}, reader) + " accepted"
	case paging.HowSwap:
		return "a swap between " + subject([]string{o.Person, o.For}, reader)
	}
	return "an override by " + by
}
