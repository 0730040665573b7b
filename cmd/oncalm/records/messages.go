package records

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/text"
)

// MessagesCommand is oncalm messages.
type MessagesCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	Since    cli.Span `placeholder:"SPAN" help:"Those of so long ago and later, as 90m, 24h or 7d (default: 24h)."`
	Incident string   `placeholder:"ID" help:"Only those about this incident."`
	Alarm    string   `placeholder:"TEXT" help:"Only those about alarms with this in their names."`
	Refused  bool     `help:"Only those that were refused."`
	Text     bool     `help:"With the texts of the messages; only with -json."`
}

// Run lists messages, as they are read.
func (c *MessagesCommand) Run(ctx context.Context, s *cli.Session) error {
	if c.Text && !c.JSON {
		return cli.End(cli.ExitUsage, "-text is for programs", "add -json")
	}
	add, end := messageTable(s)
	if c.JSON {
		list := s.Elements()
		add, end = func(m fates.Message) error { return list.Add(m) }, list.End
	}
	// a minute more at the end, for a clock that was set back meanwhile
	q := fates.Query{From: s.Now.Add(-c.Since.Or(24 * time.Hour)), To: s.Now.Add(time.Minute), Text: c.Text}
	err := s.WithRecords(ctx, c.StoreFlag, func(r cli.Records) error {
		return cli.Messages(ctx, r, q, func(m fates.Message) error {
			if !c.wanted(&m) {
				return nil
			}
			return add(m)
		})
	})
	if err != nil {
		return err
	}
	return end()
}

// wanted reports whether a message is one of those that are asked for; what is not asked for all are. A message is wanted
// if one of its parts is.
func (c *MessagesCommand) wanted(m *fates.Message) bool {
	if c.Refused && m.Refused == "" {
		return false
	}
	if c.Incident == "" && c.Alarm == "" {
		return true
	}
	for _, p := range m.Parts {
		if (c.Incident == "" || p.Incident == strings.TrimLeft(c.Incident, "0")) &&
			strings.Contains(strings.ToLower(p.Name), strings.ToLower(c.Alarm)) {
			return true
		}
	}
	return false
}

// messageTable prints messages as rows of a table, one for each thing that a message is about.
func messageTable(s *cli.Session) (add func(fates.Message) error, end func() error) {
	table := s.Columns("AT (UTC)", "ABOUT", "STATE", "JUDGED", "SERVICE", "WHAT BECAME OF IT")
	return func(m fates.Message) error {
		at := m.At.UTC().Format(time.DateTime)
		if m.Refused != "" {
			return table.Row(at, cmp.Or(text.Line(m.Topic), "-"), "-", "refused", "-", m.Refusal())
		}
		for _, p := range m.Parts {
			judged := strings.TrimSpace(p.Treat + " " + p.Severity)
			if err := table.Row(at, text.Line(p.Name), cmp.Or(p.State, "-"), cmp.Or(judged, "-"),
				cmp.Or(text.Line(p.Service), "-"), p.Fate); err != nil {
				return err
			}
		}
		return nil
	}, table.End
}
