package main

import (
	"context"
	"time"

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
		Rights: now.cfg.Rights, PagesNobody: now.cfg.PagesNobody, Clock: a.clock}
	return desk.Do(ctx, r)
}
