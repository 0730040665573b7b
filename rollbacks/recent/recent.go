// Package recent asks what was done to the targets of a service shortly before an incident, where no message told of it: who has no rule of
// EventBridge sees what was deployed all the same, if Oncalm may look.
//
// # The model
//
// When an incident has begun, one outbox entry for its service asks each of its targets that knows what was done to it
// ([rollbacks.Historian]), all at the same time, and hands what they say to package around: it keeps it as any change, and puts it on the
// timelines of the incidents of the service that are open. What a message told of is not said again.
//
// Nobody waits for it: the entry has a lane with workers of its own, each question has its time, and what is not answered is asked for twice
// more and then left out. What may not be asked for is logged once, and oncalm doctor says it ([Look]).
//
//	recent/<service>    entry: ask what was done to the targets of a service
package recent

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
)

// Kind is that of its outbox entries.
const Kind = "recent"

const (
	// each is how long a target has to answer, and tries how often it is asked if it does not.
	each  = 20 * time.Second
	tries = 3
	again = time.Minute
	// useful is how long after an incident has begun it helps to know what was done before.
	useful = 30 * time.Minute
)

// Ask asks a target what was done to it; false if it does not know that.
type Ask func(ctx context.Context, l rollbacks.Lever, from, to time.Time) ([]rollbacks.Deployment, bool, error)

// Options is what a Desk needs.
type Options struct {
	Levers func(service string) []rollbacks.Lever
	// Things are what levers roll back.
	Things func([]rollbacks.Lever) []changes.Thing
	Ask    Ask
	// Tell keeps what was found.
	Tell  func(tx store.Tx, now time.Time, service string, found []changes.Change) error
	Clock *clocks.Clock
	Log   *slog.Logger
}

// A Desk asks.
type Desk struct {
	o Options

	mu     sync.Mutex
	logged map[string]bool
}

// New makes a Desk. It calls nobody.
func New(o Options) *Desk { return &Desk{o: o, logged: map[string]bool{}} }

// work is the body of an entry.
type work struct {
	Service string    `json:"service"`
	Since   time.Time `json:"since"` // when the incident began
	Try     int       `json:"try,omitempty"`
}

func (w work) entry(due time.Time) outbox.Entry {
	return outbox.Entry{Key: store.Key("recent", w.Service), Kind: Kind, Lane: outbox.Lookups, Due: due, Body: outbox.Body(w)}
}

// Follow enqueues a look at what was done before, when an incident begins that somebody is paged for (see [incidents.Follower]).
func (d *Desk) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	switch e.Body.(type) {
	case incidents.Opened, incidents.Reopened:
		if !i.Quiet && len(d.o.Levers(i.Service)) > 0 {
			outbox.In(tx, now).Soon(work{Service: i.Service, Since: now.UTC()}.entry(now))
		}
	}
	return nil
}

// Handlers returns the handlers of outbox entries by kind.
func (d *Desk) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{Kind: d.look}
}

// An answer is what one target said.
type answer struct {
	lever rollbacks.Lever
	done  []rollbacks.Deployment
	err   error
}

// look asks all targets of a service. What is found is kept also if some do not answer; those are asked again with the others.
func (d *Desk) look(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w work
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	now := d.o.Clock.Now()
	if now.Sub(w.Since) > useful {
		return nil, nil
	}
	var found []changes.Change
	repeat := false
	for _, a := range d.ask(ctx, w, now) {
		if a.err != nil {
			d.complain(a)
			repeat = repeat || !final(a.err)
		}
		for _, one := range a.done {
			found = append(found, d.changeOf(a.lever, one, w.Service, now))
		}
	}
	return func(tx store.Tx) error {
		now := d.o.Clock.Now()
		if w.Try++; repeat && w.Try < tries {
			outbox.In(tx, now).Soon(w.entry(now.Add(again)))
		}
		return d.o.Tell(tx, now, w.Service, found)
	}, nil
}

// ask asks all targets of a service at the same time.
func (d *Desk) ask(ctx context.Context, w work, now time.Time) []answer {
	levers := d.o.Levers(w.Service)
	all := make([]answer, len(levers))
	var asking sync.WaitGroup
	for n, l := range levers {
		asking.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, each)
			defer cancel()
			done, _, err := d.o.Ask(ctx, l, w.Since.Add(-around.Before), now)
			all[n] = answer{l, done, err}
		})
	}
	asking.Wait()
	return all
}

// complain logs that a target did not answer: once for each reason, since the next incident meets the same.
func (d *Desk) complain(a answer) {
	key := a.lever.Name + "\n" + reasonOf(a.err)
	d.mu.Lock()
	known := d.logged[key]
	d.logged[key] = true
	d.mu.Unlock()
	if !known {
		d.o.Log.Warn("what was done to a target cannot be asked for", "target", a.lever.Name, "err", rollbacks.Told(a.err),
			"mend", mendOf(a.lever))
	}
}

// changeOf is what was done as a change. Its time is that of its end: what it has broken is broken by then.
func (d *Desk) changeOf(l rollbacks.Lever, one rollbacks.Deployment, service string, now time.Time) changes.Change {
	c := changes.Change{At: one.Began.UTC(), Received: now.UTC(), Kind: one.Kind, Title: one.Title, Service: service,
		ID: one.ID, Asked: &changes.Span{From: one.Began.UTC(), To: now.UTC()}, Account: l.Account, Region: l.Region}
	if !one.Ended.IsZero() {
		c.At, c.Asked.To = one.Ended.UTC(), one.Ended.UTC()
	}
	arn := one.ARN
	if things := d.o.Things([]rollbacks.Lever{l}); arn == "" && len(things) > 0 {
		arn = arnOf(things[0])
	}
	c.Resources = []string{arn}
	if t, ok := changes.ThingOf(arn); ok {
		c.Account, c.Region = t.Account, t.Region
	}
	if console := aws.Console(c.Region); console != "" && one.Page != "" {
		c.Link = console + one.Page
	}
	return c
}
