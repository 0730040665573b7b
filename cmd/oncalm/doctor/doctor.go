// Package doctor is oncalm doctor: it looks whether what lies outside is as a configuration needs it.
//
// oncalm check judges the file alone, and can run anywhere; doctor asks Slack, and posts to the channel for that (package
// bot/wiring), and AWS (package alarms/setup). It speaks to them itself and not through a running server, so it is run before the
// first start, and when something is amiss. A running server is asked for one thing only: when its last canary and heartbeats were.
package doctor

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/setup"
	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/wiring"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/amazon"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/levers"
	"github.com/oncalm/oncalm/cmd/oncalm/reaching"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/recent"
	"github.com/oncalm/oncalm/text"
)

// Command is oncalm doctor.
type Command struct {
	cli.ConfigFlag
	cli.JSONFlag
	Slack bool `help:"Look at Slack alone: token, scopes, channel, people, clock."`
	AWS   bool `name:"aws" help:"Look at AWS alone: credentials, topics, subscriptions, alarms."`
}

// A finding is what is wrong, wherever that is.
type finding = setup.Finding

// Run says what is wrong; without a finding of level error it exits with 0.
func (c *Command) Run(ctx context.Context, s *cli.Session) error {
	cfg, err := s.Load(c.Config)
	if err != nil {
		return err
	}
	found := []finding{} // an empty list, and not null
	var looked []string
	if c.Slack || !c.AWS {
		about, err := lookAtSlack(ctx, cfg)
		if err != nil {
			return err
		}
		found, looked = append(found, about...), append(looked, "Slack: token, scopes, channel, "+
			text.Count(len(cfg.People), "person", "people")+" and the clock")
	}
	if c.AWS || !c.Slack {
		about, err := lookAtAWS(ctx, cfg, time.Now(), c.AWS)
		if err != nil {
			return err
		}
		found, looked = append(found, about...), append(looked, "AWS: "+
			text.Count(len(cfg.SNS.Topics), "topic", "topics")+", subscriptions and alarms")
	}
	if c.Slack == c.AWS { // neither was chosen, or both
		found = append(found, lookAtSelf(ctx, cfg, time.Now())...)
		found = append(found, reaching.Findings(ctx, cfg, s.Now)...)
	}
	if c.JSON {
		err = s.JSON(found)
	} else {
		say(s, looked, found)
	}
	if err == nil && slices.ContainsFunc(found, func(f finding) bool { return f.Level == setup.Error }) {
		err = cli.Ended(cli.ExitNo)
	}
	return err
}

// lookAtSlack says what is wrong with Slack.
func lookAtSlack(ctx context.Context, cfg *config.Config) (all []finding, err error) {
	// it hears what time Slack says it is in each reply, which the last finding is about
	witness := clocks.NewWitness(clocks.System())
	people := map[string]string{}
	for name, p := range cfg.People {
		people[name] = p.Slack
	}
	found, err := wiring.Look(ctx, wiring.Options{
		Out: slack.New(slack.Options{APIURL: cfg.Slack.APIURL, Token: cfg.Slack.BotToken.Reveal(), Channel: cfg.Slack.Channel,
			Witness: witness, Log: slog.New(slog.DiscardHandler)}),
		Witness: witness, Channel: cfg.Slack.Channel, People: people,
		Needs: manifest.Needs(manifest.Options{UserGroups: len(cfg.Handoffs.Groups) > 0, Channels: cfg.Channels.Opens(),
			Groups: cfg.ReadsGroups()}),
	})
	for _, f := range found {
		all = append(all, finding(f))
	}
	return all, err
}

// lookAtAWS says what is wrong with AWS. Who has no credentials, and did not ask for it, is told that it was not looked at: none are
// needed to be paged.
func lookAtAWS(ctx context.Context, cfg *config.Config, now time.Time, asked bool) ([]finding, error) {
	at := amazon.NewLook(slog.New(slog.DiscardHandler))
	found, err := setup.Look(ctx, setup.Options{
		SNS: at, CloudWatch: at, Topics: cfg.SNS.Topics, PublicURL: cfg.PublicURL,
		RequireV2: cfg.SNS.RequireV2, Reconciles: cfg.Reconcile > 0,
		Claimed: func(a *reconcile.Alarm) bool {
			arn, _ := aws.ParseARN(a.ARN)
			return cfg.Services.Claims(&incidents.Alarm{Name: a.Name, ARN: a.ARN, Account: arn.Account, Region: arn.Region},
				a.Listed)
		},
	}, now)
	if !asked && len(found) == 1 && found[0].Check == "aws-credentials" {
		found[0].Level = setup.Info
	}
	if err == nil && !slices.ContainsFunc(found, func(f finding) bool { return f.Check == "aws-credentials" }) {
		found = append(found, lookAtHistory(ctx, cfg, now)...)
	}
	return found, err
}

// lookAtHistory says of which targets of rollbacks it cannot be asked what was done to them. Without that, incidents tell only of what
// messages told of.
func lookAtHistory(ctx context.Context, cfg *config.Config, now time.Time) (found []finding) {
	desk := rollbacks.New(rollbacks.Options{Makers: levers.Makers(), AWS: amazon.Into(slog.New(slog.DiscardHandler))})
	var all []rollbacks.Lever
	for _, service := range slices.Sorted(maps.Keys(cfg.Levers)) {
		for _, l := range cfg.Levers[service] {
			same := func(o rollbacks.Lever) bool {
				return o.Name == l.Name && o.Region == l.Region && o.Account == l.Account
			}
			if !slices.ContainsFunc(all, same) {
				all = append(all, l)
			}
		}
	}
	for _, t := range recent.Look(ctx, rollbacks.Past{Desk: desk}.Of, all, now) {
		check := "history-reachable"
		if t.Denied {
			check = "history-permission"
		}
		found = append(found, finding{Check: check, Level: setup.Warn,
			What: "what was done to " + t.Target + " before an incident cannot be asked for: " + t.Err.Error(), Mend: t.Mend})
	}
	return found
}

// say prints a line for each finding, with what to do behind it; or that all is well, so that silence means nothing.
func say(s *cli.Session, looked []string, found []finding) {
	for _, f := range found {
		s.Printf("%s: %s: %s; %s", f.Level, f.Check, text.Line(f.What), f.Mend)
	}
	if len(found) == 0 {
		s.Printf("%s are fine.", strings.Join(looked, "; "))
	}
}
