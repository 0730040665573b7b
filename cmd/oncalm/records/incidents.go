// Package records is what the command line does with a store and what it has recorded: list incidents and show their
// timelines and postmortems, copy the store, put a copy back, and check it.
//
// What only reads goes by [cli.Records], and works while a server has the store: then the server answers. What needs the
// file to itself says so, and who has it. Lists are printed as they are read, so that a hundred thousand incidents take no
// memory.
package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/archive"
	"github.com/oncalm/oncalm/text"
)

// source is where incidents are read from.
type source struct {
	cli.StoreFlag
	Archive string `placeholder:"FILE" help:"An archive, instead of the store."`
}

// reader reads incidents from a store or an archive. It is the part of [cli.Records] that an archive has, too.
type reader interface {
	Incidents(ctx context.Context, q history.Query, each func([]history.Row) error) error
	Timeline(ctx context.Context, id string, each func([]incidents.Event) error) error
}

// read calls fn with what reads incidents. An archive with lines that cannot be read is read all the same, and that is
// said: the rest is better than nothing.
func (f source) read(ctx context.Context, s *cli.Session, fn func(reader) error) error {
	if f.Archive == "" {
		return s.WithRecords(ctx, f.StoreFlag, func(r cli.Records) error { return fn(r) })
	}
	r, err := archive.Open(ctx, f.Archive)
	if errors.Is(err, archive.ErrNone) {
		return cli.End(cli.ExitUsage, f.Archive+" is no archive of incidents",
			"name a file such as oncalm.db.archive-2026.jsonl")
	}
	if err != nil {
		return err
	}
	if r.Damaged > 0 {
		s.Complain(fmt.Sprintf("%s: %s cannot be read: look whether a copy of the file has more", f.Archive,
			text.Count(r.Damaged, "line", "lines")))
	}
	return errors.Join(fn(r), r.Close())
}

// IncidentsCommand is oncalm incidents.
type IncidentsCommand struct {
	source
	cli.JSONFlag
	Open     bool        `help:"Only those that are not resolved."`
	Status   string      `placeholder:"STATUS" help:"Only those that are triggered, acknowledged or resolved."`
	Service  string      `placeholder:"NAME" help:"Only those of this service."`
	Severity string      `placeholder:"SEVERITY" help:"Only those of this severity."`
	From     cli.Instant `placeholder:"TIME" help:"Only those that were opened from this time on."`
	To       cli.Instant `placeholder:"TIME" help:"Only those that were opened before this time."`
	Limit    int         `placeholder:"N" help:"At most so many (default: all)."`
}

// query is which incidents are listed. A word that was mistyped is refused: an empty list would look like good news.
func (c *IncidentsCommand) query() (history.Query, error) {
	q := history.Query{
		Open: c.Open, Status: incidents.Status(c.Status), Service: c.Service, Severity: c.Severity, Limit: c.Limit,
		From: c.From.Time, To: c.To.Time,
	}
	statuses := []string{
		string(incidents.StatusTriggered), string(incidents.StatusAcknowledged), string(incidents.StatusResolved),
	}
	severities := []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
	switch {
	case c.Limit < 0:
		return q, cli.End(cli.ExitUsage, "-limit is negative", "give a number from 1 on, or none")
	case c.Status != "" && !slices.Contains(statuses, c.Status):
		return q, cli.Unknown("status", c.Status, statuses)
	case c.Severity != "" && !slices.Contains(severities, c.Severity):
		return q, cli.Unknown("severity", c.Severity, severities)
	}
	return q, nil
}

// Run lists incidents, as they are read.
func (c *IncidentsCommand) Run(ctx context.Context, s *cli.Session) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	add, end := tableOf(s)
	if c.JSON {
		list := s.Elements()
		add, end = func(row history.Row) error { return addTo(list, summarise(row)) }, list.End
	}
	err = c.read(ctx, s, func(r reader) error {
		return r.Incidents(ctx, q, func(rows []history.Row) error {
			for _, row := range rows {
				if err := add(row); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	return end()
}

// tableOf prints incidents as rows of a table.
func tableOf(s *cli.Session) (add func(history.Row) error, end func() error) {
	table := s.Columns("ID", "STATUS", "SEVERITY", "SERVICE", "OPENED (UTC)", "TITLE")
	return func(i history.Row) error {
		return table.Row(i.ID, text.Line(string(i.Status)), severityOf(i), text.Line(i.Service),
			i.Opened.Format(time.DateTime), text.Line(i.Title))
	}, table.End
}

// severityOf is how bad an incident is, and whether it pages nobody.
func severityOf(i history.Row) string {
	if i.Silenced != "" {
		return text.Line(i.Severity) + " silenced"
	}
	if i.Quiet {
		return text.Line(i.Severity) + " quiet"
	}
	if i.Held != "" && i.Status == incidents.StatusTriggered {
		return text.Line(i.Severity) + " held"
	}
	return text.Line(i.Severity)
}

// incident reads an incident and its timeline.
func incident(ctx context.Context, s *cli.Session, f source, id string) (incidents.Incident, []incidents.Event,
	error) {
	var events []incidents.Event
	err := f.read(ctx, s, func(r reader) error {
		return r.Timeline(ctx, id, func(part []incidents.Event) error {
			events = append(events, part...)
			return nil
		})
	})
	if errors.Is(err, incidents.ErrNotFound) {
		return incidents.Incident{}, nil,
			cli.End(cli.ExitNo, "there is no incident "+cli.Quoted(id),
				"oncalm incidents lists them; older ones may be in an archive")
	}
	if err != nil {
		return incidents.Incident{}, nil, err
	}
	// The head is made from the events: an archive has none, and what is shown cannot differ from the timeline. Zeros in
	// front of a number mean nothing.
	i, err := incidents.Fold(strings.TrimLeft(id, "0"), events)
	if err != nil {
		return i, events, cli.End(cli.ExitDamaged, "the timeline of incident "+id+" is damaged: "+err.Error(),
			"run oncalm fsck")
	}
	return i, events, nil
}

// TimelineCommand is oncalm timeline.
type TimelineCommand struct {
	source
	cli.JSONFlag
	ID string `arg:"" help:"The incident's number."`
}

// Run prints a timeline.
func (c *TimelineCommand) Run(ctx context.Context, s *cli.Session) error {
	i, events, err := incident(ctx, s, c.source, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.JSON(events)
	}
	s.Printf("Incident %s: %s (%s, %s, %s)", i.ID, text.Line(i.Title), i.Service, i.Severity, i.Status)
	rows := [][]string{{"SEQ", "AT (UTC)", "WHO", "WHAT"}}
	for _, line := range postmortems.Build(i, events).Timeline {
		// a line without a number is one that the document has made, such as a gap
		if line.Seq > 0 {
			rows = append(rows, []string{strconv.Itoa(line.Seq), line.At.UTC().Format(time.DateTime), line.Who,
				text.Line(line.What)})
		}
	}
	s.Table(rows)
	return nil
}
