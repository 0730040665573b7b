// Package notice sends notices: all messages to people that are not pages.
//
// A notice is enqueued in the transaction of its cause, to a person or to the incident channel, and goes out
// once. It is dropped when nobody needs it any more.
//
//	told/…    entry: a notice; its last part is the person, or empty for the channel
package notice

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Kind is the kind of outbox entries that are notices.
const Kind = "told"

// event marks notices in their metadata.
const event = "oncalm_told"

// stale is when nobody needs a notice any more.
const stale = 24 * time.Hour

// tempo: Slack takes about one message a second in a channel.
func tempo() slack.Tempo { return slack.Tempo{Kind: "told", Every: time.Second, Burst: 5} }

// Notices sends notices.
type Notices struct {
	Out     *slack.Sender
	Pace    *slack.Pace
	People  map[string]chat.Person
	Channel string // of the incidents, as an id; "" if there is none
	Clock   *clocks.Clock
	Log     *slog.Logger
	// Took is called in the transaction that records that the channel has taken a notice.
	Took func(tx store.Tx, now time.Time)
}

// body is the body of an entry.
type body struct {
	Person string       `json:"person,omitempty"`  // empty: the channel
	Other  string       `json:"channel,omitempty"` // another channel than that of the incidents
	Drawn  blocks.Drawn `json:"message"`
}

// Owe enqueues what a person, or with "" the channel, is told. A key is used once.
func (n *Notices) Owe(tx store.Tx, now time.Time, key, person string, m blocks.Message) {
	if person == "" && n.Channel == "" || person != "" && n.People[person].Slack == "" {
		return
	}
	outbox.In(tx, now).Once(outbox.Entry{
		Key: key, Kind: Kind, Lane: outbox.Chores, Due: now, Body: outbox.Body(body{Person: person, Drawn: blocks.Draw(m)}),
	})
}

// OweChannel enqueues what another channel than that of the incidents is told. A key is used once.
func (n *Notices) OweChannel(tx store.Tx, now time.Time, key, channel string, m blocks.Message) {
	outbox.In(tx, now).Once(outbox.Entry{
		Key: key, Kind: Kind, Lane: outbox.Chores, Due: now, Body: outbox.Body(body{Other: channel, Drawn: blocks.Draw(m)}),
	})
}

// Handlers returns the handler of notices.
func (n *Notices) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{Kind: n.send}
}

// send sends what is enqueued to a person or the channel.
func (n *Notices) send(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now, to := n.Clock.Now(), cmp.Or(b.Other, n.Channel)
	if b.Person != "" {
		to = n.People[b.Person].Slack
	}
	if to == "" || now.Sub(e.Created) > stale {
		n.Log.Warn("a notice could not be sent", "key", e.Key, "person", b.Person)
		return nil, nil
	}
	if b.Person == "" {
		if turn, ok := n.Pace.Start(e.Key, tempo(), now); !ok {
			return nil, &outbox.Later{After: turn.Sub(now), Err: slack.ErrPaced}
		}
	}
	_, err := n.Out.PutOwed(ctx, e, to, b.Person != "", b.Drawn, event)
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		n.Log.Warn("a notice could not be sent", "key", e.Key, "person", b.Person, "channel", b.Other, "err", err)
		return nil, nil
	}
	if err != nil || b.Person != "" || b.Other != "" {
		return nil, slack.Owed(err)
	}
	return func(tx store.Tx) error {
		n.Took(tx, now)
		return nil
	}, nil
}
