package incidents

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// A Follower says what else follows from an event. It runs in the event's
// transaction, right after the event was applied to i, and may read tx and write
// outbox entries into it (package outbox), nothing else. The bodies that it returns are
// recorded as next events, by Oncalm. It may run more than once.
type Follower func(tx store.Tx, now time.Time, i *Incident, e Event) []Body

// Book keeps all incidents in a store.
type Book struct {
	Store     store.Store
	Followers []Follower
	Clock     *clocks.Clock // nil is for tests
}

// consequences bounds how many events may follow from one: more would be followers
// that answer each other for ever. It is more than a step pages people.
const consequences = 1000

// Record appends one event that happens now to the incident of that id, in a
// transaction of its own, and returns the incident as it is then.
//
// Errors: [ErrNotFound], [Refused], or those of the store.
func (b *Book) Record(ctx context.Context, id string, by Actor, body Body) (*Incident, error) {
	now := b.Clock.Now()
	var after *Incident
	err := b.Store.Update(ctx, func(tx store.Tx) (err error) {
		after, err = b.Append(tx, now, id, Event{By: by, Body: body})
		return err
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// Open starts an incident within a transaction and gives it the next id. A zero at means now.
func (b *Book) Open(tx store.Tx, now, at time.Time, by Actor, opened Opened) (*Incident, error) {
	last, _ := strconv.ParseUint(string(tx.Get(CounterKey)), 10, 32)
	id := strconv.FormatUint(last+1, 10)
	for tx.Get(HeadKey(id)) != nil || tx.Get(eventKey(id, 1)) != nil { // a damaged counter must not cost an incident
		last++
		id = strconv.FormatUint(last+1, 10)
	}
	tx.Put(CounterKey, []byte(id))
	i := &Incident{ID: id}
	return b.append(tx, now, i, Event{At: at, By: by, Body: opened})
}

// Append adds an event to an incident within a transaction. Of e, At (zero means now), By and Body count.
func (b *Book) Append(tx store.Tx, now time.Time, id string, e Event) (*Incident, error) {
	i, err := Head(tx, id)
	if err != nil {
		return nil, err
	}
	if s, ok := e.Body.(Struck); ok {
		if err := strikable(tx, i, s.Seq); err != nil {
			return nil, err
		}
	}
	if e.Body, err = i.answering(now, e); err != nil {
		return nil, err
	}
	return b.append(tx, now, i, e)
}

// answering makes of an acknowledgement that is not simply one the fact that it is.
func (i *Incident) answering(now time.Time, e Event) (Body, error) {
	b, is := e.Body.(Acknowledged)
	if !is || !i.Open() {
		return e.Body, nil
	}
	if at := i.Response.Acks.Given(e.By.Name); i.Status == StatusTriggered && !at.IsZero() {
		already := *i
		already.Acknowledged, already.AcknowledgedBy = at, e.By
		return nil, refuse(&already, ErrAcknowledged)
	}
	if f := i.Response.Answer(i.AcknowledgedBy.Name, e.By.Name, b.Via, b.Page, now); f != nil {
		return Responded{f}, nil
	}
	return b, nil
}

func (b *Book) append(tx store.Tx, now time.Time, i *Incident, first Event) (*Incident, error) {
	was := i.Status
	pending := []Event{first}
	for n := 0; n < len(pending); n++ {
		e, err := b.write(tx, now, i, pending[n])
		if err != nil {
			return nil, err
		}
		for _, follow := range b.Followers {
			for _, body := range follow(tx, now, i, e) {
				pending = append(pending, Event{By: Oncalm(), Body: body})
			}
		}
		if len(pending) > consequences {
			return nil, fmt.Errorf("incident %s: more than %d events follow from one", i.ID, consequences)
		}
	}
	return i, save(tx, i, was)
}

// write numbers, applies and stores one event.
func (b *Book) write(tx store.Tx, now time.Time, i *Incident, e Event) (Event, error) {
	e.Seq, e.Recorded = i.Seq+1, now.Round(0).UTC() // as it is read again: without the monotonic clock
	if e.At.IsZero() {
		e.At = now
	}
	e.At = e.At.Round(0).UTC()
	if err := i.apply(e); err != nil {
		return e, err
	}
	val, err := e.record()
	if err != nil {
		return e, fmt.Errorf("incident %s: %w", i.ID, err)
	}
	tx.Put(eventKey(i.ID, e.Seq), val)
	return e, nil
}

// save rewrites the head and keeps the list of open incidents, which says how each of them stands.
func save(tx store.Tx, i *Incident, was Status) error {
	val, err := i.Record()
	if err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, err)
	}
	tx.Put(HeadKey(i.ID), val)
	switch {
	case i.Open() && i.Status != was:
		tx.Put(openKey(i.ID), []byte(i.Status))
	case !i.Open() && was != StatusResolved:
		tx.Delete(openKey(i.ID))
	}
	return nil
}

// strikable checks that the event is a note: only what people wrote can be struck,
// so that a strike never changes what the incident amounts to.
func strikable(tx store.Tx, i *Incident, seq int) error {
	val := tx.Get(eventKey(i.ID, seq))
	if val == nil {
		return refuse(i, ErrNoSuchLine)
	}
	e, err := record.Unmarshal(val, (*Event).fields)
	if err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, err)
	}
	if _, ok := e.Body.(Noted); !ok {
		return refuse(i, ErrNoSuchLine)
	}
	return nil
}
