package shifts

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/rotations"
)

// Fairness is how a schedule's time on call is spread over its people. It stands there twice: as the layers planned it, and
// with all overrides that count, so that one sees who has stood in for others.
type Fairness struct {
	Schedule string   `json:"schedule"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	People   []shares `json:"people"`
	// Spread is by how much the one who has most is above the one who has least, column by column.
	Planned share `json:"planned_spread"`
	Worked  share `json:"worked_spread"`
}

// shares is what one person was to have, and what they have with all overrides.
type shares struct {
	Person  string `json:"person"`
	Planned share  `json:"planned"`
	Worked  share  `json:"worked"`
}

// share is time on call, in hours. The columns overlap: a night of a weekend is in both.
type share struct {
	Hours    float64 `json:"hours"`
	Nights   float64 `json:"nights"`
	Weekends float64 `json:"weekends"`
	Holidays float64 `json:"holidays"`
}

// shareOf is a load in hours, rounded to two places: a minute is 0.02.
func shareOf(l rotations.Load) share {
	hours := func(d time.Duration) float64 { return math.Round(d.Hours()*100) / 100 }
	return share{hours(l.Total), hours(l.Night), hours(l.Weekend), hours(l.Holiday)}
}

// spread is the difference of the greatest and the smallest share. Of nobody it is 0: the difference of the two infinities
// is less than that.
func spread(all []share) share {
	column := func(of func(share) float64) float64 {
		least, most := math.Inf(1), math.Inf(-1)
		for _, s := range all {
			least, most = min(least, of(s)), max(most, of(s))
		}
		return math.Round(max(most-least, 0)*100) / 100
	}
	return share{
		column(func(s share) float64 { return s.Hours }), column(func(s share) float64 { return s.Nights }),
		column(func(s share) float64 { return s.Weekends }), column(func(s share) float64 { return s.Holidays }),
	}
}

// fairly counts who was to be on call from one time to another, and who is with the overrides. What is past counts
// as well, as far as its overrides are kept.
func fairly(cfg *config.Config, sched rotations.Schedule, overrides []rotations.Override, from, to time.Time) Fairness {
	zone := func(person string) *time.Location { return cfg.People[person].Zone }
	people := map[string]*shares{}
	of := func(person string) *shares {
		if people[person] == nil {
			people[person] = &shares{Person: person}
		}
		return people[person]
	}
	for _, l := range sched.Loads(sched.Shifts(from, to, nil), zone) {
		of(l.Person).Planned = shareOf(l)
	}
	for _, l := range sched.Loads(sched.Shifts(from, to, overrides), zone) {
		of(l.Person).Worked = shareOf(l)
	}
	f := Fairness{
		Schedule: sched.Name, From: from.In(sched.Zone).Format(time.RFC3339), To: to.In(sched.Zone).Format(time.RFC3339),
		People: []shares{},
	}
	var planned, worked []share
	for _, name := range slices.Sorted(maps.Keys(people)) {
		p := *people[name]
		f.People = append(f.People, p)
		planned, worked = append(planned, p.Planned), append(worked, p.Worked)
	}
	f.Planned, f.Worked = spread(planned), spread(worked)
	return f
}

// fairness prints how the schedules' time is spread.
func (c *Command) fairness(ctx context.Context, s *cli.Session, cfg *config.Config, names []string) error {
	// without the overrides the answer would be wrong, so an error is one here
	made, err := allOverrides(ctx, s, cfg, c.Store, names)
	if err != nil {
		return err
	}
	all := []Fairness{}
	for _, name := range names {
		all = append(all, fairly(cfg, cfg.Schedules[name], made[name], c.From.Time, c.To.Time))
	}
	if c.JSON {
		return s.JSON(all)
	}
	for i, f := range all {
		if i > 0 {
			s.Printf("")
		}
		zone := cfg.Schedules[f.Schedule].Zone
		s.Printf("%s, %s to %s: hours, planned and with overrides", f.Schedule, c.From.In(zone).Format(cli.SpokenTime),
			c.To.In(zone).Format(cli.SpokenTime))
		rows := [][]string{{"PERSON", "PLANNED", "NIGHTS", "WEEKENDS", "HOLIDAYS", "WORKED", "NIGHTS", "WEEKENDS", "HOLIDAYS"}}
		for _, p := range f.People {
			rows = append(rows, fairRow(p.Person, p.Planned, p.Worked))
		}
		s.Table(append(rows, fairRow("spread", f.Planned, f.Worked)))
	}
	return nil
}

// fairRow is a person, or the spread, as a row of the table.
func fairRow(name string, planned, worked share) []string {
	row := []string{name}
	for _, s := range []share{planned, worked} {
		for _, hours := range []float64{s.Hours, s.Nights, s.Weekends, s.Holidays} {
			row = append(row, fmt.Sprint(hours))
		}
	}
	return row
}
