package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/oncalm/oncalm/outbox/retry"
	"github.com/oncalm/oncalm/store"
)

// ahead is how many entries a group takes from the store at a time. A more urgent
// entry that comes in waits for at most so many before it.
const ahead = 32

// group is a Group at work. Only its run goroutine touches its fields; workers talk
// to it through done.
type group struct {
	Group
	r       *Runner
	log     *slog.Logger
	bell    *bell
	started time.Time // by the outbox's clock, as all times here

	claimed map[string]bool      // in the queue or in hand
	missed  map[string]time.Time // failed as unreachable, perhaps without a record: not before
	queue   []Entry
	busy    int
	hands   []int // how many of busy are at each of Lanes
	probing bool
	dead    bool       // the last probe failed
	strict  time.Time  // until then a lane waits for those before it
	tasks   chan Entry // to the workers
	done    chan result
	next    time.Time // when the next entry comes due that is not yet
	gate    retry.Gate
	ration  retry.Ration
	yields  bool // until the ration's next slice
	workers sync.WaitGroup
}

type result struct {
	entry Entry // without a key: of the probe
	err   error
}

// catchUp is how long after an outage lanes are served strictly one after the other.
// Not for ever: one page that hangs must not hold up all that are less urgent.
const catchUp = 10 * time.Second

func newGroup(r *Runner, g Group, b *bell, started time.Time) *group {
	if g.Timeout == 0 {
		g.Timeout = 30 * time.Second
	}
	return &group{
		Group: g, r: r, bell: b, started: started,
		log:     r.Log.With("component", "outbox", "group", g.Name),
		claimed: map[string]bool{}, missed: map[string]time.Time{}, hands: make([]int, len(g.Lanes)),
		tasks: make(chan Entry, g.Workers), done: make(chan result, g.Workers+1),
	}
}

// run is the loop: fill the hands, then wait for a hand, a wake-up or the clock.
func (g *group) run(ctx context.Context) {
	defer g.workers.Wait()
	defer close(g.tasks)
	for range g.Workers {
		g.workers.Go(func() { g.hand(context.WithoutCancel(ctx)) })
	}
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		default:
		}
		g.fill(ctx, g.r.time().Now())
		timer.Reset(g.pause(g.r.time().Now()))
		select {
		case <-ctx.Done():
			return
		case <-g.bell.rings:
		case <-timer.C:
		case res := <-g.done:
			g.settle(res, g.r.time().Now())
		}
	}
}

// fill starts as many entries as there are free hands, if the gate is open.
func (g *group) fill(ctx context.Context, now time.Time) {
	g.yields = false
	if g.gate.Closed() {
		g.startProbe(ctx, now)
		return
	}
	for g.busy < g.Workers {
		if len(g.queue) == 0 {
			g.take(ctx, now)
		}
		if len(g.queue) == 0 || now.Before(g.strict) && g.behind(g.queue[0].Lane) {
			return
		}
		if g.yields = g.r.Busy != nil && g.r.Busy() && !g.ration.Take(now); g.yields {
			return
		}
		e := g.queue[0]
		g.queue = g.queue[1:]
		g.busy++
		g.hands[g.rank(e.Lane)]++
		g.tasks <- e
	}
}

// hand works off what it is given.
func (g *group) hand(ctx context.Context) {
	for e := range g.tasks {
		g.done <- result{e, g.work(ctx, e)}
	}
}

// rank is how many lanes are more urgent than this. What stands in a lane that is not its own waits
// for nobody.
func (g *group) rank(lane Lane) int { return max(slices.Index(g.Lanes, lane), 0) }

// behind reports whether something more urgent than lane is in hand.
func (g *group) behind(lane Lane) bool {
	for _, n := range g.hands[:g.rank(lane)] {
		if n > 0 {
			return true
		}
	}
	return false
}

// startProbe asks whether the other side is back, if it is time to ask.
func (g *group) startProbe(ctx context.Context, now time.Time) {
	if g.probing || now.Before(g.gate.Until) {
		return
	}
	g.probing = true
	g.workers.Go(func() {
		limited, cancel := context.WithTimeout(ctx, g.Timeout)
		defer cancel()
		g.done <- result{err: g.Probe(limited)}
	})
}

// take fills the queue with due entries, most urgent first, and notes when the next one
// comes due.
func (g *group) take(ctx context.Context, now time.Time) {
	g.next = time.Time{}
	g.bell.expect(g.next)
	err := g.r.Store.View(ctx, func(tx store.Tx) error {
		for _, lane := range g.Lanes {
			if err := g.takeLane(tx, lane, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		g.log.Error("cannot read what is due", "err", err)
		g.next = now.Add(time.Second)
	}
	g.bell.expect(g.next)
}

func (g *group) takeLane(tx store.Tx, lane Lane, now time.Time) error {
	from, to := laneRange(lane)
	for k, at := range tx.Range(from, to) {
		if len(g.queue) >= ahead {
			return nil
		}
		due, key, err := splitDue(k)
		if err != nil {
			g.log.Error("the due index has a key that cannot be read (run oncalm fsck -repair)", "key", k, "err", err)
			continue // the others are not to wait for it
		}
		if due.After(now) {
			g.sooner(due)
			return nil
		}
		if g.claimed[key] {
			continue
		}
		until, tried := g.missed[key]
		if until.After(now) {
			g.sooner(until)
			continue
		}
		e, val, ok := standing(Tx{tx: tx}, k, at)
		if !ok || !e.Done.IsZero() {
			g.log.Error("the due index names an entry that is not there, or is done (run oncalm fsck -repair)", "key", key)
			continue
		}
		if e.bars(g.r.Owner, now) {
			g.sooner(e.Until)
			continue
		}
		e.PerhapsDone = e.Attempt > 0 || e.By != "" || e.Created.Add(-e.Ahead).Before(g.started) || tried
		if !g.r.Calendar[e.Kind] {
			e = e.under(g.r.time().Noticed())
		}
		e.stored, e.first = bytes.Clone(val), firstDue(k, at)
		g.claimed[key] = true
		g.queue = append(g.queue, e)
	}
	return nil
}

func (g *group) sooner(t time.Time) {
	if g.next.IsZero() || t.Before(g.next) {
		g.next = t
	}
}

// pause is how long there is nothing to do, unless somebody wakes us. It is a minute
// at the most, and never nothing: timers that are due at once end the race detector (golang.org/issue/78156).
func (g *group) pause(now time.Time) time.Duration {
	next := g.next
	switch {
	case g.yields:
		next = g.ration.Next()
	case len(g.queue) > 0 && now.Before(g.strict):
		next = g.strict
	case g.busy == g.Workers || g.probing:
		return time.Minute // a worker that finishes wakes us
	case g.gate.Closed() && now.Before(g.gate.Until):
		next = g.gate.Until
	}
	if next.IsZero() {
		return time.Minute
	}
	return min(max(next.Sub(now), time.Nanosecond), time.Minute)
}

// settle takes note of a finished attempt.
func (g *group) settle(res result, now time.Time) {
	if res.entry.Key == "" {
		g.answered(res.err, now)
		return
	}
	g.busy--
	g.hands[g.rank(res.entry.Lane)]--
	key := res.entry.Key
	delete(g.claimed, key)
	if errors.Is(res.err, errTaken) {
		return
	}
	if _, ok := errors.AsType[*Unreachable](res.err); !ok {
		delete(g.missed, key)
		if g.gate.Reached() {
			g.back(now)
		}
		return
	}
	g.missed[key] = now.Add(retry.Backoff(res.entry.Attempt + 1))
	if g.Probe != nil && g.gate.Missed(now) {
		g.release()
		g.log.Warn("the other side does not respond, waiting until a probe gets through", "err", res.err)
	}
}

// answered takes note of what the probe found.
func (g *group) answered(err error, now time.Time) {
	g.probing = false
	if err != nil {
		g.dead = true
		g.gate.Unanswered(now)
		return
	}
	if g.gate.Reached(); g.dead {
		g.dead = false
		g.back(now)
	}
}

// back takes note that the other side is back: all may go, by urgency.
func (g *group) back(now time.Time) {
	for key := range g.missed {
		g.missed[key] = now
	}
	g.strict = now.Add(catchUp)
	g.log.Info("the other side responds again")
}

// release gives back what was taken ahead, so that order is by urgency again when
// the gate opens.
func (g *group) release() {
	for _, e := range g.queue {
		delete(g.claimed, e.Key)
	}
	g.queue = nil
}

// work runs one entry to its end: handler, commit, or a recorded failure.
func (g *group) work(ctx context.Context, e Entry) error {
	if err := g.claim(ctx, &e); err != nil {
		return err
	}
	begun := time.Now()
	err := g.attempt(ctx, e)
	g.r.Metrics.attempted(e, err, time.Since(begun))
	if err == nil {
		return nil
	}
	g.log.Warn("attempt failed", "key", e.Key, "kind", e.Kind, "attempt", e.Attempt+1, "err", err)
	now := g.r.Clock.Now()
	failed := g.r.Store.Update(ctx, func(tx store.Tx) error {
		g.r.in(tx, now).fail(e, err, retry.After(e.Attempt+1, err))
		return nil
	})
	if failed != nil {
		g.log.Error("cannot record a failed attempt", "key", e.Key, "err", failed)
		return &Unreachable{Err: failed} // hold it back in memory: the store is in trouble
	}
	return err
}

// attempt turns a panic of a handler, or of what it commits, into a failed attempt, so that
// one bad entry cannot take paging down with it.
func (g *group) attempt(ctx context.Context, e Entry) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler of %s panicked: %v\n%s", e.Kind, p, debug.Stack())
		}
	}()
	handlers, leave := g.r.enter()
	defer leave()
	h := handlers[e.Kind]
	if h == nil {
		g.log.Error("no handler for an entry, parking it", "key", e.Key, "kind", e.Kind)
		return g.r.Store.Update(ctx, func(tx store.Tx) error {
			g.r.in(tx, g.r.Clock.Now()).park(e)
			return nil
		})
	}
	limited, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	commit, err := h(limited, e)
	if err != nil {
		return err
	}
	if g.r.Patient[e.Kind] {
		ctx = store.MayWait(ctx)
	}
	now := g.r.Clock.Now()
	return g.r.update(ctx, g.r.Store, func(tx store.Tx) error {
		if !In(tx, now).finish(e) || commit == nil {
			return nil
		}
		return commit(tx)
	})
}
