package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/reports/forms"
)

// ReportCommand is oncalm report.
type ReportCommand struct {
	cli.StoreFlag
	From   Begin  `placeholder:"TIME" help:"Incidents that were opened from then on: 7d ago, a day such as 2026-03-23, or a time (default: 7d before the end)."`
	To     Begin  `placeholder:"TIME" help:"Those that were opened before: in the same way (default: now)."`
	Format string `enum:"text,json,csv,html,svg" default:"text" help:"text, json, csv, html (one file, with the picture), or svg: the picture alone (default: text)."`
	JSON   bool   `name:"json" help:"The same as -format json."`
}

// Begin is a time as somebody gives it in a flag: so long ago, the begin of a day, or a time in full.
type Begin struct {
	ago cli.Span
	day string
	at  time.Time
}

// UnmarshalText reads 7d, 2026-03-23 and RFC 3339.
func (b *Begin) UnmarshalText(text []byte) error {
	if b.ago.UnmarshalText(text) == nil {
		return nil
	}
	b.ago = cli.Span{}
	if _, err := time.Parse(time.DateOnly, string(text)); err == nil {
		b.day = string(text)
		return nil
	}
	var err error
	if b.at, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is no time such as 7d, 2026-03-23 or 2026-03-23T09:00:00+01:00", text)
	}
	return nil
}

// in is the time in a zone, or another if none was given.
func (b Begin) in(zone *time.Location, now, other time.Time) time.Time {
	switch {
	case b.ago.Duration > 0:
		return now.Add(-b.ago.Duration)
	case b.day != "":
		at, err := time.ParseInLocation(time.DateOnly, b.day, zone)
		if err == nil {
			return at
		}
	case !b.at.IsZero():
		return b.at
	}
	return other
}

// Run makes a report.
func (c *ReportCommand) Run(ctx context.Context, s *cli.Session) error {
	q := reports.Query{Now: s.Now, Zone: time.UTC}
	if c.Store == "" {
		cfg, err := s.Load(c.Config, "schedules", "report")
		if err != nil {
			return err
		}
		q.Zones, q.Zone = cfg.Zones()
	}
	q.To = c.To.in(q.Zone, s.Now, s.Now)
	q.From = c.From.in(q.Zone, s.Now, q.To.AddDate(0, 0, -7))
	if !q.From.Before(q.To) {
		return cli.End(cli.ExitUsage, "-from is not before -to", "give an earlier -from, or none")
	}
	var r reports.Report
	err := s.WithRecords(ctx, c.StoreFlag, func(records cli.Records) error {
		source, err := cli.Reporting(records)
		if err != nil {
			return err
		}
		r, err = reports.Read(ctx, source, q)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		c.Format = "json"
	}
	return c.print(s, r)
}

func (c *ReportCommand) print(s *cli.Session, r reports.Report) error {
	switch c.Format {
	case "json":
		return s.JSON(r)
	case "text":
		return written(s, forms.Text(r))
	case "csv":
		return written(s, forms.CSV(r))
	case "html":
		return written(s, forms.HTML(r))
	case "svg":
		return written(s, forms.SVG(r)+"\n")
	}
	return errors.ErrUnsupported // impossible: kong refuses others
}

func written(s *cli.Session, text string) error {
	_, err := s.Stdout.Write([]byte(text))
	return err
}
