// Package notes sends what is no page by the channels of pages: codes, help, tests.
//
// A note is enqueued with its cause, and sent once at most: that an attempt begins is written down first, so that after a crash in
// the midst of it nothing is sent again. Whoever misses a note asks for another one; whoever gets two takes the second for something
// new. What surely was not sent is tried again for as long as it is of use, which its purpose says. A note goes behind all pages of
// its channel.
//
// What a note says is made when it is sent, so that no code stands in the store.
//
//	note/<purpose>/…        entry: a note to be sent
//	sending/<key>           an attempt of that entry has begun
package notes

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/store"
)

const begunPrefix = "sending/"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: begunPrefix}} }

// Kind is the kind of outbox entries that are notes.
const Kind = "note"

// LastHour keeps of times those within the last hour, for limits of how much somebody is told. A time to come is one of a wrong clock.
func LastHour(all []time.Time, now time.Time) []time.Time {
	return slices.DeleteFunc(all, func(at time.Time) bool { return now.Sub(at) >= time.Hour || at.After(now) })
}

// ErrUnknown is what became of a note of which nobody can say whether it was sent.
var ErrUnknown = errors.New("it is not known whether it was sent")

// A Debt is a note that is enqueued.
type Debt struct {
	Purpose string          `json:"purpose"`
	Person  string          `json:"person"`
	Via     string          `json:"via"`
	About   json.RawMessage `json:"about,omitempty"` // what its purpose needs to know
}

// A Purpose makes notes of one kind.
type Purpose interface {
	// Note is what is said now; false if nothing is to be said any more. It runs in a transaction, perhaps several times.
	Note(tx store.Tx, now time.Time, d Debt) (n reach.Note, ok bool, err error)
	// Ended hears how it ended, in the transaction that records it: err is nil if the channel took it.
	Ended(tx store.Tx, now time.Time, d Debt, err error) error
}

// A Sender sends notes. Its fields are set before it is used.
type Sender struct {
	Store    store.Store
	Sayers   map[string]reach.Sayer // by the channel
	Purposes map[string]Purpose
	Clock    *clocks.Clock
	Log      *slog.Logger
}

// Can reports whether notes go by a channel.
func (s *Sender) Can(via string) bool { return s.Sayers[via] != nil }

// Owe enqueues a note. A key is used once.
func Owe(tx store.Tx, now time.Time, key string, d Debt) {
	lanes := paging.Lanes(d.Via)
	outbox.In(tx, now).Once(outbox.Entry{
		Key: store.Key("note", d.Purpose) + "/" + key, Kind: Kind, Lane: lanes[len(lanes)-1], Due: now, Body: outbox.Body(d),
	})
}

// Handlers returns the handler of notes.
func (s *Sender) Handlers() map[string]outbox.Handler { return map[string]outbox.Handler{Kind: s.send} }

// send sends a note, unless it is of no use any more.
func (s *Sender) send(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var d Debt
	if err := e.Decode(&d); err != nil {
		return nil, err
	}
	purpose, sayer := s.Purposes[d.Purpose], s.Sayers[d.Via]
	if purpose == nil {
		return nil, nil // one of a newer version
	}
	n, wanted, begun, err := s.begin(ctx, e.Key, purpose, d)
	switch {
	case err != nil:
		return nil, err
	case !wanted:
		return func(tx store.Tx) error {
			tx.Delete(begunPrefix + e.Key)
			return nil
		}, nil
	case begun:
		return s.ended(e.Key, purpose, d, ErrUnknown), nil
	case sayer == nil:
		return s.ended(e.Key, purpose, d, errors.New("there is no channel "+d.Via)), nil
	}
	_, err = sayer.Say(ctx, e.Key, n)
	_, refused := errors.AsType[*paging.Undeliverable](err)
	_, unsure := errors.AsType[*paging.Unsure](err)
	if err == nil || refused || unsure {
		if err != nil {
			s.Log.Warn("a note could not be sent", "purpose", d.Purpose, "person", d.Person, "via", d.Via, "err", err)
		}
		return s.ended(e.Key, purpose, d, err), nil
	}
	return nil, errors.Join(err, s.Store.Update(ctx, func(tx store.Tx) error {
		tx.Delete(begunPrefix + e.Key) // it surely was not sent
		return nil
	}))
}

// begin finds out what is said, and writes down that it is about to be sent; begun says that it was before.
func (s *Sender) begin(ctx context.Context, key string, p Purpose, d Debt) (n reach.Note, wanted, begun bool,
	err error) {
	now := s.Clock.Now()
	err = s.Store.Update(ctx, func(tx store.Tx) (err error) {
		begun = tx.Get(begunPrefix+key) != nil
		if n, wanted, err = p.Note(tx, now, d); wanted && err == nil && !begun {
			tx.Put(begunPrefix+key, []byte("1"))
		}
		return err
	})
	n.Person = d.Person
	return n, wanted, begun, err
}

func (s *Sender) ended(key string, p Purpose, d Debt, err error) func(store.Tx) error {
	now := s.Clock.Now()
	return func(tx store.Tx) error {
		tx.Delete(begunPrefix + key)
		return p.Ended(tx, now, d, err)
	}
}
