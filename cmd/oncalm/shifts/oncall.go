// Package shifts is what the command line says about who is on call: now, in a span of time, as a calendar or a picture, around the next clock
// changes, and how fairly it is shared; and the links to calendars of shifts. It counts the overrides that people made, also while a server has
// the store.
package shifts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/rotations"
)

// OncallCommand is oncalm oncall.
type OncallCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	Schedule string      `placeholder:"NAME" help:"Only this schedule."`
	At       cli.Instant `placeholder:"TIME" help:"At this time, as 2026-03-29T02:30:00+01:00 (default: now)."`
}

// onCall is an element of the answer. From and To are null where a shift has no end, and Next where nobody will be on call.
type onCall struct {
	Schedule string   `json:"schedule"`
	At       string   `json:"at"`
	OnCall   []string `json:"on_call"`
	Layer    string   `json:"layer"`
	From     *string  `json:"from"`
	To       *string  `json:"to"`
	Next     *next    `json:"next"`
	Why      string   `json:"why"`
	// Shadows get the notices of the shift and are not paged.
	Shadows []string `json:"shadows,omitempty"`
}

// next is who is on call after that. There may be a gap before.
type next struct {
	OnCall []string `json:"on_call"`
	From   string   `json:"from"`
}

// Run answers who is on call. It needs two sections only, so it answers with a configuration that could not be served.
func (c *OncallCommand) Run(ctx context.Context, s *cli.Session) error {
	cfg, err := s.Load(c.Config, "people", "schedules")
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(cfg.Schedules))
	if c.Schedule != "" {
		if _, err := schedule(cfg, c.Schedule); err != nil {
			return err
		}
		names = []string{c.Schedule}
	}
	at := c.At.Or(s.Now)
	overrides := OverridesOrPlanned(ctx, s, cfg, c.Store, names)
	all := []onCall{}
	for _, name := range names {
		sched := cfg.Schedules[name]
		a := sched.At(at, overrides[name])
		all = append(all, answer(name, at.In(sched.Zone), a))
		if !c.JSON {
			sayOnCall(s, name, a)
		}
	}
	if c.JSON {
		return s.JSON(all)
	}
	return nil
}

// answer is who is on call in a schedule, for programs. Times are on the schedule's own clock.
func answer(name string, at time.Time, a rotations.Answer) onCall {
	o := onCall{
		Schedule: name, At: at.Format(time.RFC3339), OnCall: append([]string{}, a.People...),
		Layer: a.Layer, From: cli.Maybe(a.From), To: cli.Maybe(a.To), Why: a.Why, Shadows: a.Shadows,
	}
	if len(a.Next.People) > 0 {
		o.Next = &next{a.Next.People, a.Next.From.Format(time.RFC3339)}
	}
	return o
}

// sayOnCall says it in two lines: who, until when and who is next, and why.
func sayOnCall(s *cli.Session, name string, a rotations.Answer) {
	who := "nobody"
	if len(a.People) > 0 {
		who = strings.Join(a.People, ", ")
	}
	line := name + ": " + who
	if !a.To.IsZero() {
		line += " until " + a.To.Format(cli.SpokenTime)
	}
	if len(a.Next.People) > 0 {
		line += ", then " + strings.Join(a.Next.People, ", ")
	}
	s.Printf("%s\n  %s", line, a.Why)
}

// schedule finds the schedule of that name.
func schedule(cfg *config.Config, name string) (rotations.Schedule, error) {
	sched, ok := cfg.Schedules[name]
	if !ok {
		return sched, cli.Unknown("schedule", name, slices.Sorted(maps.Keys(cfg.Schedules)))
	}
	return sched, nil
}

// Command is oncalm shifts.
type Command struct {
	cli.StoreFlag
	cli.JSONFlag
	forms
	Certificate bool        `xor:"form" help:"Print the shifts around the next two clock changes after -from."`
	Fairness    bool        `xor:"form" help:"Print how many hours everybody has, planned and with overrides."`
	Schedule    string      `placeholder:"NAME" help:"The schedule. A certificate or fairness is of all if none is given."`
	From        cli.Instant `placeholder:"TIME" help:"Begin of the span, as 2026-03-01T00:00:00+01:00 (default: now)."`
	To          cli.Instant `placeholder:"TIME" help:"End of the span (default: 14 days after its begin)."`
}

// usualSpan is how long the span is if nothing is said about its end.
const usualSpan = 14 * 24 * time.Hour

// longestSpan is how much can be listed at once, in years. Of shifts of an hour that is 175,000.
const longestSpan = 20

// shift is one person's part of a shift: two who are on call together are two of these.
type shift struct {
	Person string `json:"person"`
	Layer  string `json:"layer"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// Run lists shifts, or says what there is to say about them.
func (c *Command) Run(ctx context.Context, s *cli.Session) error {
	if c.Schedule == "" && !c.Certificate && !c.Fairness {
		return cli.End(cli.ExitUsage, "missing flags: --schedule=NAME", "run oncalm shifts --help")
	}
	c.From.Time = c.From.Or(s.Now)
	if c.To.IsZero() {
		c.To.Time = c.From.Add(usualSpan)
	}
	cfg, err := s.Load(c.Config, "people", "schedules")
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(cfg.Schedules))
	if c.Schedule != "" {
		names = []string{c.Schedule}
		if _, err := schedule(cfg, c.Schedule); err != nil {
			return err
		}
	}
	switch {
	case c.Certificate:
		return c.certificate(ctx, s, cfg, names)
	case !c.From.Before(c.To.Time):
		return cli.End(cli.ExitUsage, "the span ends before it begins", "give a -to that is after -from")
	case c.To.After(c.From.AddDate(longestSpan, 0, 0)):
		return cli.End(cli.ExitUsage, fmt.Sprintf("the span is longer than %d years", longestSpan),
			"ask for one part after the other")
	case c.Fairness:
		return c.fairness(ctx, s, cfg, names)
	}
	return c.list(ctx, s, cfg)
}

// list prints the shifts of the schedule.
func (c *Command) list(ctx context.Context, s *cli.Session, cfg *config.Config) error {
	sched, overrides := cfg.Schedules[c.Schedule],
		OverridesOrPlanned(ctx, s, cfg, c.Store, []string{c.Schedule})[c.Schedule]
	if done, err := c.print(s, sched, overrides, c.From.Time, c.To.Time); done {
		return err
	}
	all := []shift{}
	rows := [][]string{{"FROM", "TO", "PERSON", "LAYER"}}
	for _, sh := range sched.Shifts(c.From.Time, c.To.Time, overrides) {
		for _, person := range sh.People {
			all = append(all, shift{person, sh.Layer, sh.From.Format(time.RFC3339), sh.To.Format(time.RFC3339)})
			rows = append(rows, []string{sh.From.Format(cli.SpokenTime), sh.To.Format(cli.SpokenTime), person, sh.Layer})
		}
	}
	if c.JSON {
		return s.JSON(all)
	}
	s.Table(rows)
	return nil
}
