package main

import (
	"context"
	"maps"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/cmd/oncalm/watching"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/watch"
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

// wireWatch wires who outside hears that this program lives.
func (a *assembly) wireWatch() error {
	a.pulse = watching.New(a.cfg, watching.Parts{Kept: a.watched, Store: a.store, Intake: a.intake, Look: a.runner.Look,
		Slack: a.probe, OfSlack: []watch.Check{a.slackWell, a.scopesWell}, Ways: a.ways, Transport: a.outside.heartbeat,
		Checks: []watch.Check{a.watch.Well, ops.StoreWritable(a.incoming).Run}, Clock: a.clock, Log: a.log})
	a.talk.More = watching.Status(a.cfg, a.store)
	maps.Copy(a.handlers, a.pulse.Handlers())
	return nil
}

// beginWatch is for the start of the program: it finds out how long that was away.
func (a *assembly) beginWatch(ctx context.Context) {
	if err := a.pulse.Begin(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("nobody is told that Oncalm was away", "err", err)
	}
}

// planHeartbeats puts the heartbeats of the configuration into the store, where those are that were configured before. If the store
// does not take them, deadlines of new ones begin at the next start.
func (a *assembly) planHeartbeats(ctx context.Context) {
	if err := a.heartbeats.Plan(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("heartbeats of the configuration cannot be planned; new ones begin at the next start", "err", err)
	}
	if err := a.pulse.Plan(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("the watch cannot be planned; no heartbeat is sent until the next start", "err", err)
	}
}
