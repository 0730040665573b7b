package outbox

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/outbox/retry"
	"github.com/oncalm/oncalm/outbox/steady"
	"github.com/oncalm/oncalm/store"
)

const (
	// clockLook is how often it is looked whether the clock was set, or the machine slept.
	clockLook = time.Second
	// aimBatch is how many keys are read in one transaction.
	aimBatch = 200
)

// beginClock finds out what time it is, and brings what is bound to the calendar to its
// place if the wall clock was set since the last start.
func (r *Runner) beginClock(ctx context.Context) error {
	var last steady.Mark
	err := r.Store.View(ctx, func(tx store.Tx) error {
		r.time().Begin(tx, newest)
		last = steady.ReadMark(tx)
		return nil
	})
	if err != nil {
		return err
	}
	now := r.time().Mark()
	if back := r.time().Back(); back > time.Minute {
		r.Log.Warn("the clock was set back since the last start: deadlines count from now", "component", "outbox",
			"by_at_least", back.Round(time.Second))
	}
	switch {
	case now.Ahead != last.Ahead || last.Unaimed:
		r.stepped(ctx)
	case now.Boot != last.Boot || now.At.Sub(last.At) >= steady.Kept:
		r.keepClock(ctx, now)
	} // else: many starts in a row leave the store as it is
	return nil
}

// watchClock notices, until ctx ends, that the wall clock was set or that the machine has
// slept. Neither changes when anything is due that is counted from its cause; but Go's timers
// do not run while the machine sleeps.
func (r *Runner) watchClock(ctx context.Context) {
	looks := time.NewTicker(clockLook)
	defer looks.Stop()
	kept, last, passed := r.time().Now(), r.time().Now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
		now, awake := r.time().Now(), time.Now()
		if slept := now.Sub(last) - awake.Sub(passed); slept > steady.Slack {
			r.Log.Warn("the machine was asleep", "component", "outbox", "for", slept.Round(time.Second))
			r.Wake()
		}
		last, passed = now, awake
		switch step := r.time().Look(); {
		case step != 0:
			r.Log.Warn("the clock was set", "component", "outbox", "by", step.Round(time.Millisecond))
			r.stepped(ctx)
		case now.Sub(kept) < steady.Kept:
			continue
		default:
			r.keepClock(ctx, r.time().Mark())
		}
		kept = now
	}
}

// keepClock writes a mark. If it cannot, the next time will do.
func (r *Runner) keepClock(ctx context.Context, m steady.Mark) {
	err := r.Store.Update(ctx, func(tx store.Tx) error {
		m.Write(tx)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		r.Log.Warn("the state of the clock could not be stored", "component", "outbox", "err", err)
	}
}

// stepped writes down by how much the wall is ahead now, and brings what is bound to the
// calendar to its place under that.
func (r *Runner) stepped(ctx context.Context) {
	m := r.time().Mark()
	m.Unaimed = true
	r.keepClock(ctx, m)
	if err := r.aimAll(ctx, m.Ahead); err != nil {
		if ctx.Err() == nil {
			r.Log.Error("entries that are due at calendar times could not be rescheduled", "component", "outbox", "err", err)
		}
		return
	}
	m.Unaimed = false
	r.keepClock(ctx, m)
	r.Wake()
}

func (r *Runner) aimAll(ctx context.Context, ahead time.Duration) error {
	if len(r.Calendar) == 0 {
		return nil
	}
	for from := duePrefix; from != ""; {
		var err error
		if from, err = r.aimSome(ctx, from, ahead); err != nil {
			return err
		}
	}
	return nil
}

// aimSome looks at some keys of the due index, and returns where to go on, or "".
func (r *Runner) aimSome(ctx context.Context, from string, ahead time.Duration) (next string, err error) {
	var off []string
	err = r.Store.View(ctx, func(tx store.Tx) error {
		off, next = nil, ""
		n := 0
		for k := range tx.Range(from, store.After(duePrefix)) {
			if n++; n > aimBatch {
				next = k
				break
			}
			if _, key, err := splitDue(k); err == nil && r.misplaced(tx, key, ahead) {
				off = append(off, key)
			}
		}
		return nil
	})
	if err != nil || len(off) == 0 {
		return next, err
	}
	return next, r.Store.Update(ctx, func(tx store.Tx) error {
		for _, key := range off {
			if r.misplaced(tx, key, ahead) {
				t := Tx{tx: tx, ahead: ahead}
				e, _, _ := t.read(key)
				t.tx.Delete(dueKey(e))
				due := e.Due
				e = e.under(ahead)
				e.Due = due
				t.arm(e)
			}
		}
		return nil
	})
}

// misplaced reports whether an entry waits for a time of the calendar at a place for another
// state of the wall clock. What has failed once does not wait for the calendar any more.
func (r *Runner) misplaced(tx store.Tx, key string, ahead time.Duration) bool {
	e, _, ok := Tx{tx: tx}.read(key)
	return ok && e.Done.IsZero() && e.Attempt == 0 && r.Calendar[e.Kind] && e.Ahead != ahead
}

// newest is a time that is after all that the store was told, but not much.
func newest(tx store.Tx, at time.Time) time.Time {
	t := Tx{tx: tx}
	for k, val := range tx.Range(duePrefix, store.After(duePrefix)) {
		e, _, ok := standing(t, k, val)
		if e = e.under(t.ahead); !ok { // the groups tell of it
			continue
		}
		at = later(at, e.Created)
		if e.Attempt > 0 {
			at = later(at, e.Due.Add(-retry.Most)) // then it had failed
		}
	}
	return at.Add(time.Millisecond).UTC()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
