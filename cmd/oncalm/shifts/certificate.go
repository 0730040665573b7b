package shifts

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// certificate says what the next clock changes do to a schedule: so that somebody can look, before the night, who is on
// call in the hour that there is twice or not at all.
type certificate struct {
	Schedule string    `json:"schedule"`
	Zone     string    `json:"zone"`
	Changes  []certify `json:"changes"`
}

// certify is one clock change, and the shifts around it.
type certify struct {
	At      string      `json:"at"`      // from when on the clocks show something else
	Before  string      `json:"before"`  // what they would have shown
	After   string      `json:"after"`   // what they show
	Seconds int         `json:"seconds"` // that are skipped, or if negative, repeated
	Shifts  []certified `json:"shifts"`
}

// certified is a shift, or a gap, as it is and as it seems. The two lengths differ by the clock change if that is in it.
type certified struct {
	OnCall []string `json:"on_call"` // nobody in a gap
	Layer  string   `json:"layer"`
	From   *string  `json:"from"`
	To     *string  `json:"to"`
	// Hours is how long it lasts, and Clock how long it seems by the wall clock.
	Hours float64 `json:"hours"`
	Clock float64 `json:"clock_hours"`

	shift rotations.Shift
}

// Bounds of what a certificate shows.
const (
	changesShown = 2
	changeYears  = 3 // without a change for so long a zone has none
	shiftsShown  = 6
)

// certificateOf finds the changes of a schedule's zone after a time, and the shifts around each, by the overrides as they
// are now.
func certificateOf(sched rotations.Schedule, overrides []rotations.Override, from time.Time) certificate {
	c := certificate{Schedule: sched.Name, Zone: sched.Zone.String(), Changes: []certify{}}
	for _, change := range civil.Changes(sched.Zone, from, from.AddDate(changeYears, 0, 0), changesShown) {
		c.Changes = append(c.Changes, certify{
			At: change.At.Format(time.RFC3339), Before: change.Before.String(), After: change.After.String(),
			Seconds: int(change.After - change.Before), Shifts: around(sched, overrides, change.At),
		})
	}
	return c
}

// around returns the shifts and gaps from the one before the one that a clock change falls into or ends, to the first that
// begins after it.
func around(sched rotations.Schedule, overrides []rotations.Override, change time.Time) []certified {
	// 1 ns before: a shift that begins at the change is not the one before it
	first := sched.At(change.Add(-1), overrides)
	if !first.From.IsZero() {
		first = sched.At(first.From.Add(-1), overrides)
	}
	var all []certified
	for a := first; len(all) < shiftsShown; a = sched.At(a.To, overrides) {
		all = append(all, certifiedOf(a.Shift))
		// it lasts for good, so there is no next
		if a.To.IsZero() || a.From.After(change) {
			break
		}
	}
	return all
}

// certifiedOf is a shift with both lengths. Without a begin or an end it has none, and they are 0.
func certifiedOf(s rotations.Shift) certified {
	c := certified{OnCall: append([]string{}, s.People...), Layer: s.Layer, From: cli.Maybe(s.From), To: cli.Maybe(s.To),
		shift: s}
	if !s.From.IsZero() && !s.To.IsZero() {
		c.Hours = s.To.Sub(s.From).Hours()
		// the difference of what the wall clock shows at both ends, in seconds
		c.Clock = float64(civil.Of(s.To)-civil.Of(s.From)) / time.Hour.Seconds()
	}
	return c
}

// certificate prints what the next clock changes do to schedules. Overrides that cannot be read are left out, and that is
// said.
func (c *Command) certificate(ctx context.Context, s *cli.Session, cfg *config.Config, names []string) error {
	overrides := OverridesOrPlanned(ctx, s, cfg, c.Store, names)
	all := []certificate{}
	for _, name := range names {
		all = append(all, certificateOf(cfg.Schedules[name], overrides[name], c.From.Time))
	}
	if c.JSON {
		return s.JSON(all)
	}
	for i, cert := range all {
		if i > 0 {
			s.Printf("")
		}
		if len(cert.Changes) == 0 {
			s.Printf("%s (%s): the clocks do not change until %d", cert.Schedule, cert.Zone, c.From.Year()+changeYears)
			continue
		}
		s.Printf("%s (%s)", cert.Schedule, cert.Zone)
		for _, change := range cert.Changes {
			s.Printf("%s: %s", changed(change), "the shifts around it")
			rows := [][]string{{"FROM", "TO", "HOURS", "BY THE CLOCK", "ON CALL", "LAYER"}}
			for _, sh := range change.Shifts {
				rows = append(rows, sh.row())
			}
			s.Table(rows)
		}
	}
	return nil
}

// changed says what a clock change does: 2026-03-29 02:00 becomes 03:00, 1h0m0s are skipped. The date is named again only
// if it is another one.
func changed(c certify) string {
	what, span := "skipped", time.Duration(c.Seconds)*time.Second
	if span < 0 {
		what, span = "repeated", -span
	}
	after := c.After
	if c.After[:10] == c.Before[:10] {
		after = c.After[11:]
	}
	length := strings.TrimSuffix(span.String(), "0s") // 1h0m, 30m
	if whole, ok := strings.CutSuffix(length, "h0m"); ok {
		length = whole + "h"
	}
	return strings.Replace(c.Before, "T", " ", 1) + " becomes " + strings.Replace(after, "T", " ", 1) + ", " + length +
		" " + what
}

// row is a shift as a row of the table.
func (c certified) row() []string {
	bound := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format(cli.SpokenTime)
	}
	hours := func(h float64) string { return strconv.FormatFloat(h, 'f', -1, 64) }
	who := strings.Join(c.OnCall, ", ")
	if who == "" {
		who = "nobody"
	}
	return []string{bound(c.shift.From), bound(c.shift.To), hours(c.Hours), hours(c.Clock), who, c.Layer}
}
