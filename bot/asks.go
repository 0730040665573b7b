package bot

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// An ask is a question to people whether they stand in: a cover to the others of a schedule, of whom the first to accept
// takes it, or a swap to one person. It is decided in the store, so it is decided once.
type ask struct {
	plan
	Made     time.Time            `json:"made"`
	Asked    []string             `json:"asked"`
	Declined []string             `json:"declined,omitempty"`
	State    askState             `json:"state"`
	Taken    string               `json:"taken,omitempty"` // who accepted
	Sent     map[string]slack.Ref `json:"sent,omitempty"`  // where the question stands, by person
}

type askState string

const (
	askOpen      askState = "open"
	askTaken     askState = "taken"
	askDeclined  askState = "declined"  // by everybody
	askWithdrawn askState = "withdrawn" // by whoever asked
	askExpired   askState = "expired"   // the span has begun
	askVoid      askState = "void"      // the shifts are not any more what they were
)

// askKept is how long an ask is kept when it is over.
const askKept = 30 * 24 * time.Hour

func askKey(id string) string { return store.Key("ask", id) }

func readAsk(tx store.Tx, id string) (ask, bool) {
	var a ask
	val := tx.Get(askKey(id))
	return a, val != nil && json.Unmarshal(val, &a) == nil
}

func saveAsk(tx store.Tx, a ask) {
	val, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and numbers can always be written
	}
	tx.Put(askKey(a.Change), val)
}

// lastAsk is what a person has asked last and nobody has answered yet.
func lastAsk(tx store.Tx, person string) (last ask, ok bool) {
	from, to := store.Under("ask")
	for _, val := range tx.Range(from, to) {
		var a ask
		if json.Unmarshal(val, &a) == nil && a.By == person && a.State == askOpen && !a.Made.Before(last.Made) {
			last, ok = a, true
		}
	}
	return last, ok
}

// begins is when the first span of an ask begins: then it is too late to agree.
func (a *ask) begins() time.Time {
	if a.How == paging.HowSwap && a.Theirs.From < a.Span.From {
		return a.Theirs.from()
	}
	return a.Span.from()
}

// askBody is the body of the entries of an ask.
type askBody struct {
	ID     string `json:"id"`
	Person string `json:"person,omitempty"`
	Forget bool   `json:"forget,omitempty"`
}

// openAsk owes the question to everybody who is asked.
func (b *Bot) openAsk(c *call, tx store.Tx, a ask) {
	a.Made, a.State = c.now.UTC(), askOpen
	saveAsk(tx, a)
	b.oweAsk(tx, c.now, a)
	due := laterOf(a.begins(), c.now.Add(minAsk))
	outbox.In(tx, c.now).Once(outbox.Entry{
		Key: askKey(a.Change) + "/end", Kind: KindAskEnd, Lane: outbox.Answers, Due: due, Body: outbox.Body(askBody{ID: a.Change}),
	})
}

// minAsk is how long others have to accept what begins at once.
const minAsk = 10 * time.Minute

// oweAsk owes to each who is asked how the question stands.
func (b *Bot) oweAsk(tx store.Tx, now time.Time, a ask) {
	for _, p := range a.Asked {
		outbox.In(tx, now).Soon(outbox.Entry{
			Key: store.Key("ask", a.Change, p), Kind: KindAsk, Lane: outbox.Answers, Due: now, Body: outbox.Body(askBody{ID: a.Change, Person: p}),
		})
	}
}

// closeAsk ends an ask, and lets everybody know who was asked.
func (b *Bot) closeAsk(tx store.Tx, now time.Time, a ask, state askState) {
	a.State = state
	saveAsk(tx, a)
	b.oweAsk(tx, now, a)
}

// askMessage brings the question that one person was asked up to date, or asks it.
func (b *Bot) askMessage(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body askBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	var a ask
	var ok bool
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		a, ok = readAsk(tx, body.ID)
		return nil
	})
	user, sent := b.o.People[body.Person].Slack, a.Sent[body.Person]
	switch {
	case err != nil || !ok || user == "":
		return nil, err
	case sent.TS != "":
		err = b.out.Edit(ctx, sent, blocks.Draw(b.question(a, body.Person)), slack.Tag{Event: askEvent, Key: e.Key})
	case a.State != askOpen && !b.out.Unsure(e.Key, e.PerhapsDone):
		return nil, nil // it was never asked
	default:
		sent, err = b.sendOnce(ctx, e, user, true, blocks.Draw(b.question(a, body.Person)), askEvent)
	}
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		b.log.Warn("a question could not be put", "key", e.Key, "person", body.Person, "err", err)
		return nil, nil
	}
	if err != nil {
		return nil, asChore(err)
	}
	now := b.o.Clock.Now()
	return func(tx store.Tx) error {
		latest, ok := readAsk(tx, body.ID)
		if !ok {
			return nil
		}
		if latest.Sent == nil {
			latest.Sent = map[string]slack.Ref{}
		}
		latest.Sent[body.Person] = sent
		saveAsk(tx, latest)
		if latest.State != a.State || len(latest.Declined) != len(a.Declined) {
			b.oweAsk(tx, now, latest)
		}
		return nil
	}, nil
}

// askEvent marks a question in its metadata.
const askEvent = "oncalm_ask"

// askEnd ends what nobody has answered when its span begins, and forgets it long after.
func (b *Bot) askEnd(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body askBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	now := b.o.Clock.Now()
	return func(tx store.Tx) error {
		a, ok := readAsk(tx, body.ID)
		switch {
		case !ok:
			return nil
		case body.Forget:
			tx.Delete(askKey(body.ID))
			return nil
		case a.State == askOpen:
			b.closeAsk(tx, now, a, askExpired)
			b.oweTold(tx, now, store.Key("told", a.Change, "expired", a.By), a.By, b.unanswered(a))
		}
		outbox.In(tx, now).Once(outbox.Entry{
			Key: askKey(body.ID) + "/forget", Kind: KindAskEnd, Lane: outbox.Answers, Due: now.Add(askKept), Body: outbox.Body(askBody{body.ID, "", true}),
		})
		return nil
	}, nil
}

// unanswered tells whoever asked that nobody accepted.
func (b *Bot) unanswered(a ask) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(blocks.Say("⚠️ Nobody has accepted: "), append(a.whatFor(a.By), blocks.Say(". You are still on call as planned.")...)...))}}
}

// whatFor says to a reader what is asked for.
func (a *ask) whatFor(reader string) blocks.Line {
	if a.How == paging.HowSwap {
		by, other := subject([]string{a.By}, reader), subject([]string{a.Person}, reader)
		return blocks.Say("a swap of shifts of ", blocks.Strong(a.Schedule), ": ", other, takes(a.Person, reader), a.Span.from(), " until ", a.Span.to(), ", and ", by, takes(a.By, reader), a.Theirs.from(), " until ", a.Theirs.to())
	}
	return blocks.Say("a cover for ", blocks.Strong(a.Schedule), " from ", a.Span.from(), " until ", a.Span.to())
}

// takes is "take" with its person.
func takes(person, reader string) string {
	if person == reader {
		return " take "
	}
	return " takes "
}

// question is what somebody reads who is asked, as it stands.
func (b *Bot) question(a ask, reader string) blocks.Message {
	m := blocks.Message{}
	if a.How == paging.HowSwap {
		m.Notice = a.By + " asks you to swap shifts of " + a.Schedule + "."
		m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong(a.By), " asks you for ", a.whatFor(reader), ".")))
	} else {
		m.Notice = a.By + " asks who can cover for them in " + a.Schedule + "."
		m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong(a.By), " asks the others of ", blocks.Strong(a.Schedule), " to cover from ", a.Span.from(), " until ", a.Span.to(), ". The first to accept takes it.")))
	}
	var news blocks.Line
	switch declined := slices.Contains(a.Declined, reader); {
	case a.State == askOpen && !declined:
		m.Rows = [][]blocks.Button{{
			{Label: "Accept", Action: "oncall-accept", Value: a.Change, Main: true},
			{Label: "Decline", Action: "oncall-decline", Value: a.Change},
		}}
		return m
	case a.State == askTaken && a.Taken == reader:
		news = blocks.Say("✅ You accepted. It is recorded, and ", blocks.Strong(a.By), " knows.")
	case a.State == askTaken:
		news = blocks.Say("✅ ", blocks.Strong(a.Taken), " accepted.")
	case a.State == askWithdrawn:
		news = blocks.Say(blocks.Strong(a.By), " has taken it back.")
	case a.State == askExpired:
		news = blocks.Say("It was too late to accept.")
	case a.State == askVoid:
		news = blocks.Say("The shifts have changed since, so nothing was exchanged.")
	default:
		news = blocks.Say("You declined.")
	}
	m.Notice = news.Plain(nil)
	m.Body = append(m.Body, blocks.Para(news))
	return m
}
