package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

const (
	kindSweep = "sweep"
	// sweepUntold is how long after the start the clock is doubted, if nobody says what time it is.
	sweepUntold = 24 * time.Hour
)

// sweepJob is when few are awake to be slowed down.
func sweepJob() outbox.Job {
	return outbox.Job{Name: "sweep", Kind: kindSweep, Lane: outbox.Errands, Zone: time.UTC, Times: "17 3 * * *"}
}

// sweeping handles the daily removal of what is kept for a limited time. A run that was
// missed while the program was down is due at the next start, once.
//
// By a clock that is years ahead all of that is old, and what is forgotten is gone. So nothing
// is, until somebody has said that the clock is right.
func (a *app) sweeping() map[string]outbox.Handler {
	_, begun := a.clock.Read()
	return map[string]outbox.Handler{kindSweep: func(ctx context.Context, _ outbox.Entry) (func(store.Tx) error, error) {
		now := a.clock.Now()
		_, up := a.clock.Read()
		switch off, known := a.others.Ahead(); {
		case known && off.Abs() >= clocks.Wrong:
			return nil, &outbox.Later{After: 2 * time.Minute, Err: fmt.Errorf("the clock of this machine is %s: nothing is swept until it is right", slowOrFast(off))}
		case !known && up-begun < sweepUntold:
			return nil, &outbox.Later{After: 30 * time.Second, Err: errors.New("nobody has said whether the clock of this machine is right: nothing is swept until then")}
		}
		for _, sweep := range []func(context.Context, store.Store, time.Time) (int, error){
			outbox.Sweep, alarms.Sweep, incidents.Sweep, bot.Sweep,
		} {
			if _, err := sweep(ctx, a.store, now); err != nil {
				return nil, err
			}
		}
		return func(tx store.Tx) error { return outbox.In(tx, now).Plan(sweepJob()) }, nil
	}}
}

// scheduleSweep owes the next sweep, as soon as there is space for it: also on a full
// disk the program starts, to page for what is stored and to say what is wrong.
func scheduleSweep(ctx context.Context, s store.Store, c *clocks.Clock, log *slog.Logger) {
	for {
		now := c.Now()
		err := s.Update(ctx, func(tx store.Tx) error { return outbox.In(tx, now).Plan(sweepJob()) })
		if err == nil || ctx.Err() != nil {
			return
		}
		log.Warn("the daily sweep could not be planned; it is tried again in a minute", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
	}
}
