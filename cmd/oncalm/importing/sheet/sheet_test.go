package sheet

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
)

// entries are shifts that do not recur, in UTC: "ana 2026-03-02T09:00 24" begins then and lasts 24 hours.
func entries(t *testing.T, lines ...string) []*series.Entry {
	t.Helper()
	var all []*series.Entry
	for _, line := range lines {
		f := strings.Fields(line)
		from, err := wall.Instant(f[1], time.UTC)
		lasts, err2 := time.ParseDuration(f[2] + "h")
		if err != nil || err2 != nil {
			t.Fatal(line, err, err2)
		}
		all = append(all, &series.Entry{
			People: strings.Split(f[0], "+"), Zone: time.UTC, From: from, To: from.Add(lasts), Begin: from,
			Seconds: int64(lasts / time.Second), Gone: map[int64]bool{},
		})
	}
	return all
}

// TestSingles: of shifts that do not recur the rotation is read that they show, or else each is an override.
func TestSingles(t *testing.T) {
	const shown, guess = "that people take turns was read from them", "no order can be seen in the entries of"
	ana, bo := "ana 2026-03-02T09:00 24", "bo 2026-03-03T09:00 24"
	again := []string{"ana 2026-03-04T09:00 24", "bo 2026-03-05T09:00 24"}
	for name, tt := range map[string]struct {
		lines []string
		want  []string
		never string
	}{
		"two that take turns":  {append([]string{ana, bo}, again...), []string{shown, "people: [ana, bo]\n        start: 2026-03-02T09:00\n        shift: 1d"}, "overrides:"},
		"in another order":     {[]string{again[1], bo, again[0], ana}, []string{shown, "people: [ana, bo]"}, "overrides:"},
		"the first one is cut": {append([]string{"ana 2026-03-02T20:00 13", bo}, again...), []string{shown, "people: [ana, bo]\n        start: 2026-03-02T09:00"}, "overrides:"},
		"the last one is cut":  {append([]string{ana, bo, again[0]}, "bo 2026-03-05T09:00 3"), []string{shown, "people: [ana, bo]"}, "overrides:"},
		"three shifts":         {[]string{ana, bo, again[0]}, []string{guess + " ana and bo from 2026-03-02 09:00 on", "{person: bo, from: 2026-03-03T09:00, to: 2026-03-04T09:00}"}, shown},
		"a gap":                {append([]string{ana, "bo 2026-03-03T10:00 23"}, again...), []string{guess, "{person: bo, from: 2026-03-03T10:00, to: 2026-03-04T09:00}"}, shown},
		"one is longer":        {[]string{ana, bo, "ana 2026-03-04T09:00 48", "bo 2026-03-06T09:00 24"}, []string{guess}, shown},
		"the first is longer":  {append([]string{"ana 2026-03-01T09:00 48", bo}, again...), []string{guess}, shown},
		"others come again":    {append([]string{ana, bo}, again[0], "cy 2026-03-05T09:00 24"), []string{guess + " ana and bo and cy"}, shown},
		"two at one time":      {[]string{ana, "bo 2026-03-02T12:00 2"}, []string{"s: at 2026-03-02 12:00 the entries of ana and bo are both there; here only bo stands in"}, shown},
		"two in one shift":     {[]string{"ana+bo 2026-03-02T09:00 24"}, []string{"s: the entry of ana and bo at 2026-03-02 09:00 has several people; here only ana stands in"}, shown},
	} {
		t.Run(name, func(t *testing.T) {
			got := plantest.Said(plantest.Carried(plantest.Now(), func(p *plan.Plan) error {
				s := &Sheet{Schedule: p.Begin("s", "UTC"), Singles: entries(t, tt.lines...)}
				s.CarryOver()
				return nil
			}))
			plantest.Look(t, got, tt.want, tt.never)
		})
	}
}

// TestOver: shifts that are over count where they show how people take turns, and are only noted where they do not.
func TestOver(t *testing.T) {
	carried := func(gone, singles []string) string {
		return plantest.Said(plantest.Carried(plantest.Now(), func(p *plan.Plan) error {
			s := &Sheet{Schedule: p.Begin("s", "UTC"), Gone: entries(t, gone...), Singles: entries(t, singles...)}
			for _, e := range s.Gone {
				s.Over(e)
			}
			s.CarryOver()
			return nil
		}))
	}
	past := []string{"ana 2026-02-25T09:00 24", "bo 2026-02-26T09:00 24", "ana 2026-02-27T09:00 24"}
	plantest.Look(t, carried(past, []string{"bo 2026-02-28T09:00 30"}), []string{"3 entries are over, and left out, among them that of ana from 2026-02-27 09:00", "is a guess"})
	plantest.Look(t, carried(past, []string{"bo 2026-02-28T09:00 24"}), []string{"people: [ana, bo]\n        start: 2026-02-25T09:00"}, "are over")
	plantest.Look(t, carried(past[:1], nil), []string{"there is nothing to import: s: the entry of ana from 2026-02-25 09:00 is over, and left out"})
}

// TestExceptions: where an occurrence is not there, or another one is, others are on call than the layers say.
func TestExceptions(t *testing.T) {
	got := plantest.Said(plantest.Carried(plantest.Now(), func(p *plan.Plan) error {
		s := &Sheet{Schedule: p.Begin("s", "UTC")}
		s.Series = entries(t, "ana 2026-01-05T09:00 168", "bo 2026-01-07T09:00 10")
		s.Series[0].Rule = map[string]string{"FREQ": "WEEKLY"}
		s.Series[1].Rule = map[string]string{"FREQ": "MONTHLY"}
		s.Changed = entries(t, "cy 2026-03-10T09:00 24", "ana+di 2026-03-17T09:00 24")
		s.Series[0].Gone[s.Changed[0].From.AddDate(0, 0, -1).Unix()] = true
		s.Series[1].Gone[s.Changed[0].From.AddDate(0, 2, 0).Unix()] = true
		s.CarryOver()
		return nil
	}))
	plantest.Look(t, got, []string{
		"s: the series of bo from 2026-01-07 09:00 is monthly, which layers cannot express, and is left out",
		"s: the exceptions of the series of bo are left out with it",
		"s: at 2026-03-09 09:00 the shift of ana is cancelled or moved there, and nobody is on call",
		"{person: cy, from: 2026-03-10T09:00, to: 2026-03-11T09:00}",
		"s: at 2026-03-17 09:00 ana and di are on call there; here only ana",
	}, "person: di", "person: bo")
}
