// Package report tells a channel once a week what the incidents of the week amount to: a message with the figures, and where the whole
// report is.
//
// The time is that of a job (see [outbox.Job]): a week that the program was down for is told of once, when it is up again. The message
// is enqueued in the transaction that plans the next week, so no week is told of twice, and none is lost by a crash in between.
package report

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/store"
)

// Kind is the kind of the outbox entry that tells of a week.
const Kind = "weekly-report"

// Weekly says when and where a report is told. The zero value is never.
type Weekly struct {
	On      bool
	Channel string // an id; empty: that of the incidents
	Day     time.Weekday
	At      civil.Clock // before 24:00
	Zone    string      // on whose clock; empty: that of the schedules, if they have one in common, else UTC
}

// Default is when a report is told, if nothing else is said than that one is.
func Default() Weekly { return Weekly{On: true, Day: time.Monday, At: 9 * 60 * 60} }

// spec is the time as cron writes it.
func (w Weekly) spec() string {
	return fmt.Sprintf("%d %d * * %d", int(w.At)/60%60, int(w.At)/3600, int(w.Day))
}

// A Teller tells of weeks. Its fields are set before it is used and not changed afterwards.
type Teller struct {
	Weekly Weekly
	Store  store.Store
	Source reports.Source
	// Zone is that in which weeks begin, and Zones are those of schedules.
	Zone  *time.Location
	Zones map[string]*time.Location
	// Owe enqueues what a channel is told. A key is used once.
	Owe   func(tx store.Tx, now time.Time, key, channel string, m blocks.Message)
	Clock *clocks.Clock
}

// Handlers returns the handler by kind, for the outbox.
func (t *Teller) Handlers() map[string]outbox.Handler { return map[string]outbox.Handler{Kind: t.tell} }

func (t *Teller) job() outbox.Job {
	return outbox.Job{Name: "report", Kind: Kind, Lane: outbox.Errands, Zone: t.Zone, Times: t.Weekly.spec()}
}

// on reports whether weeks are told of at all.
func (t *Teller) on() bool { return t.Weekly.On && t.Weekly.Channel != "" }

// Plan enqueues the next report.
func (t *Teller) Plan(ctx context.Context) error {
	if !t.on() {
		return nil
	}
	now := t.Clock.Now()
	return t.Store.Update(ctx, func(tx store.Tx) error { return outbox.In(tx, now).Plan(t.job()) })
}

// Now enqueues a report of the week that ends now, besides those that come by themselves.
func (t *Teller) Now(ctx context.Context) error {
	now := t.Clock.Now()
	j := t.job()
	return t.Store.Update(ctx, func(tx store.Tx) error {
		at := now.UTC()
		outbox.In(tx, now).Once(outbox.Entry{Key: "report/asked/" + at.Format(time.RFC3339Nano), Kind: Kind, Lane: j.Lane, Due: now,
			Body: outbox.Body(outbox.Run{Zone: j.Zone.String(), Times: j.Times, At: at})})
		return nil
	})
}

// tell reads what the week before was, and enqueues the message. One that is planned otherwise by now, or not at all, is not told.
func (t *Teller) tell(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var run outbox.Run
	if err := e.Decode(&run); err != nil {
		return nil, err
	}
	j := t.job()
	if !t.on() || run.Zone != j.Zone.String() || run.Times != j.Times {
		return nil, nil
	}
	now, to := t.Clock.Now(), run.At.In(t.Zone)
	from := to.AddDate(0, 0, -7)
	q := reports.Query{From: from, To: to, Now: now, Zone: t.Zone, Zones: t.Zones}
	week, err := reports.Read(ctx, t.Source, q)
	if err != nil {
		return nil, err
	}
	q.From, q.To = from.AddDate(0, 0, -7), from
	before, err := reports.Read(ctx, t.Source, q)
	if err != nil {
		return nil, err
	}
	m := Message(week, before)
	return func(tx store.Tx) error {
		t.Owe(tx, now, e.Key+"/told", t.Weekly.Channel, m)
		return outbox.In(tx, now).Plan(j)
	}, nil
}
