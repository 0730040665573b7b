package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/oncalm/oncalm/ops"
)

// errEnding says that a configuration came too late.
var errEnding = errors.New("the server is stopping; the configuration is read at its next start")

// reload has the configuration read again, as a whole, and puts it in force if nothing is wrong with it. Of several calls one
// is done after the other.
func (a *app) reload(ctx context.Context) (ops.Reloaded, error) {
	answer := make(chan ops.Reloaded, 1)
	select {
	case a.reloads <- answer:
	case <-a.ended:
		return ops.Reloaded{}, errEnding
	case <-ctx.Done():
		return ops.Reloaded{}, ctx.Err()
	}
	return <-answer, nil
}

// reloadAt reloads each time that it is rung, until ctx ends. Everything is in the log.
func (a *app) reloadAt(ctx context.Context, rings <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-rings:
			_, _ = a.reload(ctx) // its error is that we are stopping
		}
	}
}

// beside has something run until end is called, which waits for it.
func beside(ctx context.Context, run func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); run(ctx) }()
	return func() { cancel(); <-done }
}

// supervise runs what the assembly in force does by itself, and puts another in force when it is asked to, until ctx ends.
//
// What is inside an assembly stays there; requests and outbox entries that begin later find the next one. None of them waits. Only
// what an assembly does by itself, to look after handoffs and for people who are gone, is done by one of them at a time: it begins
// again, as at a start, when nobody is left inside the one before, who might do what was looked for.
func (a *app) supervise(ctx context.Context) {
	defer close(a.ended)
	endDesk, endBot := beside(ctx, a.now().desk.Run), beside(ctx, a.now().bot.Run)
	for {
		select {
		case <-ctx.Done():
			endDesk()
			endBot()
			return
		case answer := <-a.reloads:
			next, told := a.renew(time.Now())
			if next == nil {
				answer <- told
				continue
			}
			endDesk() // it would announce that shifts are again as they were
			next.planSilences(ctx)
			next.plan(ctx)
			next.planHeartbeats(ctx)
			old := a.current.Swap(next)
			a.accept(told)
			answer <- told
			old.visitors.empty()
			endBot()
			endDesk, endBot = beside(ctx, next.desk.Run), beside(ctx, next.bot.Run)
		}
	}
}

// renew reads the configuration and wires an assembly as it says; nil if something is wrong with it.
func (a *app) renew(now time.Time) (*assembly, ops.Reloaded) {
	running := a.now().cfg
	cfg, problems := a.outside.configuration(now)
	told := ops.Reloaded{File: cfg.File, Problems: []string{}, Changes: []ops.Change{}, Restart: []string{}}
	errs := problems.Errors()
	if len(errs) > 0 {
		problems = errs // first things first
	}
	for _, p := range problems {
		told.Problems = append(told.Problems, p.String())
	}
	if len(errs) > 0 {
		return nil, a.decline(told)
	}
	told.Restart = append(told.Restart, cfg.Keep(running)...)
	next, err := a.assemble(cfg)
	if err != nil {
		told.Problems = append(told.Problems, cfg.File+": "+err.Error()+"; correct the configuration")
		return nil, a.decline(told)
	}
	for _, c := range running.Changes(cfg) {
		told.Changes = append(told.Changes, ops.Change(c))
	}
	told.Done = true
	return next, told
}

// mostLogged is how many problems of a configuration are logged; oncalm check has all of them.
const mostLogged = 20

// decline tells of one that is wrong.
func (a *app) decline(told ops.Reloaded) ops.Reloaded {
	a.log.Error("the new configuration is wrong, so the one of before stays in force: correct it, and reload again",
		"file", told.File, "problems", told.Problems[:min(len(told.Problems), mostLogged)], "number", len(told.Problems))
	return told
}

// accept tells of a configuration that is in force.
func (a *app) accept(told ops.Reloaded) {
	for _, w := range told.Problems[:min(len(told.Problems), mostLogged)] {
		a.log.Warn("configuration", "problem", w)
	}
	lines := []string{}
	for _, c := range told.Changes {
		lines = append(lines, c.String())
	}
	a.log.Info("a new configuration is in force", "file", told.File, "changes", lines, "unchanged_until_restart", told.Restart)
}
