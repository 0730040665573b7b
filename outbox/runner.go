package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox/retry"
	"github.com/oncalm/oncalm/outbox/steady"
	"github.com/oncalm/oncalm/store"
)

// Later is the error of a handler that was told when to try again.
type Later = retry.Later

// Unreachable is the error of a handler whose other side does not answer.
type Unreachable = retry.Unreachable

// A Handler does the work of one kind of entry. What it returns as commit runs in
// the transaction that marks the entry as done, and may be nil; it may run more
// than once, like any function given to [store.Store.Update]. An error means that
// the entry is tried again: after a backoff, or as [Later] and [Unreachable] say.
// There is no limit to the number of attempts.
type Handler func(context.Context, Entry) (commit func(store.Tx) error, err error)

// A Group is a number of workers that serve some lanes, in the order given.
type Group struct {
	Name    string
	Lanes   []Lane
	Workers int
	// Timeout limits one attempt; 0 means 30 seconds.
	Timeout time.Duration
	// Probe asks the other side whether it is there, after several attempts found it
	// unreachable. It tells a dead line from a few bad entries: while it fails nothing
	// is tried, and when it succeeds everything is, the most urgent first. If it is
	// nil, each entry is tried again by itself.
	Probe func(context.Context) error
}

// A Runner works off the outbox of a store until it is stopped. Its fields are set
// before Run and not changed afterwards.
type Runner struct {
	Store    store.Store
	Handlers map[string]Handler
	// Enter returns the handlers for one attempt, of the same kinds, and what is called when the attempt is over, its commit
	// included. If it is nil, these are Handlers.
	Enter  func() (handlers map[string]Handler, leave func())
	Groups []Group
	// Owner is the name of this runner among several that work off one store, each with another. If
	// it is empty, this is the only one, and nobody is asked.
	Owner string
	// Clock is what the outbox goes by; nil is for tests.
	Clock *clocks.Clock
	// Calendar are the kinds of entries that are due at a time of the calendar, by the wall
	// clock. All others are due so long after they were enqueued, whatever is done to it.
	Calendar map[string]bool
	// Patient are the kinds of entries of which it is not urgent to record that they are done: that waits a little for what else
	// is committed. If it is lost, they are tried again, as after a crash at that time.
	Patient map[string]bool
	// Busy reports whether something more urgent is at work just now than what is enqueued; it may be nil. While it does, each
	// group starts a thousand attempts a second at most.
	Busy    func() bool
	Log     *slog.Logger
	Metrics *Metrics // may be nil

	once   sync.Once
	bells  []*bell // of the groups
	steady *steady.Time
}

// DefaultGroups serves each urgency with workers of its own. The probe, which may be nil, is that of all that speak to Slack.
func DefaultGroups(probe func(context.Context) error) []Group {
	return []Group{
		{Name: "decisions", Lanes: []Lane{Decisions}, Workers: 4},
		{Name: "pages", Lanes: []Lane{Pages1, Pages2, Pages3, Pages4}, Workers: 64, Probe: probe},
		{Name: "answers", Lanes: []Lane{Answers}, Workers: 4, Probe: probe},
		{Name: "chores", Lanes: []Lane{Chores}, Workers: 2, Probe: probe},
		{Name: "asides", Lanes: []Lane{Asides}, Workers: 2, Probe: probe},
		{Name: "errands", Lanes: []Lane{Errands}, Workers: 2},
		{Name: "documents", Lanes: []Lane{Documents}, Workers: 1, Timeout: time.Minute},
		{Name: "rollbacks", Lanes: []Lane{Rollbacks}, Workers: 4, Timeout: time.Minute},
		{Name: "lookups", Lanes: []Lane{Lookups}, Workers: 2, Timeout: time.Minute},
	}
}

func (r *Runner) prepare() {
	r.once.Do(func() {
		r.steady = steady.New(r.Clock)
		for range r.Groups {
			r.bells = append(r.bells, newBell())
		}
	})
}

// time is the outbox's own, once it has begun.
func (r *Runner) time() *steady.Time {
	r.prepare()
	return r.steady
}

// timeIn is the same, and it begins if it has not.
func (r *Runner) timeIn(tx store.Tx) *steady.Time {
	r.prepare()
	r.steady.Begin(tx, newest)
	return r.steady
}

// in returns a Tx that goes by the runner's clock.
func (r *Runner) in(tx store.Tx, now time.Time) Tx { return Tx{tx, now, r.timeIn(tx).AheadAt(now)} }

// Wake tells the runner that something may have become due. It never blocks.
func (r *Runner) Wake() {
	r.prepare()
	for _, b := range r.bells {
		b.ring()
	}
}

// Run works until ctx ends, then finishes the entries in hand and returns. The
// error is that of the store, if it could not be read at the start.
func (r *Runner) Run(ctx context.Context) error {
	r.prepare()
	if err := r.beginClock(ctx); err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it is stopped before it has begun
		}
		return err
	}
	if err := r.unpark(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	started := r.time().Now()
	var groups sync.WaitGroup
	groups.Go(func() { r.watchClock(ctx) })
	for n, g := range r.Groups {
		groups.Go(func() { newGroup(r, g, r.bells[n], started).run(ctx) })
	}
	groups.Wait()
	return nil
}

func (r *Runner) unpark(ctx context.Context) error {
	can := func(kind string) bool { return r.Handlers[kind] != nil }
	parked := false
	err := r.Store.View(ctx, func(tx store.Tx) error {
		for range tx.Range(parkedPrefix, store.After(parkedPrefix)) {
			parked = true
			break
		}
		return nil
	})
	if err != nil || !parked {
		return err
	}
	return r.Store.Update(ctx, func(tx store.Tx) error {
		r.in(tx, r.Clock.Now()).unpark(can)
		return nil
	})
}

// enter returns the handlers for one attempt.
func (r *Runner) enter() (handlers map[string]Handler, leave func()) {
	if r.Enter != nil {
		return r.Enter()
	}
	return r.Handlers, func() {}
}
