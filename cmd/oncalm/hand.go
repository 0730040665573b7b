package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/reaching"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/terminal"
)

// atTerminal does what somebody wants who sits at the machine, as the configuration in force has it.
func (a *app) atTerminal(ctx context.Context, r terminal.Request) (terminal.Done, error) {
	now := a.enter()
	defer now.leave()
	people := map[string]*time.Location{}
	for name, p := range now.cfg.People {
		people[name] = p.Zone
	}
	desk := terminal.Desk{Book: now.book, Pager: now.pager, Services: now.cfg.Services, People: people,
		Rights: now.rights(), PagesNobody: now.cfg.PagesNobody, Clock: a.clock}
	return desk.Do(ctx, r)
}

// unproven are the contacts that nobody has proven, as the configuration in force has them.
func (a *app) unproven(ctx context.Context) ([]reaching.Unproven, error) {
	now := a.enter()
	defer now.leave()
	return reaching.Look(ctx, a.store, now.contacts, a.clock.Now())
}

// atRest does what somebody wants on the store of a bot that is stopped. All parts are wired as they would be in one that runs, so
// what follows from it is in the store for the next start; none of them runs.
func atRest(ctx context.Context, cfg *config.Config, db *bolt.DB, r terminal.Request) (terminal.Done, error) {
	a, err := newApp(cfg, db, slog.New(slog.DiscardHandler), outside{clock: clocks.System()})
	if err != nil {
		return terminal.Done{}, err
	}
	return a.atTerminal(ctx, r)
}
