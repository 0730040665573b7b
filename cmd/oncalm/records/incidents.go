// Package records is what the command line does with a store and what it has recorded: list incidents and show their timelines and postmortems, copy
// the store, put a copy back, and check it.
package records

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/templates"
	"github.com/oncalm/oncalm/text"
)

// IncidentsCommand is oncalm incidents.
type IncidentsCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	Open  bool `help:"Only those that are not resolved."`
	Limit int  `placeholder:"N" help:"At most so many (default: all)."`
}

// Run lists incidents.
func (c *IncidentsCommand) Run(ctx context.Context, s *cli.Session) error {
	if c.Limit < 0 {
		return cli.End(cli.ExitUsage, "-limit is negative", "give a number from 1 on, or none")
	}
	var list []ops.Summary
	err := s.WithRecords(ctx, c.StoreFlag, func(r cli.Records) (err error) {
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
		return s.JSON(list)
	}
	rows := [][]string{{"ID", "STATUS", "SEVERITY", "SERVICE", "OPENED (UTC)", "TITLE"}}
	for _, i := range list {
		rows = append(rows, []string{i.ID, string(i.Status), severityOf(i), i.Service, i.Opened.Format(time.DateTime),
			text.Line(i.Title)})
	}
	s.Table(rows)
	return nil
}

// severityOf is how bad an incident is, and whether it pages nobody.
func severityOf(i ops.Summary) string {
	if i.Quiet {
		return i.Severity + " quiet"
	}
	return i.Severity
}

func (c *IncidentsCommand) wanted(list []ops.Summary) []ops.Summary {
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
func incident(ctx context.Context, s *cli.Session, f cli.StoreFlag, id string) (incidents.Incident, []incidents.Event,
	error) {
	var events []incidents.Event
	err := s.WithRecords(ctx, f, func(r cli.Records) (err error) {
		events, err = r.Timeline(ctx, id)
		return err
	})
	if errors.Is(err, incidents.ErrNotFound) {
		return incidents.Incident{}, nil,
			cli.End(cli.ExitNo, "there is no incident "+cli.Quoted(id), "oncalm incidents lists them")
	}
	if err != nil {
		return incidents.Incident{}, nil, err
	}
	i, err := incidents.Fold(strings.TrimLeft(id, "0"), events)
	if err != nil {
		return i, events, cli.End(cli.ExitDamaged, "the timeline of incident "+id+" is damaged: "+err.Error(),
			"run oncalm fsck")
	}
	return i, events, nil
}

// TimelineCommand is oncalm timeline.
type TimelineCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	ID string `arg:"" help:"The incident's number."`
}

// Run prints a timeline.
func (c *TimelineCommand) Run(ctx context.Context, s *cli.Session) error {
	i, events, err := incident(ctx, s, c.StoreFlag, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.JSON(events)
	}
	s.Printf("Incident %s: %s (%s, %s, %s)", i.ID, text.Line(i.Title), i.Service, i.Severity, i.Status)
	rows := [][]string{{"SEQ", "AT (UTC)", "WHO", "WHAT"}}
	for _, line := range postmortems.Build(i, events).Timeline {
		if line.Seq > 0 {
			rows = append(rows, []string{strconv.Itoa(line.Seq), line.At.UTC().Format(time.DateTime), line.Who,
				text.Line(line.What)})
		}
	}
	s.Table(rows)
	return nil
}

// PostmortemCommand is oncalm postmortem.
type PostmortemCommand struct {
	cli.StoreFlag
	Format string `enum:"markdown,json" default:"markdown" help:"markdown or json (default: markdown)."`
	JSON   bool   `name:"json" help:"The same as -format json."`
	ID     string `arg:"" help:"The incident's number."`
}

// Run makes the document of an incident.
func (c *PostmortemCommand) Run(ctx context.Context, s *cli.Session) error {
	i, events, err := incident(ctx, s, c.StoreFlag, c.ID)
	if err != nil {
		return err
	}
	doc := postmortems.Build(i, events)
	if c.JSON || c.Format == "json" {
		return s.JSON(doc)
	}
	filled, err := texts(s, c.StoreFlag)
	if err != nil {
		return err
	}
	text, err := markdown.Render(doc, filled)
	if err != nil {
		return cli.End(cli.ExitUsage, err.Error(), "correct the template")
	}
	_, err = s.Stdout.Write(text)
	return err
}

// texts are the templates of the configuration; those of the program if only a store
// was named.
func texts(s *cli.Session, f cli.StoreFlag) (*templates.Set, error) {
	if f.Store != "" {
		return templates.Load("")
	}
	cfg, err := s.Load(f.Config, "templates")
	if err != nil {
		return nil, err
	}
	return templates.Load(cfg.Templates)
}
