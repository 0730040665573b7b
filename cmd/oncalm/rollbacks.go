package main

import (
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/levers"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/rollbacks/recent"
)

// wireRollbacks wires what goes back to earlier versions. The bot, which is wired after it, is its door.
func (a *assembly) wireRollbacks() error {
	actions := map[rollbacks.Right]rights.Action{
		rollbacks.MayRequest: rights.RollBack, rollbacks.MayApprove: rights.Approve,
	}
	a.rollbacks = rollbacks.New(rollbacks.Options{
		Book: a.book, Makers: levers.Makers(), AWS: a.ways, Clock: a.clock, Log: a.log.With("component", "rollbacks"),
		Every:  a.outside.rolling,
		Levers: func(service string) []rollbacks.Lever { return a.cfg.Levers[service] },
		May: func(person string, r rollbacks.Right) bool {
			return a.cfg.Knows(person) && a.rights().Can(person, actions[r])
		},
	})
	gates := rollbacks.Gates{Desk: a.rollbacks}
	a.freezes = freeze.New(freeze.Options{
		Book: a.book, Gates: gates.Of, Gate: gates.Open, Clock: a.clock, Log: a.log.With("component", "freezes"),
		From: func(service string) string { return a.cfg.Freezes[service] },
		May:  func(person string) bool { return a.cfg.Knows(person) && a.rights().Can(person, rights.RollBack) },
	})
	a.recent = recent.New(recent.Options{
		Levers: a.rollbacks.Levers, Things: levers.Things, Ask: rollbacks.Past{Desk: a.rollbacks}.Of, Tell: a.around.Asked,
		Clock: a.clock, Log: a.log.With("component", "changes"),
	})
	return nil
}
