package silences

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestRuleNext(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	weekly := func(days civil.Days, from, to civil.Clock) Rule {
		return Rule{Zone: berlin, Window: civil.Window{Days: days, From: from, To: to}}
	}
	nightly := weekly(civil.EveryDay, 2*civil.Hour, 3*civil.Hour)
	late := weekly(1<<time.Friday, 22*civil.Hour, 6*civil.Hour)
	midnight := time.Date(2026, 12, 1, 0, 0, 0, 0, berlin)
	once := Rule{Zone: berlin, From: midnight.Add(2 * time.Hour), To: midnight.Add(4 * time.Hour)}
	for _, tt := range []struct{ name, at, from, to string }{
		{"nightly", "2026-11-30T01:59:59+01:00", "2026-11-30T02:00:00+01:00", "2026-11-30T03:00:00+01:00"},
		{"nightly", "2026-11-30T02:59:59+01:00", "2026-11-30T02:00:00+01:00", "2026-11-30T03:00:00+01:00"},
		{"nightly", "2026-11-30T03:00:00+01:00", "2026-12-01T02:00:00+01:00", "2026-12-01T03:00:00+01:00"},
		// the clocks go forward from 02:00 to 03:00: there is nothing left of it
		{"nightly", "2026-03-28T12:00:00+01:00", "2026-03-30T02:00:00+02:00", "2026-03-30T03:00:00+02:00"},
		// they go back from 03:00 to 02:00: it begins when they show 02:00 for the first time, and lasts until they show 03:00
		{"nightly", "2026-10-24T12:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"},
		{"nightly", "2026-10-25T02:30:00+01:00", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"},
		{"late", "2026-11-28T05:00:00+01:00", "2026-11-27T22:00:00+01:00", "2026-11-28T06:00:00+01:00"},
		{"late", "2026-11-28T06:00:00+01:00", "2026-12-04T22:00:00+01:00", "2026-12-05T06:00:00+01:00"},
		{"once", "2026-11-30T00:00:00Z", "2026-12-01T02:00:00+01:00", "2026-12-01T04:00:00+01:00"},
		{"once", "2026-12-01T03:00:00Z", "", ""},
	} {
		r := map[string]Rule{"nightly": nightly, "late": late, "once": once}[tt.name]
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		from, to, ok := r.Next(at)
		if !ok && tt.from == "" {
			continue
		}
		if got := from.Format(time.RFC3339) + " " + to.Format(time.RFC3339); got != tt.from+" "+tt.to || !ok {
			t.Errorf("%s at %s: %s, want %s %s", tt.name, tt.at, got, tt.from, tt.to)
		}
	}
}

// TestRuleLaws: what is next is not over, no window is left out between two that follow each other, and within one the clock shows a
// time of the window.
func TestRuleLaws(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"} {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{Name: "r", Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Window: civil.Window{
			Days: civil.Days(rapid.IntRange(1, int(civil.EveryDay)).Draw(t, "days")),
			From: civil.Clock(rapid.IntRange(0, 95).Draw(t, "from") * 15 * civil.Minute),
			To:   civil.Clock(rapid.IntRange(0, 96).Draw(t, "to") * 15 * civil.Minute),
		}}
		if !r.Window.Valid() {
			return
		}
		at := time.Unix(rapid.Int64Range(1262304000, 1861920000).Draw(t, "at"), 0)
		from, to, ok := r.Next(at)
		if !ok || !at.Before(to) || !from.Before(to) || to.Sub(from) > 27*time.Hour {
			t.Fatalf("%s at %s: %s to %s, %v", r, at, from, to, ok)
		}
		for probe := at; probe.Before(from); probe = probe.Add(15 * time.Minute) {
			c := civil.Of(probe.In(r.Zone))
			if _, _, open := r.Window.Holding(c); open && c.In(r.Zone).Equal(probe) {
				t.Fatalf("%s at %s: the window at %s is left out, next is %s", r, at, probe.In(r.Zone), from)
			}
		}
		if again, _, _ := r.Next(from); !again.Equal(from) {
			t.Fatalf("%s: at its own beginning %s it is %s", r, from, again)
		}
		if after, _, _ := r.Next(to); after.Before(to) {
			t.Fatalf("%s: after %s comes %s", r, to, after)
		}
	})
}
