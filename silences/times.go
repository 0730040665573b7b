package silences

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Kinds of outbox entries that this package handles: what is due when time has passed, and what is due by the calendar.
const (
	KindSilence     = "silence"
	KindMaintenance = "maintenance"
)

// What is due of a silence.
const (
	doBegin = "begin"
	doSoon  = "soon" // it is about to end
	doEnd   = "end"
	doLook  = "look" // something that it covers is clear
	doHold  = "hold" // there are more open incidents to take hold of
)

// entryBody is the body of an entry.
type entryBody struct {
	ID string `json:"id"`
	Do string `json:"do"`
}

// entry is what is due of a silence at a time.
func (s *Silence) entry(do string, due time.Time) outbox.Entry {
	kind := KindSilence
	if s.Calendar {
		kind = KindMaintenance
	}
	return outbox.Entry{
		Key: store.Key(kind, s.ID, do), Kind: kind, Lane: outbox.Decisions, Due: due, Body: outbox.Body(entryBody{s.ID, do}),
	}
}

const (
	// notice is how long before its end people are told, at the most.
	notice = 15 * time.Minute
	// short is what is over before anybody needs to be told that it ends.
	short = 5 * time.Minute
)

// soon is when people are told that a silence is about to end.
func (s *Silence) soon() time.Time { return s.To.Add(-min(notice, s.To.Sub(s.From)/4)) }

// plan enqueues what is due of a silence in its time.
func (b *Book) plan(tx store.Tx, now time.Time, s Silence) {
	queue := outbox.In(tx, now)
	if s.Begun.IsZero() {
		queue.Soon(s.entry(doBegin, s.From))
	}
	if s.To.Sub(s.From) > short {
		queue.Soon(s.entry(doSoon, s.soon()))
	}
	queue.Soon(s.entry(doEnd, s.To))
}

// Handlers returns the book's handlers by kind, for the outbox.
func (b *Book) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindSilence: b.due, KindMaintenance: b.due}
}

// due does what is due of a silence. Which incidents it silences is looked up before the transaction that changes them: there may
// be thousands that it does not.
func (b *Book) due(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body entryBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	now := b.Clock.Now()
	var silenced []string
	if body.Do == doEnd || body.Do == doLook {
		err := b.Incidents.Store.View(ctx, func(tx store.Tx) error {
			silenced = nil
			if s, ok := Get(tx, body.ID); ok {
				silenced = b.silencedBy(tx, now, s)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return func(tx store.Tx) error {
		s, ok := Get(tx, body.ID)
		if !ok || tx.Get(key(s.ID)) == nil {
			return nil
		}
		return b.do(tx, now, s, body.Do, silenced)
	}, nil
}

func (b *Book) do(tx store.Tx, now time.Time, s Silence, do string, silenced []string) error {
	switch {
	case do == doEnd:
		return b.letGo(tx, now, s, silenced)
	case !s.Ended.IsZero():
	case do == doBegin && b.stale(s): // whoever planned it went by another configuration
		tx.Delete(key(s.ID))
	case do == doBegin && s.Begun.IsZero() && now.Before(s.To):
		s.Begun = now.Round(0).UTC()
		save(tx, key(s.ID), s)
		b.follow(tx, now, Change{What: Began, Silence: s})
	case do == doSoon && s.InForce(now):
		b.follow(tx, now, Change{What: Ending, Silence: s, Incidents: b.silencedBy(tx, now, s)})
	case do == doLook && len(silenced) == 0:
		b.end(tx, now, s, "", "nothing that it covers fires any more")
	case do == doHold:
		return b.hold(tx, now, s, b.within(tx, s))
	}
	return nil
}
