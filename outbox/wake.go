package outbox

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oncalm/oncalm/store"
)

// A bell wakes a group.
type bell struct {
	rings chan struct{} // of one slot: "look"
	// expected is when the group will look by itself, in Unix nanoseconds. What comes due
	// later needs no ring.
	expected atomic.Int64
}

func newBell() *bell {
	b := &bell{rings: make(chan struct{}, 1)}
	b.expect(time.Time{})
	return b
}

// expect says when the group will look by itself; a zero t that it does not know, as while
// it is looking.
func (b *bell) expect(t time.Time) {
	at := int64(math.MaxInt64)
	if !t.IsZero() {
		at = t.UnixNano()
	}
	b.expected.Store(at)
}

// ring never blocks.
func (b *bell) ring() {
	select {
	case b.rings <- struct{}{}:
	default:
	}
}

// Waking returns s with one difference: a successful Update wakes the groups of the runner
// that it gives something to do.
func Waking(s store.Store, r *Runner) store.Store { return &waking{s, r} }

type waking struct {
	store.Store
	runner *Runner
}

func (w *waking) Update(ctx context.Context, fn func(store.Tx) error) error {
	return w.runner.update(ctx, w.Store, fn)
}

func (r *Runner) update(ctx context.Context, s store.Store, fn func(store.Tx) error) error {
	var last *trackedTx
	err := s.Update(ctx, func(tx store.Tx) error {
		last = &trackedTx{Tx: tx, runner: r}
		return fn(last)
	})
	if err == nil {
		r.wakeGroups(last)
	}
	return err
}

// wakeGroups wakes the groups that would look too late for what a transaction has enqueued.
func (r *Runner) wakeGroups(o *trackedTx) {
	r.prepare()
	for _, s := range o.soonest {
		due, _, err := splitDue(s.key)
		for n, g := range r.Groups {
			if slices.Contains(g.Lanes, s.lane) && (err != nil || due.UnixNano() < r.bells[n].expected.Load()) {
				r.bells[n].ring()
			}
		}
	}
}

// trackedTx is a transaction that notices what it enqueues, and knows the runner that will do it.
type trackedTx struct {
	store.Tx
	runner  *Runner
	soonest []soonest
	room    [4]soonest // for most transactions enough

	asked time.Time // for when it was worked out how far the wall is ahead
	by    time.Duration
}

// soonest is the first key of a lane in the due index that was put.
type soonest struct {
	lane Lane
	key  string
}

// ahead is how far the wall clock is ahead of the outbox's if it says now. A transaction asks
// often, and with the same time.
func (o *trackedTx) ahead(now time.Time) time.Duration {
	if !o.asked.Equal(now) || o.asked.IsZero() {
		o.asked, o.by = now, o.runner.timeIn(o.Tx).AheadAt(now)
	}
	return o.by
}

// Put implements [store.Tx].
func (o *trackedTx) Put(key string, val []byte) {
	o.Tx.Put(key, val)
	if !strings.HasPrefix(key, duePrefix) {
		return
	}
	lane, _, _, _ := cutDue(key)
	for n := range o.soonest {
		if s := &o.soonest[n]; s.lane == lane {
			s.key = min(s.key, key)
			return
		}
	}
	if o.soonest == nil {
		o.soonest = o.room[:0]
	}
	o.soonest = append(o.soonest, soonest{lane, key})
}
