package main

import (
	"time"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/store"
)

// wireDesk wires what tells people of their shifts. The pager and the bot are wired before.
func (a *app) wireDesk() {
	phones := map[string]bool{}
	for name, p := range a.cfg.People {
		if p.Phone != "" {
			phones[name] = true
		}
	}
	a.desk = &handoffs.Desk{
		Store: a.store, Pager: a.pager, Rules: a.cfg.Handoffs.Rules, Messenger: a.bot, Phones: phones,
		Groups: a.cfg.Handoffs.Groups, LookAhead: a.cfg.Handoffs.LookAhead, Clock: a.clock,
		Log: a.log.With("component", "handoffs"),
	}
}

// overridden is what follows from an override that people made. The desk is wired after the bot.
func (a *app) overridden(tx store.Tx, now time.Time, schedule string) {
	a.desk.Changed(tx, now, schedule)
}

// accepted is what follows when somebody accepts a shift.
func (a *app) accepted(tx store.Tx, now time.Time, schedule string, border time.Time, person string) (handoffs.Outcome, error) {
	return a.desk.Accept(tx, now, schedule, border, person)
}
