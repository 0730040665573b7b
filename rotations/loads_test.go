package rotations

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// TestLoads counts a week with a clock change, a holiday and somebody in another zone.
func TestLoads(t *testing.T) {
	s := Schedule{Zone: civiltest.Zone("Europe/Berlin"), Layers: []Layer{{
		Name: "primary", People: Turns("ana", "bo", Nobody, "zoe"), Start: moment("2026-03-23T08:00"), Shift: Length{1, Week},
	}}, Holidays: []Holiday{{moment("2026-03-29T00:00"), "Clock Day"}, {moment("2026-04-06T00:00"), ""}}}
	shifts := s.Shifts(moment("2026-03-23T08:00").In(s.Zone), moment("2026-04-06T08:00").In(s.Zone), nil)
	zones := map[string]*time.Location{"bo": civiltest.Zone("Australia/Sydney")}
	got := s.Loads(shifts, func(person string) *time.Location { return zones[person] })
	want := []Load{
		{"ana", 167 * time.Hour, 69 * time.Hour, 47 * time.Hour, 23 * time.Hour},
		// Sydney is nine hours ahead, and eight from 5 April, 3 in the morning, on: a night of 11 hours.
		{"bo", 168 * time.Hour, 71 * time.Hour, 49 * time.Hour, 8 * time.Hour},
		{Person: "zoe"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLoadsAddUp checks that nobody's time is lost: the totals are as long as the shifts, and parts no longer than the whole.
func TestLoadsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := civiltest.DrawSite(t)
		about := civiltest.DrawInstant(t, site, "about")
		s, o := drawSchedule(t, site, about), drawOverrides(t, about)
		shifts := s.Shifts(about.AddDate(0, 0, -10), about.AddDate(0, 0, 10), o)
		sum, want := time.Duration(0), time.Duration(0)
		for _, shift := range shifts {
			want += time.Duration(len(shift.People)) * shift.To.Sub(shift.From)
		}
		for _, l := range s.Loads(shifts, func(string) *time.Location { return nil }) {
			sum += l.Total
			if max(l.Night, l.Weekend, l.Holiday) > l.Total {
				t.Fatalf("%+v", l)
			}
		}
		if sum != want {
			t.Fatalf("%s, want %s", sum, want)
		}
	})
}
