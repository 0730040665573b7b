package rollback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kind is the kind of outbox entries that are messages of rollbacks.
const Kind = "rollback-said"

// event marks these messages in their metadata.
const event = "oncalm_rollback"

// prefix begins the keys that say where a message stands.
const prefix = "rollback-said/"

const (
	// settling is how long a message waits for more to happen before it is drawn.
	settling = 300 * time.Millisecond
	// stale is when nobody needs the message of something that has happened any more.
	stale = 24 * time.Hour
)

// Keys are all keys of this package, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}} }

func itoa(n int) string { return strconv.Itoa(n) }

// place is where the message of a rollback stands.
type place struct {
	slack.Ref
	Seq int `json:"seq"` // of the newest event that it tells of
}

// placeKey is the key of the place of a message.
func placeKey(id string, n int) string { return prefix + store.Key(id, itoa(n)) }

// body is the body of an entry.
type body struct {
	Incident string `json:"incident"`
	N        int    `json:"n"`
}

// Follow enqueues what people are told of a rollback (see [incidents.Follower]). Approvers get a direct message with the
// buttons, since the one in the channel may be seen too late.
func (r *Room) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) {
	b, ok := e.Body.(incidents.Responded)
	if !ok || !response.OfRollback(b.Fact) {
		return
	}
	rb := i.Response.Rollback
	if r.o.Channel != "" {
		outbox.In(tx, now).Soon(outbox.Entry{
			Key: i.ID + "/rollback/" + itoa(rb.N) + "/said", Kind: Kind, Lane: outbox.Answers, Due: now.Add(settling),
			Body: outbox.Body(body{i.ID, rb.N}),
		})
	}
	asked, ok := b.Fact.(response.RollbackRequested)
	switch {
	case !ok:
	case asked.Alone:
		m := blocks.Sentence("⚠️ ", blocks.Strong(asked.Person), " rolls ", blocks.Strong(clip(asked.Target)), " back for ",
			blocks.Strong(i.ID), " (", text.Line(i.Title), ") without the approval that it needs: “", clip(asked.Reason), "”.")
		told := map[string]bool{asked.Person: true}
		for _, person := range append(r.o.Approvers(asked.Person), i.Response.Lead) {
			if person != "" && !told[person] {
				told[person] = true
				r.o.Owe(tx, now, store.Key("told", "rollback", i.ID, itoa(rb.N), person), person, m)
			}
		}
	case rb.Phase == response.Requested:
		m := r.asking(i, asked)
		for _, person := range r.o.Approvers(asked.Person) {
			r.o.Owe(tx, now, store.Key("told", "rollback", i.ID, itoa(rb.N), person), person, m)
		}
	}
}

// asking is what an approver is told. The event that asks is not in the store yet.
func (r *Room) asking(i *incidents.Incident, asked response.RollbackRequested) blocks.Message {
	m := blocks.Sentence(blocks.Strong(asked.Person), " asks you to approve a rollback of ",
		blocks.Strong(clip(asked.Target)), " for ", blocks.Strong(i.ID), " (", text.Line(i.Title), "): ",
		blocks.Code(clip(asked.From)), " → ", blocks.Code(clip(asked.To)), ".")
	m.Body = append(m.Body, blocks.Bullets(lines(asked.Differs, asked.Will, asked.Cannot, asked.Warnings)...))
	m.Rows = [][]blocks.Button{buttons(i, asked.N)}
	return m
}

// Handlers returns the handlers of outbox entries by kind.
func (r *Room) Handlers() map[string]outbox.Handler { return map[string]outbox.Handler{Kind: r.say} }

// say posts the message of a rollback, or brings it up to date. Seq says of which events the message tells: one that tells
// of all is not edited again.
func (r *Room) say(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	var m blocks.Message
	var at place
	var seq int
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, err := incidents.Head(tx, b.Incident)
		if err != nil || i.Response.Rollback == nil || i.Response.Rollback.N != b.N {
			return err // another was asked for since: this one says what it said last
		}
		if val := tx.Get(placeKey(b.Incident, b.N)); val != nil {
			if err := json.Unmarshal(val, &at); err != nil {
				return fmt.Errorf("message of a rollback of incident %s: %w", b.Incident, err)
			}
		}
		if seq = i.Seq; at.Seq < seq {
			m = r.message(tx, i)
		}
		return nil
	})
	now := r.o.Clock.Now()
	late := now.Sub(e.Created) > stale && at.TS == ""
	if errors.Is(err, incidents.ErrNotFound) || err == nil && len(m.Body) == 0 || late {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ref, _, err := r.o.Out.Put(ctx, slack.Post{
		To: r.o.Channel, Tag: slack.Tag{Event: event, Key: e.Key}, Name: e.Key, Drawn: blocks.Draw(m), Since: e.Created,
		Perhaps: e.PerhapsDone, At: at.Ref, Renew: true,
	})
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		r.o.Log.Warn("the message of a rollback cannot be posted", "incident", b.Incident, "err", err)
		return nil, nil
	}
	if err != nil {
		return nil, slack.Owed(err)
	}
	val, err := json.Marshal(place{ref, seq})
	if err != nil {
		return nil, err
	}
	return func(tx store.Tx) error {
		tx.Put(placeKey(b.Incident, b.N), val)
		return nil
	}, nil
}

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets where the messages of incidents stand that have been resolved for [outbox.Kept], and returns how many keys it deleted.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	return store.Sweep(ctx, s, prefix, store.After(prefix), sweepBatch, func(tx store.Tx, key string, _ []byte) bool {
		return history.OverBefore(tx, store.Parts(key)[1], now.Add(-outbox.Kept))
	})
}
