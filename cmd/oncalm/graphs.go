package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/graph"
	"github.com/oncalm/oncalm/bot/lookup"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
)

// lookups are where logs and traces are looked at, with the credentials of the program itself.
func (a *assembly) lookups() lookup.Options {
	return lookup.Options{
		Places: func(service string) lookups.Places { return a.cfg.Lookups[service] },
		Ways: func(ctx context.Context, region string) (aws.Config, error) {
			return a.ways(ctx, rollbacks.Credentials{Region: region})
		},
	}
}

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
