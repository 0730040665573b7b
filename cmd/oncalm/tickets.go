package main

import (
	"context"
	"maps"

	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/tickets"
)

// wireTickets wires what gives action items tickets.
func (a *assembly) wireTickets() error {
	a.tickets = &tickets.Desk{Book: a.book, Clock: a.clock, Log: a.log.With("component", "tickets")}
	if h := a.cfg.Tickets.Host; h != nil {
		host := *h
		host.Token, host.Client = a.cfg.Tickets.Token.Reveal(), forge.Client()
		a.tickets.Tracker, a.tickets.Where = tickets.At(host, a.cfg.Tickets.Type), host.API+" "+host.Project
	}
	maps.Copy(a.handlers, a.tickets.Handlers())
	return nil
}

// plan enqueues what comes at times of the calendar. If the store does not take it, there is none until the next start.
func (a *assembly) plan(ctx context.Context) {
	a.planReport(ctx)
	if err := a.tickets.Plan(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("looks at the tickets cannot be planned; there are none until the next start", "err", err)
	}
}
