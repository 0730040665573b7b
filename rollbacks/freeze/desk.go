package freeze

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
)

// The kinds of outbox entries of this package.
const (
	KindNote   = "freeze-note"
	KindSettle = "freeze"
)

// What somebody who asks may run into. Nothing was changed.
var (
	ErrNothing = errors.New("the service has no pipeline that can be held")
	ErrAlready = errors.New("the pipelines are frozen already, or about to be")
	ErrThawed  = errors.New("the pipelines are not frozen")
	ErrRights  = errors.New("you may not do that")
)

// Options is what a Desk needs.
type Options struct {
	Book *incidents.Book
	// Gates are the levers of a service that can be held.
	Gates func(service string) []rollbacks.Lever
	// Gate makes the gate of a lever, for an incident.
	Gate func(ctx context.Context, l rollbacks.Lever, incident string) (rollbacks.Gate, error)
	// From is how bad an incident of a service must be for its pipelines to be frozen without anybody asking; "" for never.
	From func(service string) string
	// May reports whether a person may have pipelines frozen, and thawed.
	May   func(person string) bool
	Clock *clocks.Clock
	Log   *slog.Logger
}

// A Desk is where pipelines are frozen and thawed.
type Desk struct{ o Options }

// New makes a Desk. It calls nobody.
func New(o Options) *Desk { return &Desk{o} }

// Freeze has the pipelines of an incident's service held, for a person.
func (d *Desk) Freeze(tx store.Tx, now time.Time, person, id string) (*incidents.Incident, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return nil, err
	}
	gates := d.o.Gates(i.Service)
	switch {
	case !d.o.May(person):
		return i, ErrRights
	case !i.Open():
		return i, &incidents.Refused{Incident: *i, Reason: incidents.ErrResolved}
	case len(gates) == 0:
		return i, ErrNothing
	case i.Response.Freeze.Wants():
		return i, ErrAlready
	}
	return d.o.Book.Append(tx, now, id, incidents.Event{By: incidents.Person(person),
		Body: incidents.Responded{Fact: asked(gates, "")}})
}

// Thaw has them let go, for a person, before the incident has ended.
func (d *Desk) Thaw(tx store.Tx, now time.Time, person, id string) (*incidents.Incident, error) {
	i, err := incidents.Head(tx, id)
	switch {
	case err != nil:
		return nil, err
	case !d.o.May(person):
		return i, ErrRights
	case !i.Response.Freeze.Wants():
		return i, ErrThawed
	}
	return d.o.Book.Append(tx, now, id, incidents.Event{By: incidents.Person(person),
		Body: incidents.Responded{Fact: response.ThawRequested{}}})
}

// asked is the wish that gates are held.
func asked(gates []rollbacks.Lever, severity string) response.FreezeRequested {
	f := response.FreezeRequested{Severity: severity}
	for _, l := range gates {
		f.Targets, f.Gates = append(f.Targets, l.Name), append(f.Gates, keyOf(l))
	}
	return f
}

// wanted reports whether an incident wants its gates held now.
func wanted(i *incidents.Incident) bool { return i.Open() && i.Response.Freeze.Wants() }

// Follow freezes what is bad enough, and enqueues what follows once an incident wants something else than before (see
// [incidents.Follower]). What nobody is paged for freezes nothing by itself, nor does what waits.
func (d *Desk) Follow(tx store.Tx, now time.Time, i *incidents.Incident, _ incidents.Event) []incidents.Body {
	f := i.Response.Freeze
	if f == nil {
		from := d.o.From(i.Service)
		if from == "" || i.Severity > from || !i.Open() || i.Quiet || i.Silence != nil || i.Held != nil {
			return nil
		}
		if gates := d.o.Gates(i.Service); len(gates) > 0 {
			return []incidents.Body{incidents.Responded{Fact: asked(gates, i.Severity)}}
		}
		return nil
	}
	for _, key := range f.Gates {
		if noted := tx.Get(wantKey(key, i.ID)) != nil; noted != wanted(i) {
			outbox.In(tx, now).Soon(outbox.Entry{Key: i.ID + "/freeze/" + key, Kind: KindNote, Lane: outbox.Rollbacks,
				Due: now, Body: outbox.Body(note{i.ID, key})})
		}
	}
	return nil
}

// note is the body of an entry that notes what an incident wants.
type note struct {
	Incident string `json:"incident"`
	Gate     string `json:"gate"`
}

// settling is the body of an entry that brings a gate in line.
type settling struct {
	Gate string `json:"gate"`
}

func settleEntry(key string, due time.Time) outbox.Entry {
	return outbox.Entry{Key: "freeze/" + key, Kind: KindSettle, Lane: outbox.Rollbacks, Due: due,
		Body: outbox.Body(settling{key})}
}

// Handlers returns the handlers of outbox entries by kind.
func (d *Desk) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindNote: d.note, KindSettle: d.settle}
}

// note notes what an incident wants, with the mark by which the gate will be known, before anybody is asked to hold it.
func (d *Desk) note(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b note
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	return func(tx store.Tx) error {
		i, err := incidents.Head(tx, b.Incident)
		if errors.Is(err, incidents.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if wanted(i) && tx.Get(wantKey(b.Gate, i.ID)) == nil {
			l, known := d.lever(i.Service, b.Gate)
			if !known {
				return nil // the configuration has changed since, and nothing was held
			}
			if err := put(tx, gatePrefix+b.Gate, gateOf(l)); err != nil {
				return err
			}
			if err := put(tx, wantKey(b.Gate, i.ID), want{i.ID, l.Name, markOf(i, b.Gate), ""}); err != nil {
				return err
			}
		}
		now := d.o.Clock.Now()
		outbox.In(tx, now).Soon(settleEntry(b.Gate, now))
		return nil
	}, nil
}

// lever finds the one of a service whose gate has that key.
func (d *Desk) lever(service, key string) (rollbacks.Lever, bool) {
	for _, l := range d.o.Gates(service) {
		if keyOf(l) == key {
			return l, true
		}
	}
	return rollbacks.Lever{}, false
}
