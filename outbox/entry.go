// Package outbox keeps work that must be done and recorded once: pages to send, deadlines, cards to edit.
//
// An [Entry] is written in the same transaction as its cause, so it cannot be lost and cannot exist without its
// cause. It is named for its effect ("42/page/0.1/ana"), and a name is used once: [Tx.Once] with a used name
// does nothing. Timers and sends are one thing: an entry with a due time. There is no timer in memory that a
// restart could forget, and nothing is ever cancelled: a handler looks at the state when it runs, and may find
// that there is nothing left to do.
//
// The [Runner] takes due entries, lane by lane, runs the [Handler] of their kind, and commits. A decision does
// all of its work in the commit and so happens exactly once; an effect acts first and commits then, and so
// happens at least once. Several runners may work on one store, each under a name: then the [Claim] of an entry
// says who is working on it.
//
// What is due is due by the outbox's own time, which no setting of the wall clock moves: see docs/decisions/0016
// and package steady. Only what is bound to the calendar ([Runner.Calendar]) follows the wall clock.
//
// Most entries are done at once, and their key cannot come again: those have one key instead of two
// ([Tx.Lightly]), and of which nothing is left when they are done.
//
//	outbox/entry/<key>                Entry; kept 30 days after Done, so that a key stays used
//	outbox/due/<lane>/<time>/<key>    index of what is not done, by the name of its lane, in order of due
//	                                  time by the outbox's clock; of what has failed it says when it was
//	                                  due first. Of a light entry it is the Entry itself
//	outbox/parked/<key>               index of entries for which there was no handler
package outbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/outbox/steady"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// An Entry is one thing enqueued.
type Entry struct {
	// Key names the effect; it is the idempotency key everywhere that it goes.
	Key  string          `json:"key"`
	Kind string          `json:"kind"`
	Lane Lane            `json:"lane"`
	Due  time.Time       `json:"due"` // by the wall clock, as it was when this was written
	Body json.RawMessage `json:"body,omitempty"`

	Created time.Time `json:"created"` // by the same
	// Ahead is how far the wall clock was ahead of the outbox's when this was written. What
	// is bound to the calendar is due when the wall says Due, everything else when the outbox's
	// clock says Due less Ahead.
	Ahead   time.Duration `json:"ahead,omitempty"`
	Attempt int           `json:"attempt,omitempty"` // failed attempts so far
	Error   string        `json:"error,omitempty"`   // of the last failed attempt
	Done    time.Time     `json:"done,omitzero"`
	// Arming counts the calls of Soon, so that an entry armed again while it was
	// being worked on is not taken for done.
	Arming int `json:"arming,omitempty"`
	Claim      // while one of several runners has the entry in hand

	// PerhapsDone says that an earlier attempt, of this process or of one before
	// it, may have had its effect without its result being recorded. Set by the
	// Runner for the handler.
	PerhapsDone bool `json:"-"`

	stored []byte // as it was read from the store
	place  string // where it stood in the index of what is due when it was read there
	first  string // when it was due first, as in keys
}

// Decode reads the entry's body into v.
func (e Entry) Decode(v any) error {
	if err := json.Unmarshal(e.Body, v); err != nil {
		return fmt.Errorf("outbox entry %s: body: %w", e.Key, err)
	}
	return nil
}

// Body encodes v for an Entry. v must be a plain value that JSON can hold.
func Body(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("outbox: body of type %T: %v", v, err)) // a programming error
	}
	return b
}

// at is when e is due by the outbox's clock.
func (e Entry) at() time.Time { return e.Due.Add(-e.Ahead).UTC() }

// under returns e with the times that a wall clock would have said that is so far ahead.
func (e Entry) under(ahead time.Duration) Entry {
	if by := ahead - e.Ahead; by != 0 {
		e.Due, e.Created, e.Ahead = e.Due.Add(by), e.Created.Add(by), ahead
	}
	return e
}

// A Tx writes entries into a store transaction.
type Tx struct {
	tx    store.Tx
	now   time.Time
	ahead time.Duration // how far now is ahead of the outbox's time
}

// In returns a Tx that writes into tx at the time now by the wall clock. In a transaction of a
// store that wakes a runner ([Waking]) it goes by that runner's clock, in any other by what the
// last runner wrote down.
func In(tx store.Tx, now time.Time) Tx {
	if o, ok := tx.(*trackedTx); ok {
		return Tx{tx, now, o.ahead(now)}
	}
	return Tx{tx, now, steady.ReadMark(tx).Ahead}
}

// Once enqueues e, unless its key was ever used.
func (t Tx) Once(e Entry) {
	if t.tx.Get(entryPrefix+e.Key) != nil {
		return
	}
	t.arm(t.fresh(e))
}

// fresh is e as something enqueued now. A time that Go's clock has counted from now is as far from
// now as that clock says, whatever was done to the wall between the two.
func (t Tx) fresh(e Entry) Entry {
	if e.Lane == "" {
		panic(fmt.Sprintf("outbox: entry %s has no lane", e.Key)) // a programming error
	}
	now := t.now.Round(0).UTC()
	if !e.Due.IsZero() {
		e.Due = now.Add(e.Due.Sub(t.now))
	}
	e.Created, e.Ahead = now, t.ahead
	return e
}

// Soon enqueues e, or arms it again if its key was used: done or not, it will run (once
// more) at e.Due. Many calls before it runs are one run. An entry that is already
// waiting for an earlier time keeps that time.
func (t Tx) Soon(e Entry) { soon(t, e, "") }

// Postpone is Soon for a handler that has e in hand and waits for something. The entry is as late as it was.
func (t Tx) Postpone(e Entry) { soon(t, e, e.first) }

func soon(t Tx, e Entry, first string) {
	e.Done, e.Attempt, e.Error = time.Time{}, 0, ""
	e = t.fresh(e)
	old, light, ok := current(t, e)
	old = old.under(t.ahead)
	switch {
	case ok && old.Done.IsZero() && old.Due.After(t.now) && !old.Due.After(e.Due) && bytes.Equal(old.Body, e.Body):
		settle(t, light, old)
		old.Arming++ // it runs early enough, and perhaps before this is committed: whoever has it in hand then must know
		t.save(old)
		return
	case ok && old.Done.IsZero():
		if old.Attempt > 0 {
			first = firstDue(dueKey(old), t.tx.Get(dueKey(old)))
		}
		t.tx.Delete(dueKey(old))
		t.tx.Delete(parkedPrefix + old.Key)
		if old.Due.Before(e.Due) {
			e.Due = old.Due
		}
		e.Created, e.Attempt, e.Error = old.Created, old.Attempt, old.Error
		e.Arming, e.Claim = old.Arming+1, old.Claim
	case ok:
		e.Arming = old.Arming + 1
	case t.tx.Get(entryPrefix+e.Key) != nil: // what cannot be read
		t.unplace(e.Lane, e.Key)
	}
	t.armSince(e, first)
}

// Get returns the entry of that key, done or not, with its times as the wall clock counts now.
func (t Tx) Get(key string) (Entry, bool) {
	e, _, ok := t.read(key)
	return e.under(t.ahead), ok
}

// Waits reports whether an entry waits in a lane for exactly that time. It costs less than
// to look at the entry.
func (t Tx) Waits(lane Lane, due time.Time, key string) bool {
	return t.tx.Get(dueKey(t.fresh(Entry{Lane: lane, Due: due, Key: key}))) != nil
}

// read returns an entry as it is stored.
func (t Tx) read(key string) (e Entry, val []byte, ok bool) {
	if val = t.tx.Get(entryPrefix + key); val == nil {
		return Entry{}, nil, false
	}
	e, err := decode(val)
	return e, val, err == nil
}

// again returns what has become of an entry that was read before. Most often nothing, and
// then it is not decoded again.
func (t Tx) again(e Entry) (now Entry, light, ok bool) {
	if e.place != "" {
		if val := t.tx.Get(e.place); isLight(val) && bytes.Equal(val, e.stored) {
			return e, true, true
		}
	}
	if val := t.tx.Get(entryPrefix + e.Key); val != nil && bytes.Equal(val, e.stored) {
		return e, false, true
	}
	now, light, ok = current(t, e)
	return now.under(t.ahead), light, ok
}

// arm writes e as an entry that is not done.
func (t Tx) arm(e Entry) { t.armSince(e, "") }

// armSince writes e as one that was due first at a time as it is in keys, or never before.
func (t Tx) armSince(e Entry, first string) {
	e.Due = e.Due.UTC()
	t.save(e)
	t.tx.Put(dueKey(e), []byte(first))
}

// firstDue is when what stands at a place of the due index was due first, as in keys.
func firstDue(key string, val []byte) string {
	if len(val) == len(timeFormat) {
		return string(val)
	}
	_, at, _, _ := cutDue(key)
	return at
}

// save writes e and returns what it wrote.
func (t Tx) save(e Entry) []byte {
	val := e.mustRecord()
	t.tx.Put(entryPrefix+e.Key, val)
	return val
}

func (e Entry) mustRecord() []byte {
	val, err := e.record()
	if err != nil {
		panic(fmt.Sprintf("outbox: entry %s: %v", e.Key, err)) // a programming error
	}
	return val
}

// record is what is stored of an entry: what encoding/json makes of it.
func (e Entry) record() ([]byte, error) {
	return record.Marshal(200+len(e.Key)+len(e.Body), &e, (*Entry).fields)
}

func (e *Entry) fields(o *record.Object) {
	o.Text("key", &e.Key)
	o.Text("kind", &e.Kind)
	record.Word(o, "lane", &e.Lane)
	o.Time("due", &e.Due)
	o.OptRaw("body", &e.Body)
	o.Time("created", &e.Created)
	ahead := int(e.Ahead)
	o.OptInt("ahead", &ahead)
	e.Ahead = time.Duration(ahead)
	o.OptInt("attempt", &e.Attempt)
	o.OptText("error", &e.Error)
	o.OptTime("done", &e.Done)
	o.OptInt("arming", &e.Arming)
	o.OptText("claimed_by", &e.By)
	o.OptTime("claimed_until", &e.Until)
}

func decode(val []byte) (Entry, error) {
	e, err := record.Unmarshal(val, (*Entry).fields)
	if err != nil {
		return Entry{}, fmt.Errorf("outbox: unreadable entry: %w", err)
	}
	return e, nil
}
