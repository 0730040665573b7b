package main

import (
	"context"
	"maps"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/heartbeats"
)

// wireHeartbeats wires what ought to beat. Beats come over the public door, and in messages to the intake.
func (a *assembly) wireHeartbeats() error {
	a.heartbeats = &heartbeats.Desk{Heartbeats: a.cfg.Heartbeats, Store: a.store, Heed: alarms.Heeding(a.intake),
		Started: a.started, Clock: a.clock, Log: a.log.With("component", "heartbeats")}
	if len(a.cfg.Heartbeats) > 0 {
		a.intake.Beat = a.heartbeats.Beat
	}
	maps.Copy(a.handlers, a.heartbeats.Handlers())
	return nil
}

// planHeartbeats puts the heartbeats of the configuration into the store, where those are that were configured before. If the store
// does not take them, deadlines of new ones begin at the next start.
func (a *assembly) planHeartbeats(ctx context.Context) {
	if err := a.heartbeats.Plan(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("heartbeats of the configuration cannot be planned; new ones begin at the next start", "err", err)
	}
}
