package news

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// KindAsk is the kind of outbox entries that bring a question up to date: somebody is asked to stand in, or sees what came of it.
const KindAsk = "ask"

// Handlers returns the handlers of outbox entries by kind.
func (f *Follower) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindAsk: f.askMessage}
}

// askBody is the body of an entry that brings the question to a person up to date.
type askBody struct {
	ID     string `json:"id"`
	Person string `json:"person,omitempty"`
}

// enqueueAsk enqueues for each who is asked how the question stands. It is armed again at each change: many changes before it
// runs are one edit.
func (f *Follower) enqueueAsk(tx store.Tx, now time.Time, a overrides.Ask) {
	for _, p := range a.Asked {
		outbox.In(tx, now).Soon(outbox.Entry{
			Key: store.Key("ask", a.Change, p), Kind: KindAsk, Lane: outbox.Answers, Due: now,
			Body: outbox.Body(askBody{a.Change, p}),
		})
	}
}

// askMessage brings the question that one person was asked up to date, or asks it. The message says what is so when it is
// sent. If the question changes while the call to Slack is under way, the record of the delivery finds that out and has it
// edited once more.
func (f *Follower) askMessage(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body askBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	var a overrides.Ask
	var ok bool
	err := f.Book.Store.View(ctx, func(tx store.Tx) error {
		a, ok = overrides.Asked(tx, body.ID)
		return nil
	})
	user, sent := f.People[body.Person].Slack, stands(a, body.Person)
	switch {
	case err != nil || !ok || user == "":
		return nil, err
	case sent.TS != "":
		err = f.Out.Edit(ctx, sent, blocks.Draw(question(a, body.Person)), slack.Tag{Event: askEvent, Key: e.Key})
	// If an earlier attempt may have got through, the question may stand in Slack with buttons: it is looked for and
	// edited.
	case a.State != overrides.AskOpen && !f.Out.Unsure(e.Key, e.PerhapsDone):
		return nil, nil // it was never asked
	default:
		sent, err = f.Out.PutOwed(ctx, e, user, true, blocks.Draw(question(a, body.Person)), askEvent)
	}
	// to try again would change nothing; the others who are asked have their own entries
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		f.Log.Warn("a request to cover or swap could not be sent", "key", e.Key, "person", body.Person, "err", err)
		return nil, nil
	}
	if err != nil {
		return nil, slack.Owed(err)
	}
	now := f.Clock.Now()
	return func(tx store.Tx) error {
		latest, ok := overrides.Delivered(tx, body.ID, body.Person, outbox.Body(sent))
		if !ok {
			return nil
		}
		if latest.State != a.State || len(latest.Declined) != len(a.Declined) {
			f.enqueueAsk(tx, now, latest)
		}
		return nil
	}, nil
}

// stands is where the question to a person is; nowhere if they have not been asked. The book keeps it without reading it
// (docs/decisions/0027).
func stands(a overrides.Ask, person string) (r slack.Ref) {
	if val := a.Sent[person]; val != nil && json.Unmarshal(val, &r) != nil {
		return slack.Ref{}
	}
	return r
}

// askEvent marks a question in its metadata.
const askEvent = "oncalm_ask"

// question is what somebody reads who is asked, as it stands.
func question(a overrides.Ask, reader string) blocks.Message {
	m := blocks.Message{}
	if a.How == overrides.HowSwap {
		m.Notice = a.By + " asks you to swap shifts of " + a.Schedule + "."
		m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong(a.By), " asks you for ", WhatFor(a, reader), ".")))
	} else {
		m.Notice = a.By + " asks who can cover for them in " + a.Schedule + "."
		m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong(a.By), " asks the others of ", blocks.Strong(a.Schedule),
			" to cover from ", a.Span.Begin(), " until ", a.Span.End(), ". The first to accept takes it.")))
	}
	var news blocks.Line
	switch declined := slices.Contains(a.Declined, reader); {
	case a.State == overrides.AskOpen && !declined:
		m.Rows = [][]blocks.Button{{
			typed.Said("accept", a.Change).Button("Accept").AsMain(), typed.Said("decline", a.Change).Button("Decline"),
		}}
		return m
	case a.State == overrides.AskTaken && a.Taken == reader:
		news = blocks.Say("✅ You accepted. It is recorded, and ", blocks.Strong(a.By), " knows.")
	case a.State == overrides.AskTaken:
		news = blocks.Say("✅ ", blocks.Strong(a.Taken), " accepted.")
	case a.State == overrides.AskWithdrawn:
		news = blocks.Say(blocks.Strong(a.By), " has withdrawn it.")
	case a.State == overrides.AskExpired:
		news = blocks.Say("It was too late to accept.")
	case a.State == overrides.AskVoid:
		news = blocks.Say("The shifts have changed since then, so nothing was swapped.")
	default:
		news = blocks.Say("You declined.")
	}
	// what notifications show must be the news, and not the question any more
	m.Notice = news.Plain(nil)
	m.Body = append(m.Body, blocks.Para(news))
	return m
}

// unanswered tells whoever asked that nobody accepted.
func unanswered(a overrides.Ask) blocks.Message {
	l := append(blocks.Say("⚠️ Nobody has accepted: "), WhatFor(a, a.By)...)
	return blocks.Message{Body: []blocks.Paragraph{
		blocks.Para(append(l, blocks.Say(". You are still on call as planned.")...)),
	}}
}

// declinedMessage tells whoever asked that nobody will.
func declinedMessage(a overrides.Ask) blocks.Message {
	l := blocks.Say("⚠️ ", text.List(a.Declined, "and"), " declined ")
	l = append(l, WhatFor(a, a.By)...)
	return blocks.Message{Body: []blocks.Paragraph{
		blocks.Para(append(l, blocks.Say(". You are still on call as planned.")...)),
	}}
}

// voidMessage tells whoever asked for a swap that it did not happen.
func voidMessage(a overrides.Ask) blocks.Message {
	return blocks.Sentence("The swap with ", blocks.Strong(a.Person), " for ", blocks.Strong(a.Schedule),
		" did not happen: the shifts have changed since you asked.")
}
