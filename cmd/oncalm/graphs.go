package main

import (
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/graph"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/store"
)

// wireGraphs wires what looks at the metrics of alarms, and what shows them in Slack.
func (a *assembly) wireGraphs() error {
	a.watcher = &graphs.Watcher{Book: a.book, Clock: a.clock, Log: a.log.With("component", "graphs")}
	if a.cfg.Graphs {
		a.watcher.Source = a.metrics
	}
	a.graphs = &graph.Room{Book: a.book, Out: a.line, Clock: a.clock, Log: a.log.With("component", "graphs"),
		Places: func(tx store.Tx, incident string) (all []slack.Ref) {
			for _, p := range bot.TalkedAbout(tx, incident) {
				all = append(all, slack.Ref{Channel: p.Channel, TS: p.Thread})
			}
			return all
		}}
	return nil
}
