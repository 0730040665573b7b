package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// KindSweep is the kind of the outbox entry that removes what is kept for a limited time.
const KindSweep = "sweep"

// clockDoubted is how long after the start the clock is doubted, if nobody says what time it is.
const clockDoubted = 24 * time.Hour

// sweepJob is when few are awake to be slowed down.
func sweepJob() outbox.Job {
	return outbox.Job{Name: "sweep", Kind: KindSweep, Lane: outbox.Errands, Zone: time.UTC, Times: "17 3 * * *"}
}

// A Sweeper removes daily what is kept for a limited time. A run that was missed while the program was down is due at the
// next start, once.
//
// By a clock that is years ahead all of that is old, and what is forgotten is gone. So nothing
// is, until somebody has said that the clock is right.
type Sweeper struct {
	Store   store.Store
	Clock   *clocks.Clock
	Witness *clocks.Witness
	Log     *slog.Logger
	// Sweeps are those of the rooms that keep something for a limited time. Each returns how many keys it deleted.
	Sweeps []func(context.Context, store.Store, time.Time) (int, error)
}

// Handlers returns the handlers by kind, for the outbox. A sweep that fails midway is tried again from the start: what was
// deleted is gone, so it comes further.
func (s *Sweeper) Handlers() map[string]outbox.Handler {
	_, begun := s.Clock.Read()
	return map[string]outbox.Handler{KindSweep: func(ctx context.Context, _ outbox.Entry) (func(store.Tx) error, error) {
		now := s.Clock.Now()
		_, up := s.Clock.Read()
		switch off, known := s.Witness.Ahead(); {
		case known && off.Abs() >= clocks.Wrong:
			return nil, &outbox.Later{After: 2 * time.Minute,
				Err: fmt.Errorf("the clock of this machine is %s: nothing is swept until it is right", slowOrFast(off))}
		case !known && up-begun < clockDoubted:
			return nil, &outbox.Later{After: 30 * time.Second,
				Err: errors.New("it is not known yet whether the clock of this machine is right: nothing is swept until it is")}
		}
		for _, sweep := range s.Sweeps {
			if _, err := sweep(ctx, s.Store, now); err != nil {
				return nil, err
			}
		}
		return func(tx store.Tx) error { return outbox.In(tx, now).Plan(sweepJob()) }, nil
	}}
}

// Plan enqueues the next sweep, as soon as there is space for it: also on a full
// disk the program starts, to page for what is stored and to say what is wrong.
func (s *Sweeper) Plan(ctx context.Context) {
	for {
		now := s.Clock.Now()
		err := s.Store.Update(ctx, func(tx store.Tx) error { return outbox.In(tx, now).Plan(sweepJob()) })
		if err == nil || ctx.Err() != nil {
			return
		}
		s.Log.Warn("the daily sweep could not be scheduled; trying again in a minute", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}
