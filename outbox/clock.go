package outbox

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/store"
)

const (
	// clockKey holds a time at which the runner was at work, the newest but for a few minutes.
	clockKey = "outbox/clock"
	// clockLook is how often it is looked whether the clock was set.
	clockLook = time.Minute
	// clockKept is how often that is written down, for the next start.
	clockKept = 10 * time.Minute
	// clockSlack is how far a clock may go back without anything being done about it.
	clockSlack = time.Minute
	// mendBatch is how many entries are changed in one transaction.
	mendBatch = 200
)

// watchClock looks from time to time whether the clock was set, until ctx ends. kept is
// the time that is written down.
func (r *Runner) watchClock(ctx context.Context, kept time.Time) {
	looks := time.NewTicker(clockLook)
	defer looks.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
		now := time.Now()
		step := now.Round(0).Sub(last.Round(0)) - now.Sub(last) // the wall's part without what really passed
		if step < -clockSlack || step > clockSlack {
			r.Log.Warn("the clock was set", "component", "outbox", "by", step)
		}
		if step < -clockSlack {
			r.mend(ctx, now)
			kept = now
		} else if now.Sub(kept) >= clockKept {
			r.keepClock(ctx, now)
			kept = now
		}
		last = now
	}
}

// checkClock mends the outbox if the clock was set back since it was worked on last. It
// returns the time that is written down now.
func (r *Runner) checkClock(ctx context.Context, now time.Time) (kept time.Time, err error) {
	var seen time.Time
	err = r.Store.View(ctx, func(tx store.Tx) error {
		seen = time.Time{}
		if val := tx.Get(clockKey); val != nil {
			seen, _ = time.Parse(time.RFC3339, string(val)) // one that cannot be read says nothing
		}
		return nil
	})
	if err != nil {
		return seen, err
	}
	back := seen.Sub(now)
	switch {
	case back > clockSlack:
		r.Log.Warn("the clock was set back since the last start: what is to come is counted from now", "component", "outbox", "by_at_least", back)
		r.mend(ctx, now)
	case now.Sub(seen) >= clockKept:
		r.keepClock(ctx, now)
	default: // many starts in a row leave the store as it is
		return seen, nil
	}
	return now, nil
}

// keepClock writes down what the clock says. If it cannot, the next time will do.
func (r *Runner) keepClock(ctx context.Context, now time.Time) {
	_ = r.Store.Update(ctx, func(tx store.Tx) error {
		tx.Put(clockKey, []byte(now.UTC().Format(time.RFC3339)))
		return nil
	})
}

// mend brings entries near that are due far away because they were written while the
// clock was ahead: nobody would be paged until it is there again.
func (r *Runner) mend(ctx context.Context, now time.Time) {
	err := r.mendAll(ctx, now)
	if err != nil && ctx.Err() == nil {
		r.Log.Error("what is due could not be counted anew", "component", "outbox", "err", err)
	}
	r.Wake()
}

func (r *Runner) mendAll(ctx context.Context, now time.Time) error {
	for lane := range lanes {
		from := dueKey(Entry{Lane: lane, Due: now.Add(time.Nanosecond)})
		_, to := laneRange(lane)
		for from != "" {
			var err error
			if from, err = r.mendSome(ctx, now, from, to); err != nil {
				return err
			}
		}
	}
	r.keepClock(ctx, now)
	return nil
}

// mendSome looks at some entries of the due index, and returns where to go on, or "".
func (r *Runner) mendSome(ctx context.Context, now time.Time, from, to string) (next string, err error) {
	err = r.Store.Update(ctx, func(tx store.Tx) error {
		var keys []string
		next = ""
		for k := range tx.Range(from, to) {
			if len(keys) == mendBatch {
				next = k
				break
			}
			keys = append(keys, k)
		}
		t := In(tx, now)
		for _, k := range keys {
			_, key, err := splitDue(k)
			if err != nil {
				continue // the groups tell of it
			}
			if e, ok := t.Get(key); ok && e.Done.IsZero() && !r.Calendar[e.Kind] {
				t.bringNear(e)
			}
		}
		return nil
	})
	return next, err
}

// bringNear makes e due as long from now as it was when it was owed, if that was while
// the clock was ahead. What was due once and failed is due now.
func (t Tx) bringNear(e Entry) {
	due := e.Due
	switch ahead := e.Created.After(t.now); {
	case e.Attempt > 0 && (ahead || e.Due.Sub(t.now) > time.Hour):
		due = t.now
	case ahead:
		due = t.now.Add(e.Due.Sub(e.Created))
	}
	if !due.Before(e.Due) {
		return
	}
	t.tx.Delete(dueKey(e))
	// A little before now, so that a start does not take it for one of its own.
	e.Created, e.Due = earlier(e.Created, t.now.Add(-time.Second)).UTC(), due
	t.arm(e)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
