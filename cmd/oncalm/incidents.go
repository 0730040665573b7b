package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/templates"
	"github.com/oncalm/oncalm/text"
)

type incidentsCommand struct {
	storeFlag
	jsonFlag
	Open  bool `help:"Only those that are not resolved."`
	Limit int  `placeholder:"N" help:"At most so many (default: all)."`
}

// Run lists incidents.
func (c *incidentsCommand) Run(ctx context.Context, s *session) error {
	if c.Limit < 0 {
		return &stop{exitUsage, "-limit is negative", "give a number from 1 on, or none"}
	}
	var list []ops.Summary
	err := s.withRecords(ctx, c.storeFlag, func(r records) (err error) {
		limit := c.Limit
		if c.Open {
			limit = 0 // the open ones may be old
		}
		list, err = r.Incidents(ctx, limit)
		return err
	})
	if err != nil {
		return err
	}
	list = c.wanted(list)
	if c.JSON {
		return s.json(list)
	}
	rows := [][]string{{"ID", "STATUS", "SEVERITY", "SERVICE", "OPENED (UTC)", "TITLE"}}
	for _, i := range list {
		rows = append(rows, []string{i.ID, string(i.Status), severityOf(i), i.Service, i.Opened.Format(time.DateTime), text.Line(i.Title)})
	}
	s.table(rows)
	return nil
}

// severityOf is how bad an incident is, and whether it pages nobody.
func severityOf(i ops.Summary) string {
	if i.Quiet {
		return i.Severity + " quiet"
	}
	return i.Severity
}

func (c *incidentsCommand) wanted(list []ops.Summary) []ops.Summary {
	wanted := []ops.Summary{}
	for _, i := range list {
		if c.Limit > 0 && len(wanted) == c.Limit {
			break
		}
		if !c.Open || i.Status != incidents.StatusResolved {
			wanted = append(wanted, i)
		}
	}
	return wanted
}

// incident reads an incident and its timeline.
func (s *session) incident(ctx context.Context, f storeFlag, id string) (incidents.Incident, []incidents.Event, error) {
	var events []incidents.Event
	err := s.withRecords(ctx, f, func(r records) (err error) {
		events, err = r.Timeline(ctx, id)
		return err
	})
	if errors.Is(err, incidents.ErrNotFound) {
		return incidents.Incident{}, nil, &stop{exitNo, "there is no incident " + quoted(id), "oncalm incidents lists them"}
	}
	if err != nil {
		return incidents.Incident{}, nil, err
	}
	i, err := incidents.Fold(strings.TrimLeft(id, "0"), events)
	if err != nil {
		return i, events, &stop{exitDamaged, "the timeline of incident " + id + " is damaged: " + err.Error(), "run oncalm fsck"}
	}
	return i, events, nil
}

type timelineCommand struct {
	storeFlag
	jsonFlag
	ID string `arg:"" help:"The incident's number."`
}

// Run prints a timeline.
func (c *timelineCommand) Run(ctx context.Context, s *session) error {
	i, events, err := s.incident(ctx, c.storeFlag, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.json(events)
	}
	s.printf("Incident %s: %s (%s, %s, %s)", i.ID, text.Line(i.Title), i.Service, i.Severity, i.Status)
	rows := [][]string{{"SEQ", "AT (UTC)", "WHO", "WHAT"}}
	for _, line := range postmortems.Build(i, events).Timeline {
		if line.Seq > 0 {
			rows = append(rows, []string{strconv.Itoa(line.Seq), line.At.UTC().Format(time.DateTime), line.Who, text.Line(line.What)})
		}
	}
	s.table(rows)
	return nil
}

type postmortemCommand struct {
	storeFlag
	Format string `enum:"markdown,json" default:"markdown" help:"markdown or json (default: markdown)."`
	JSON   bool   `name:"json" help:"The same as -format json."`
	ID     string `arg:"" help:"The incident's number."`
}

// Run makes the document of an incident.
func (c *postmortemCommand) Run(ctx context.Context, s *session) error {
	i, events, err := s.incident(ctx, c.storeFlag, c.ID)
	if err != nil {
		return err
	}
	doc := postmortems.Build(i, events)
	if c.JSON || c.Format == "json" {
		return s.json(doc)
	}
	texts, err := s.texts(c.storeFlag)
	if err != nil {
		return err
	}
	text, err := postmortems.Render(doc, texts)
	if err != nil {
		return &stop{exitUsage, err.Error(), "correct the template"}
	}
	_, err = s.stdout.Write(text)
	return err
}

// texts are the templates of the configuration; those of the program if only a store
// was named.
func (s *session) texts(f storeFlag) (*templates.Set, error) {
	if f.Store != "" {
		return templates.Load("")
	}
	cfg, err := s.load(f.Config, "templates")
	if err != nil {
		return nil, err
	}
	return templates.Load(cfg.Templates)
}
