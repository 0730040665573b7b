// Package doctor is oncalm doctor: it looks whether what lies outside is as a configuration needs it.
//
// oncalm check judges the file alone, and can run anywhere; doctor asks Slack, and posts to the channel for that (package
// bot/wiring). It speaks to Slack itself and not through a running server, so it is run before the first start, and when
// something is amiss.
package doctor

import (
	"context"
	"log/slog"
	"slices"

	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/wiring"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/text"
)

// Command is oncalm doctor.
type Command struct {
	cli.ConfigFlag
	cli.JSONFlag
	Slack bool `help:"Look at Slack: token, scopes, channel, people, clock. It is all that is looked at so far."`
}

// Run says what is wrong; without a finding of level error it exits with 0.
func (c *Command) Run(ctx context.Context, s *cli.Session) error {
	cfg, err := s.Load(c.Config)
	if err != nil {
		return err
	}
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
			Groups: cfg.Channels.InvitesGroups()}),
	})
	if err != nil {
		return err
	}
	bad := slices.ContainsFunc(found, func(f wiring.Finding) bool { return f.Level == wiring.Error })
	if c.JSON {
		// an empty list, and not null
		err = s.JSON(append([]wiring.Finding{}, found...))
	} else {
		say(s, len(people), found)
	}
	if err == nil && bad {
		err = cli.Ended(cli.ExitNo)
	}
	return err
}

// say prints a line for each finding, with what to do behind it; or that all is well, so that silence means nothing.
func say(s *cli.Session, people int, found []wiring.Finding) {
	for _, f := range found {
		s.Printf("%s: %s: %s; %s", f.Level, f.Check, text.Line(f.What), f.Mend)
	}
	if len(found) == 0 {
		s.Printf("Slack: token, scopes, channel, %s and the clock are fine.", text.Count(people, "person", "people"))
	}
}
