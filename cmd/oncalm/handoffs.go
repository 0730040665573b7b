package main

import (
	"github.com/oncalm/oncalm/handoffs"
)

// wireDesk wires what tells people of their shifts. The pager and the bot are wired before.
func (a *assembly) wireDesk() {
	phones := map[string]bool{}
	for name, p := range a.cfg.People {
		if p.Phone != "" {
			phones[name] = true
		}
	}
	a.desk = handoffs.New(handoffs.Options{
		Store: a.store, Overrides: a.overrides, Pager: a.pager, Rules: a.cfg.Handoffs.Rules, Messenger: a.bot, Phones: phones,
		Silences: a.silences, Unproven: a.contacts.Unproven,
		Groups: a.cfg.Handoffs.Groups, LookAhead: a.cfg.Handoffs.LookAhead, Clock: a.clock,
		Log: a.log.With("component", "handoffs"),
	})
}
