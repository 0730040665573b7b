package rolling

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
)

// carried is a schedule in UTC with the layers of some shifts, or why there are none.
func carried(r Shifts, frequency string, days []time.Weekday) (*plan.Schedule, string) {
	s := plan.New(plantest.Now()).Begin("s", "UTC")
	if frequency == "daily" {
		return s, r.Daily(s, days)
	}
	return s, r.Weekly(s, days)
}

// counted is who is on call, found out by going through all shifts one after the other.
func counted(r Shifts, frequency string, days []time.Weekday, at time.Time) []string {
	named := func(d time.Weekday) bool { return len(days) == 0 || slices.Contains(days, d) }
	nth := 0 // of the shifts, or of the weeks
	for begin := r.Start; !begin.After(at); begin = begin.AddDate(0, 0, 1) {
		passed := int(begin.Sub(r.Start) / (24 * time.Hour))
		there, turn := named(begin.Weekday()), nth/int(r.Interval)
		if frequency == "weekly" {
			week := passed / 7
			if len(days) > 0 { // of the calendar
				week = (passed + int(r.Start.Weekday()-r.Weekday+7)%7) / 7
			} else {
				there = passed%7 == 0
			}
			there, turn = there && week%int(r.Interval) == 0, week/int(r.Interval)
		}
		if there && at.Before(begin.Add(time.Duration(r.Seconds)*time.Second)) {
			return r.Groups[turn%len(r.Groups)]
		}
		if named(begin.Weekday()) {
			nth++
		}
	}
	return nil
}

// TestLayers draws shifts in which groups take turns, and compares hour by hour with shifts that are counted one by one.
func TestLayers(t *testing.T) {
	drawn := rand.New(rand.NewPCG(3, 5))
	for n := range 60 {
		frequency := []string{"daily", "weekly"}[drawn.IntN(2)]
		r := Shifts{
			Name: "r", Start: time.Date(2026, 3, 2+drawn.IntN(7), 9, 0, 0, 0, time.UTC), Interval: int64(1 + drawn.IntN(3)),
			Seconds: []int64{8 * wall.Hour, wall.Day, wall.Day}[drawn.IntN(3)], Weekday: []time.Weekday{1, 0}[drawn.IntN(2)],
			Groups: [][]string{{"ana"}, {"bo", "cy"}, {"di"}}[:1+drawn.IntN(3)],
		}
		var days []time.Weekday
		for d := range time.Weekday(7) {
			if frequency == "daily" && n%3 == 0 || drawn.IntN(3) == 0 {
				days = append(days, d)
			}
		}
		if frequency == "weekly" && n%4 == 0 {
			days, r.Seconds = nil, []int64{wall.Week, 5 * wall.Day, r.Interval * wall.Week}[drawn.IntN(3)]
		}
		s, why := carried(r, frequency, days)
		if why != "" {
			if why != "pauses for days between turns" || len(days) > 0 || r.Interval == 1 {
				t.Errorf("%+v, %s on %v: %s", r, frequency, days, why)
			}
			continue
		}
		for at := r.Start; at.Before(r.Start.AddDate(0, 0, 70)); at = at.Add(time.Hour) {
			have := slices.DeleteFunc(s.OnCall(at, nil), func(who string) bool { return who == plan.Nobody })
			if want := counted(r, frequency, days, at); !slices.Equal(have, want) {
				t.Fatalf("%+v, %s on %v: at %s %v, want %v\n%+v", r, frequency, days, at.Format(plan.Spoken), have, want, s.Layers)
			}
		}
	}
}

// TestWhyNot: of shifts of which there can be no layers it is said why.
func TestWhyNot(t *testing.T) {
	some := []time.Weekday{time.Monday, time.Thursday}
	for _, tt := range []struct {
		frequency         string
		seconds, interval int64
		days              []time.Weekday
		want              string
	}{
		{"weekly", wall.Week, Most + 1, nil, "has too many turns"},
		{"weekly", 2*wall.Week + 1, 2, nil, "has shifts that overlap"},
		{"weekly", wall.Week + wall.Day, 2, nil, "pauses after more than a week"},
		{"weekly", wall.Day + 1, 1, some, "has shifts that overlap"},
		{"weekly", wall.Hour + 1, 1, some, "has times that are not whole minutes"},
		{"daily", wall.Day, Most + 1, nil, "has too many turns"},
		{"daily", wall.Day + 1, 1, nil, "has shifts that overlap"},
		{"daily", wall.Day, 2, nil, "pauses for days between turns"},
		{"daily", wall.Hour + 1, 1, nil, "has times that are not whole minutes"},
		{"daily", wall.Hour + 1, 1, some, "has times that are not whole minutes"},
	} {
		r := Shifts{
			Start: plantest.Now(), Seconds: tt.seconds, Interval: tt.interval,
			Groups: [][]string{{"ana"}, {"bo"}}, Weekday: time.Monday,
		}
		s, why := carried(r, tt.frequency, tt.days)
		if why != tt.want || len(s.Layers) > 0 {
			t.Errorf("%+v: %q and %d layers", tt, why, len(s.Layers))
		}
		if r.Groups = r.Groups[:1]; tt.days != nil {
			if _, alone := carried(r, tt.frequency, tt.days); alone != tt.want {
				t.Errorf("%+v, alone: %q", tt, alone)
			}
		}
	}
}

// TestNotes: what is other here than there is noted: pauses, and a begin in the middle of a week.
func TestNotes(t *testing.T) {
	r := Shifts{
		Name: "r", Start: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), Seconds: 8 * wall.Hour, Interval: 3,
		Groups: [][]string{{"ana"}}, Weekday: time.Monday,
	}
	s, _ := carried(r, "weekly", []time.Weekday{time.Monday})
	plantest.Look(t, fmt.Sprint(strings.Join(s.Plan.Notes, "\n")), []string{
		"s: r pauses for 2 weeks between turns; that is nobody's turn here, which lower layers do not fill",
		"s: r begins at 2026-04-01 09:00; here it begins with the calendar week of that",
	})
	r.Plain(s, 90*60, nil)
	plantest.Look(t, strings.Join(s.Plan.Notes, "\n"), []string{"s: r has turns of 5400 seconds, which are not whole hours, and is left out"})
}
