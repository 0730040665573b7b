package rollbacks

import (
	"context"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// The kinds of outbox entries of rollbacks.
const (
	KindBegin  = "rollback"
	KindStart  = "rollback-start"
	KindExpire = "rollback-expire"
	KindProof  = "rollback-proof"
)

// Patience is how long the alarm has after a rollback to say that it has helped.
const Patience = 15 * time.Minute

// work is the body of entries. An entry of a start has all of it.
type work struct {
	Incident string `json:"incident"`
	N        int    `json:"n"`
	Plan     *Plan  `json:"plan,omitempty"`
	Ref      Ref    `json:"ref,omitempty"` // once the target has said it, or it was found
	// Sought is since when it is looked for.
	Sought time.Time `json:"sought,omitzero"`
}

// keyOf is the key of a rollback's entries, and of the rollback itself where AWS takes one.
func keyOf(incident string, n int) string { return incident + "/rollback/" + strconv.Itoa(n) }

// entryOf is an entry of a rollback. All its entries have its key, with more behind it.
func entryOf(w work, kind, more string, lane outbox.Lane, due time.Time) outbox.Entry {
	return outbox.Entry{Key: keyOf(w.Incident, w.N) + more, Kind: kind, Lane: lane, Due: due, Body: outbox.Body(w)}
}

// startEntry is the entry that asks the target, and then comes again and again as the one that looks.
func startEntry(w work, due time.Time) outbox.Entry {
	return entryOf(w, KindStart, "/start", outbox.Rollbacks, due)
}

// Handlers returns the handlers of outbox entries by kind.
func (d *Desk) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{
		KindBegin: d.begin, KindStart: d.start, KindExpire: d.expire, KindProof: d.judge,
	}
}

// Follow enqueues what follows from an event of a rollback, and is the judge of one that is finished (see [incidents.Follower]).
func (d *Desk) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	r := i.Response.Rollback
	if r == nil {
		return nil
	}
	if a := incidents.AlarmIn(e.Body); a != nil {
		return told(i, clearedAt(a, e))
	}
	body, ok := e.Body.(incidents.Responded)
	if !ok {
		return nil
	}
	queue, w := outbox.In(tx, now), work{Incident: i.ID, N: r.N}
	switch f := body.Fact.(type) {
	case response.RollbackRequested, response.RollbackApproved:
		if r.Phase == response.Approved {
			queue.Once(entryOf(w, KindBegin, "", outbox.Rollbacks, now))
		} else {
			queue.Once(entryOf(w, KindExpire, "/expire", outbox.Decisions, r.Until))
		}
	case response.RollbackFinished:
		if f.Dry || r.Phase != response.Finished || i.Alarms() == 0 {
			return nil
		}
		if len(i.Firing) == 0 {
			return d.before(tx, i)
		}
		queue.Once(entryOf(w, KindProof, "/proof", outbox.Decisions, now.Add(Patience)))
	}
	return nil
}

// clearedAt is when an alarm said what it says in an event.
func clearedAt(a *incidents.Alarm, e incidents.Event) time.Time {
	if a.Measured() {
		return a.Changed
	}
	return e.At
}

// told is what an alarm says of a rollback that is finished: that it has helped, once nothing fires any more.
func told(i *incidents.Incident, at time.Time) []incidents.Body {
	r := i.Response.Rollback
	if r.Phase != response.Finished || r.Dry || len(i.Firing) > 0 {
		return nil
	}
	return proven(r.N, response.Helped, at.Sub(r.Ended), nil)
}

// before is the proof of a rollback at whose end nothing fires: when was the last alarm OK? The alarm may be OK before the
// rollback has ended, and even before it began: then it proves nothing.
func (d *Desk) before(tx store.Tx, i *incidents.Incident) []incidents.Body {
	r := i.Response.Rollback
	events, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		d.o.Log.Error("the proof of a rollback cannot be read", "incident", i.ID, "err", err)
		return nil
	}
	var last time.Time
	for _, e := range events {
		if a := incidents.AlarmIn(e.Body); a != nil && a.State == incidents.AlarmOK {
			last = clearedAt(a, e)
		}
	}
	if last.Before(r.Began) {
		return proven(r.N, response.Unproven, 0, nil)
	}
	return proven(r.N, response.Helped, last.Sub(r.Ended), nil)
}

// proven is the proof as what follows from an event. The time is in whole seconds, and negative if the alarm was OK before
// the end.
func proven(n int, proof response.Proof, after time.Duration, alarms []string) []incidents.Body {
	return []incidents.Body{incidents.Responded{Fact: response.RollbackProven{
		N: n, Proof: proof, After: int(after.Round(time.Second).Seconds()), Alarms: alarms,
	}}}
}

// expire ends a request that was not approved in time.
func (d *Desk) expire(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w work
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	return d.expired(w, response.Requested), nil
}

// expired ends a request that was in a phase for too long.
func (d *Desk) expired(w work, from response.Phase) func(store.Tx) error {
	return d.moving(w, func(*incidents.Incident) response.Fact { return response.RollbackExpired{N: w.N} }, from)
}

// judge says that a rollback did not help, if the alarm still fires when its time is over.
func (d *Desk) judge(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w work
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	return d.moving(w, func(i *incidents.Incident) response.Fact {
		after := d.o.Clock.Now().Sub(i.Response.Rollback.Ended)
		if len(i.Firing) == 0 { // it was split off, or merged into another
			return response.RollbackProven{N: w.N, Proof: response.Unproven}
		}
		return response.RollbackProven{N: w.N, Proof: response.NotHelped, After: int(after.Seconds()), Alarms: firing(i)}
	}, response.Finished), nil
}

// moving appends a fact of a rollback, if it is still in one of some phases when that is committed. All that handlers find
// out is recorded through it, so that one that was overtaken records nothing.
func (d *Desk) moving(w work, f func(*incidents.Incident) response.Fact, phases ...response.Phase) (
	commit func(store.Tx) error) {
	return func(tx store.Tx) error {
		i, err := incidents.Head(tx, w.Incident)
		if err != nil || i.Response.Rolling(w.N, phases...) == nil {
			return err
		}
		_, err = d.append(tx, d.o.Clock.Now(), w.Incident, incidents.Oncalm(), f(i))
		return err
	}
}
