package outbox

import (
	"context"
	"math"
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
	var last *owing
	err := s.Update(ctx, func(tx store.Tx) error {
		last = &owing{Tx: tx}
		return fn(last)
	})
	if err == nil {
		r.rouse(last)
	}
	return err
}

// rouse wakes the groups that would look too late for what a transaction owes.
func (r *Runner) rouse(o *owing) {
	r.prepare()
	for n, g := range r.Groups {
		for _, lane := range g.Lanes {
			if o.soonest[lane] == "" {
				continue
			}
			due, _, err := splitDue(o.soonest[lane])
			if err != nil || due.UnixNano() < r.bells[n].expected.Load() {
				r.bells[n].ring()
				break
			}
		}
	}
}

// owing is a transaction that notices what it owes.
type owing struct {
	store.Tx
	soonest [lanes]string // by lane, the first key of the due index that was put; "" if none
}

// Put implements [store.Tx].
func (o *owing) Put(key string, val []byte) {
	o.Tx.Put(key, val)
	if !strings.HasPrefix(key, duePrefix) || len(key) <= len(duePrefix) {
		return
	}
	lane := Lane(key[len(duePrefix)] - '0')
	if lane < lanes && (o.soonest[lane] == "" || key < o.soonest[lane]) {
		o.soonest[lane] = key
	}
}
