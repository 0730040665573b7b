package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

const (
	kindSweep  = "sweep"
	sweepTimes = "17 3 * * *" // UTC, when few are awake to be slowed down
)

// sweeping handles the daily removal of what is kept for a limited time. A run that was
// missed while the program was down is due at the next start, once.
func (a *app) sweeping() map[string]outbox.Handler {
	return map[string]outbox.Handler{kindSweep: func(ctx context.Context, _ outbox.Entry) (func(store.Tx) error, error) {
		now := a.clock.Now()
		for _, sweep := range []func(context.Context, store.Store, time.Time) (int, error){
			outbox.Sweep, alarms.Sweep, incidents.Sweep, bot.Sweep,
		} {
			if _, err := sweep(ctx, a.store, now); err != nil {
				return nil, err
			}
		}
		return func(tx store.Tx) error { return oweSweep(tx, now) }, nil
	}}
}

// scheduleSweep owes the next sweep, as soon as there is space for it: also on a full
// disk the program starts, to page for what is stored and to say what is wrong.
func scheduleSweep(ctx context.Context, s store.Store, c *clocks.Clock, log *slog.Logger) {
	for {
		now := c.Now()
		err := s.Update(ctx, func(tx store.Tx) error { return oweSweep(tx, now) })
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

func oweSweep(tx store.Tx, now time.Time) error {
	times, err := cron.ParseStandard(sweepTimes)
	if err != nil {
		return err
	}
	due := times.Next(now.UTC())
	outbox.In(tx, now).Once(outbox.Entry{
		Key: kindSweep + "/" + due.Format(time.RFC3339), Kind: kindSweep, Lane: outbox.Errands, Due: due,
	})
	return nil
}
