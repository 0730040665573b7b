package records

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/text"
)

// ActionsCommand is oncalm actions.
type ActionsCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	Owner   string `placeholder:"PERSON" help:"Only those of this person; - for those of nobody."`
	Service string `placeholder:"NAME" help:"Only those of incidents of this service."`
	Overdue bool   `help:"Only those that should have been done."`
	Stale   bool   `help:"Only those that are open for more than 90 days."`
}

// Run lists action items.
func (c *ActionsCommand) Run(ctx context.Context, s *cli.Session) error {
	var list []actions.Row
	err := s.WithRecords(ctx, c.StoreFlag, func(r cli.Records) (err error) {
		list, err = cli.Actions(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r actions.Row) bool { return !c.wanted(r, s.Now) })
	if c.JSON {
		return s.JSON(append([]actions.Row{}, list...))
	}
	rows := [][]string{{"ID", "DUE (UTC)", "OWNER", "TYPE", "PRIORITY", "SERVICE", "WHAT"}}
	for _, r := range list {
		due := "-"
		if !r.Due.IsZero() {
			due = r.Due.UTC().Format(time.DateOnly)
		}
		if r.Overdue(s.Now) {
			due += " overdue"
		}
		rows = append(rows, []string{r.ID, due, word(r.Owner), word(r.Type), word(r.Priority), word(r.Service),
			text.Clip(text.Line(r.What), 120)})
	}
	s.Table(rows)
	return nil
}

// word is a cell of the table.
func word(said string) string { return cmp.Or(text.Line(said), "-") }

// wanted reports whether an item is one of those that are asked for.
func (c *ActionsCommand) wanted(r actions.Row, now time.Time) bool {
	owner := strings.TrimPrefix(c.Owner, "@")
	switch {
	case owner == "-" && r.Owner != "", owner != "" && owner != "-" && !strings.EqualFold(r.Owner, owner):
		return false
	case c.Service != "" && r.Service != c.Service, c.Overdue && !r.Overdue(now), c.Stale && !r.Stale(now):
		return false
	}
	return true
}
