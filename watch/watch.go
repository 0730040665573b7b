package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Kinds of outbox entries.
const (
	KindPulse  = "watch.pulse"
	KindCanary = "watch.canary" // the decision of a canary
	KindPage   = "watch.page"   // the page of a canary, to nobody
	KindAway   = "watch.away"   // tells the channel that the program was away
)

// Lane is that of pulses. It is no other's, so that nothing holds up what tells that all is well but what keeps a program from doing
// anything.
const Lane outbox.Lane = "watch"

// Groups are the workers of the outbox for pulses.
func Groups() []outbox.Group {
	return []outbox.Group{{Name: "watch", Lanes: []outbox.Lane{Lane}, Workers: 1}}
}

const (
	// Each is how often there is a heartbeat.
	Each = time.Minute
	// CanaryEach is how often there is a canary.
	CanaryEach = 5 * time.Minute
	// canaryTakes is how long a canary may be under way: it takes milliseconds, or in a storm some seconds.
	canaryTakes = 30 * time.Second
	// first is how soon after the start it is looked again whether the first canary has arrived.
	first = 5 * time.Second
	// auditedWithin is how old an audit may be: there is one each minute.
	auditedWithin = 3 * time.Minute
	// behind is how long decisions and pages may be due.
	behind = time.Minute
)

// A Beat sends a heartbeat to somebody outside. Its error is shown to people, and holds no secret.
type Beat struct {
	Name string // "url" or "metric"
	Send func(ctx context.Context) error
}

// A Check is what has to hold besides. Its error says what does not.
type Check func(ctx context.Context, now time.Time) error

// A Watch is what a configuration has of it. Its fields are set before it is used, and not changed afterwards.
type Watch struct {
	On    bool // else there are no heartbeats, and nothing is kept
	Store store.Store
	Beats []Beat
	// Taker takes the canary in: an [alarms.Rehearsal], whose Then is [Watch.Taken].
	Taker sns.Taker
	// Topic is that of canaries.
	Topic *Topic
	// Lane is that in which the page of a canary goes, and Reach asks there whether somebody would be reached; nil: nobody can tell.
	Lane   outbox.Lane
	Reach  func(context.Context) error
	Checks []Check
	// Away tells the channel that the program was away.
	Away    Away
	Audits  *Audits
	Log     *slog.Logger
	Metrics *Metrics      // may be nil
	Started clocks.Moment // when the program was
	Clock   *clocks.Clock // nil is for tests
}

// Handlers returns the handlers by kind, for the outbox.
func (w *Watch) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindPulse: w.pulse, KindCanary: w.decide, KindPage: w.page, KindAway: w.tellAway}
}

// Plan enqueues the next pulse. When the watch is off it forgets what is kept: what is on again later must not count from then.
func (w *Watch) Plan(ctx context.Context) error {
	now, right := w.Clock.Moment(), true
	err := w.Store.View(ctx, func(tx store.Tx) error {
		if w.On {
			right = outbox.In(tx, now.Wall).Pending(pulseKey)
		} else {
			right = tx.Get(pulseKey) == nil && tx.Get(canaryKey) == nil
		}
		return nil
	})
	if err != nil || right {
		return err
	}
	return w.Store.Update(ctx, func(tx store.Tx) error {
		if !w.On {
			tx.Delete(pulseKey)
			tx.Delete(canaryKey)
			return nil
		}
		outbox.In(tx, now.Wall).Soon(entry(KindPulse, pulseKey, Lane, now.Wall))
		return nil
	})
}

func entry(kind, key string, lane outbox.Lane, due time.Time) outbox.Entry {
	return outbox.Entry{Key: key, Kind: kind, Lane: lane, Due: due}
}

// pulse is one minute. The store is written first: whoever cannot write it sends no heartbeat.
func (w *Watch) pulse(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	if !w.On {
		return func(tx store.Tx) error { tx.Delete(pulseKey); tx.Delete(canaryKey); return nil }, nil
	}
	now := w.Clock.Moment()
	var p pulse
	var c canary
	err := w.Store.Update(ctx, func(tx store.Tx) error {
		p, c = readPulse(tx), readCanary(tx)
		p.Alive = now
		write(tx, pulseKey, p)
		return nil
	})
	if err != nil {
		w.Metrics.failed("store")
		return nil, err
	}
	var problem error
	if c.Sent.Wall.IsZero() || now.Since(c.Sent) >= CanaryEach || w.Started.Since(c.Sent) > 0 {
		if problem = w.send(ctx, now.Wall); problem != nil {
			w.Metrics.failed("canary")
			problem = fmt.Errorf("a canary was refused, as alarms would be: %w", problem)
		}
	}
	if problem == nil {
		problem = w.well(ctx, now, &c)
	}
	if problem == nil {
		problem = w.beat(ctx)
	}
	w.tell(&p, problem, now.Wall)
	next := e.Due.Add(Each)
	if young := c.Arrived.Wall.IsZero() || w.Started.Since(c.Arrived) > 0; young && now.Since(w.Started) < Each {
		next = now.Wall.Add(first)
	} else if next.Before(now.Wall) {
		next = now.Wall.Add(Each)
	}
	return func(tx store.Tx) error {
		write(tx, pulseKey, p)
		outbox.In(tx, w.Clock.Now()).Soon(entry(KindPulse, pulseKey, Lane, next))
		return nil
	}, nil
}

// well looks whether there may be a heartbeat.
func (w *Watch) well(ctx context.Context, now clocks.Moment, c *canary) error {
	switch {
	case c.Arrived.Wall.IsZero() || w.Started.Since(c.Arrived) > 0:
		if now.Since(w.Started) >= Each {
			return errors.New("no canary has arrived since the start")
		}
		return errStarting
	case c.Open && now.Since(c.Sent) > canaryTakes:
		return fmt.Errorf("a canary of %s ago has not arrived", now.Since(c.Sent).Round(time.Second))
	}
	if err := w.Audits.well(now.Wall); err != nil {
		return err
	}
	for _, check := range w.Checks {
		if err := check(ctx, now.Wall); err != nil {
			return err
		}
	}
	return nil
}

// errStarting says that it is too early to tell.
var errStarting = errors.New("the first canary is under way")

// beat sends the heartbeat to all who are to hear of it, at the same time: one that hangs holds up no other.
func (w *Watch) beat(ctx context.Context) error {
	problems := make([]error, len(w.Beats))
	var all sync.WaitGroup
	for n, b := range w.Beats {
		all.Go(func() {
			if err := b.Send(ctx); err != nil {
				w.Metrics.failed(b.Name)
				problems[n] = fmt.Errorf("the heartbeat to watch.%s: %w", b.Name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(problems...)
}

// tell puts down how a pulse went, and logs what has changed.
func (w *Watch) tell(p *pulse, problem error, now time.Time) {
	switch {
	case problem == nil:
		if p.Problem != "" && p.Problem != errStarting.Error() {
			w.Log.Info("heartbeats are sent again", "none_since", p.Since)
		}
		p.Beat, p.Problem, p.Since = now.UTC(), "", time.Time{}
		w.Metrics.beaten(now)
		return
	case p.Problem == "" || p.Problem == errStarting.Error():
		if p.Since = now.UTC(); !errors.Is(problem, errStarting) {
			w.Log.Error("no heartbeat is sent, so whoever watches this pager will raise the alarm", "why", problem)
		}
	}
	p.Problem = problem.Error()
}

// Behind is the check that no decision and no page waits too long, in the lanes that matter. look is [outbox.Runner.Look].
func Behind(look func(context.Context) (outbox.State, error), lanes ...outbox.Lane) Check {
	return func(ctx context.Context, _ time.Time) error {
		state, err := look(ctx)
		if err != nil {
			return errors.New("the outbox cannot be read")
		}
		for _, lane := range slices.Sorted(maps.Keys(state.Behind)) {
			if late := state.Behind[lane]; slices.Contains(lanes, lane) && late > behind {
				return fmt.Errorf("%s: behind by %s", lane, late.Round(time.Second))
			}
		}
		return nil
	}
}

// Audits are how the audits of the open incidents went. The zero value is of a program that does none; it stays over reloads.
type Audits struct {
	mu     sync.Mutex
	on     bool
	at     time.Time
	mended int
	err    error
}

// Note puts down how an audit went that has ended now: what it had to mend, and what kept it from looking.
func (a *Audits) Note(now time.Time, mended int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.on, a.at, a.mended, a.err = true, now, mended, err
}

// well reports whether the last audit was not long ago, could look at everything, and found nothing to mend.
func (a *Audits) well(now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case !a.on:
		return nil
	case a.err != nil:
		return errors.New("the open incidents could not be audited")
	case a.mended > 0:
		return fmt.Errorf("the last audit had to enqueue again %d things that were lost", a.mended)
	case now.Sub(a.at) > auditedWithin:
		return fmt.Errorf("the open incidents were not audited for %s", now.Sub(a.at).Round(time.Second))
	}
	return nil
}
