package main

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/rotations"
)

type oncallCommand struct {
	configFlag
	jsonFlag
	Schedule string  `placeholder:"NAME" help:"Only this schedule."`
	At       instant `placeholder:"TIME" help:"At this time, as 2026-03-29T02:30:00+01:00 (default: now)."`
}

// onCall is an element of the answer.
type onCall struct {
	Schedule string   `json:"schedule"`
	At       string   `json:"at"`
	OnCall   []string `json:"on_call"`
	Layer    string   `json:"layer"`
	From     *string  `json:"from"`
	To       *string  `json:"to"`
	Next     *next    `json:"next"`
	Why      string   `json:"why"`
}

type next struct {
	OnCall []string `json:"on_call"`
	From   string   `json:"from"`
}

// Run answers who is on call.
func (c *oncallCommand) Run(s *session) error {
	cfg, err := s.load(c.Config, "people", "schedules")
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
	at := c.At.or(s.now)
	all := []onCall{}
	for _, name := range names {
		sched := cfg.Schedules[name]
		a := sched.At(at, cfg.Planned[name])
		all = append(all, answer(name, at.In(sched.Zone), a))
		if !c.JSON {
			s.sayOnCall(name, a)
		}
	}
	if c.JSON {
		return s.json(all)
	}
	return nil
}

func answer(name string, at time.Time, a rotations.Answer) onCall {
	o := onCall{
		Schedule: name, At: at.Format(time.RFC3339), OnCall: append([]string{}, a.People...),
		Layer: a.Layer, From: maybe(a.From), To: maybe(a.To), Why: a.Why,
	}
	if len(a.Next.People) > 0 {
		o.Next = &next{a.Next.People, a.Next.From.Format(time.RFC3339)}
	}
	return o
}

func (s *session) sayOnCall(name string, a rotations.Answer) {
	who := "nobody"
	if len(a.People) > 0 {
		who = strings.Join(a.People, ", ")
	}
	line := name + ": " + who
	if !a.To.IsZero() {
		line += " until " + a.To.Format(spokenTime)
	}
	if len(a.Next.People) > 0 {
		line += ", then " + strings.Join(a.Next.People, ", ")
	}
	s.printf("%s\n  %s", line, a.Why)
}

// schedule finds the schedule of that name.
func schedule(cfg *config.Config, name string) (rotations.Schedule, error) {
	sched, ok := cfg.Schedules[name]
	if !ok {
		return sched, unknown("schedule", name, slices.Sorted(maps.Keys(cfg.Schedules)))
	}
	return sched, nil
}

// unknown says that there is no what of that name.
func unknown(what, name string, names []string) error {
	todo := "there are: " + strings.Join(names, ", ")
	if near := nearest.Of(name, names); near != "" {
		todo = "did you mean " + near + "?"
	} else if len(names) == 0 {
		todo = "there is none in the configuration"
	}
	return &stop{exitUsage, "there is no " + what + " " + quoted(name), todo}
}

type shiftsCommand struct {
	configFlag
	jsonFlag
	shiftsForms
	Schedule string  `required:"" placeholder:"NAME" help:"The schedule."`
	From     instant `required:"" placeholder:"TIME" help:"Begin of the span, as 2026-03-01T00:00:00+01:00."`
	To       instant `required:"" placeholder:"TIME" help:"End of the span."`
}

type shift struct {
	Person string `json:"person"`
	Layer  string `json:"layer"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// Run lists shifts.
func (c *shiftsCommand) Run(s *session) error {
	cfg, err := s.load(c.Config, "people", "schedules")
	if err != nil {
		return err
	}
	sched, err := schedule(cfg, c.Schedule)
	if err != nil {
		return err
	}
	if !c.From.Before(c.To.Time) {
		return &stop{exitUsage, "the span ends before it begins", "give a -to that is after -from"}
	}
	if done, err := c.print(s, sched, cfg.Planned[c.Schedule], c.From.Time, c.To.Time); done {
		return err
	}
	all := []shift{}
	rows := [][]string{{"FROM", "TO", "PERSON", "LAYER"}}
	for _, sh := range sched.Shifts(c.From.Time, c.To.Time, cfg.Planned[c.Schedule]) {
		for _, person := range sh.People {
			all = append(all, shift{person, sh.Layer, sh.From.Format(time.RFC3339), sh.To.Format(time.RFC3339)})
			rows = append(rows, []string{sh.From.Format(spokenTime), sh.To.Format(spokenTime), person, sh.Layer})
		}
	}
	if c.JSON {
		return s.json(all)
	}
	s.table(rows)
	return nil
}
