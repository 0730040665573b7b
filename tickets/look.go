package tickets

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// mostLooks is how many tickets are looked at in an hour, those first that were not looked at for the longest.
	mostLooks = 60
	// mostMade is how many tickets are enqueued in an hour that were refused, or are of items of before there were tickets.
	mostMade = 20
	// patience is how long the looks of an hour may take: the next one goes on where it ended.
	patience = 40 * time.Second
	// closedFor is how long the ticket of an item that is done is looked at: it may be opened again.
	closedFor = 30 * 24 * time.Hour
	// longestName is how many characters of a name are kept.
	longestName = 80
)

func (d *Desk) job() outbox.Job {
	return outbox.Job{Name: KindLook, Kind: KindLook, Lane: outbox.Documents, Zone: time.UTC, Times: "23 * * * *"}
}

// Plan enqueues the next look at the tickets.
func (d *Desk) Plan(ctx context.Context) error {
	if d.Tracker == nil {
		return nil
	}
	now := d.Clock.Now()
	return d.Book.Store.Update(ctx, func(tx store.Tx) error { return outbox.In(tx, now).Plan(d.job()) })
}

// look looks at the tickets, and enqueues those that are missing. A ticket that cannot be looked at stays as it is.
func (d *Desk) look(ctx context.Context, _ outbox.Entry) (func(store.Tx) error, error) {
	if d.Tracker == nil {
		return nil, nil //nolint:nilnil // it is planned again when there is one
	}
	now := d.Clock.Now()
	var due []record
	err := d.Book.Store.View(ctx, func(tx store.Tx) error {
		due = d.due(tx, now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	asking, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for _, r := range due {
		s, err := d.Tracker.Look(asking, r.ID)
		switch {
		case isLater(err), asking.Err() != nil:
			return d.planned(now), ctx.Err()
		case err != nil && !errors.Is(err, forge.ErrRefused):
			d.Log.Warn("the tickets of action items could not be looked at; it is tried again in an hour", "tracker", d.Where, "err", err)
			return d.planned(now), nil
		case err != nil:
			d.Log.Warn("the ticket of an action item cannot be looked at", "ticket", r.Name, "err", err)
			s.Closed = r.Closed
		}
		if err := d.Book.Store.Update(ctx, func(tx store.Tx) error { return d.take(tx, now, r, s) }); err != nil {
			return nil, err
		}
	}
	return d.planned(now), nil
}

// planned is what follows a look.
func (d *Desk) planned(now time.Time) func(store.Tx) error {
	return func(tx store.Tx) error {
		enqueued := 0
		for _, item := range actions.Open(tx) {
			if _, _, ok := wanting(tx, item.Incident, item.Event); !ok || enqueued == mostMade {
				continue
			}
			outbox.In(tx, now).Soon(entry(item.Incident, item.Event, now))
			enqueued++
		}
		return outbox.In(tx, now).Plan(d.job())
	}
}

// due are the tickets to look at: of items that are open, or were closed not long ago.
func (d *Desk) due(tx store.Tx, now time.Time) (all []record) {
	from, to := store.Under(prefix)
	for key := range tx.Range(from, to) {
		r, ok, err := readRecord(tx, key)
		if err != nil || !ok || r.Where != d.Where {
			continue // fsck names what cannot be read
		}
		if _, open := actions.Planned(tx, r.Incident, r.Event); !open {
			if item, ok := itemOf(tx, r); !ok || now.Sub(item.Closed) > closedFor {
				continue
			}
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b record) int {
		return cmp.Or(a.Looked.Compare(b.Looked), cmp.Compare(a.key(), b.key()))
	})
	return all[:min(len(all), mostLooks)]
}

// itemOf is the item of a ticket, open or done.
func itemOf(tx store.Tx, r record) (actions.Item, bool) {
	timeline, err := incidents.Timeline(tx, r.Incident)
	if err != nil {
		return actions.Item{}, false
	}
	for _, i := range actions.Of(r.Incident, timeline) {
		if i.Event == r.Event {
			return i, true
		}
	}
	return actions.Item{}, false
}

// take records how a ticket stands, and does to its item what was done to it.
func (d *Desk) take(tx store.Tx, now time.Time, seen record, s State) error {
	r, ok, err := readRecord(tx, seen.key())
	if err != nil || !ok {
		return err
	}
	was := r.Closed
	r.Closed, r.Looked = s.Closed, now.Round(0).UTC()
	if err := r.save(tx); err != nil || was == s.Closed {
		return err
	}
	item, ok := itemOf(tx, r)
	if !ok || item.Open() != s.Closed {
		return nil // it stands as the ticket does
	}
	var fact response.Fact = response.ActionReopened{Item: r.Event, Reason: r.Name + " was opened again"}
	if s.Closed {
		fact = response.ActionClosed{Item: r.Event, Reason: r.Name + " was closed"}
	}
	by := incidents.Oncalm()
	if name := text.Clip(text.Line(s.By), longestName); name != "" {
		by = incidents.Actor{Kind: incidents.KindOther, Name: name}
	}
	e := incidents.Event{By: by, Body: incidents.Responded{Fact: fact}}
	if s.At.After(item.Planned) && s.At.Before(now) {
		e.At = s.At
	}
	_, err = d.Book.Append(tx, now, r.Incident, e)
	return err
}
