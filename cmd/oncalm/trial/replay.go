package trial

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/replay"
	"github.com/oncalm/oncalm/cmd/oncalm/shifts"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// past is what a store tells of what happened, as package replay asks for it: it adds timelines as a whole.
type past struct{ cli.Records }

func (p past) Messages(ctx context.Context, q fates.Query, each func(fates.Message) error) error {
	return cli.Messages(ctx, p.Records, q, each)
}

func (p past) Timeline(ctx context.Context, id string) (all []incidents.Event, err error) {
	return all, p.Records.Timeline(ctx, id, func(some []incidents.Event) error {
		all = append(all, some...)
		return nil
	})
}

// replay plays the messages of the last time against the configuration. With --at it ends then, else now. Overrides are
// those that count today: what people changed since then counts, too.
func (c *SimulateCommand) replay(ctx context.Context, s *cli.Session, cfg *config.Config) error {
	to := c.At.Or(s.Now)
	from := to.Add(-c.Replay.Duration)
	overrides := shifts.OverridesOrPlanned(ctx, s, cfg, c.Store, slices.Collect(maps.Keys(cfg.Schedules)))
	var r *replay.Result
	err := s.WithRecords(ctx, c.StoreFlag, func(records cli.Records) (err error) {
		r, err = replay.Compare(ctx, cfg, past{records}, overrides, from.UTC(), to.UTC())
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return s.JSON(r)
	}
	printReplay(s, r)
	return nil
}

// printed is how many messages are shown that would be treated otherwise.
const printed = 50

// printReplay prints the comparison in the order in which one decides by it: how many incidents, whom it pages how often,
// in how many nights, and then which messages.
func printReplay(s *cli.Session, r *replay.Result) {
	s.Printf("%s from %s to %s UTC, played against the configuration.", text.Count(r.Messages, "message", "messages"),
		r.From.Format(time.DateTime), r.To.Format(time.DateTime))
	if r.LeftOut > 0 {
		s.Printf("%s left out: the text is not kept, or the incident was opened before that time.",
			text.Count(r.LeftOut, "message was", "messages were"))
	}
	s.Printf("Incidents: there were %d, there would be %d", r.Incidents.Before, r.Incidents.After)
	if len(r.Pages) > 0 {
		s.Printf("")
		rows := [][]string{{"PAGES TO", "FOR", "WERE", "WOULD BE"}}
		for _, p := range r.Pages {
			rows = append(rows, []string{p.Person, p.Service, strconv.Itoa(p.Before), strconv.Itoa(p.After)})
		}
		s.Table(rows)
	}
	if len(r.Nights) > 0 {
		s.Printf("")
		rows := [][]string{{"NIGHTS OF", "WERE", "WOULD BE"}}
		for _, p := range r.Nights {
			rows = append(rows, []string{p.Person, strconv.Itoa(p.Before), strconv.Itoa(p.After)})
		}
		s.Table(rows)
	}
	s.Printf("")
	if len(r.Changed) == 0 {
		s.Printf("No message would be treated otherwise.")
		return
	}
	rows := [][]string{{"AT (UTC)", "ABOUT", "WAS", "WOULD BE"}}
	for _, d := range r.Changed[:min(len(r.Changed), printed)] {
		rows = append(rows, []string{d.At.UTC().Format(time.DateTime), text.Line(d.Name), sayTreated(d.Before),
			sayTreated(d.After)})
	}
	s.Table(rows)
	if more := len(r.Changed) - printed; more > 0 {
		s.Printf("and %d more: -json lists all", more)
	}
}

// sayTreated is how a message was, or would be, treated, in a few words.
func sayTreated(t replay.Treated) string {
	say := strings.Join(strings.Fields(strings.Join([]string{t.Treat, t.Severity, t.Service, t.Outcome}, " ")), " ")
	if t.Why != "" {
		say += " (" + text.Line(t.Why) + ")"
	}
	return cmp.Or(say, "nothing")
}
