package civil

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// slowIn is Time.In the slow way.
func slowIn(c Time, z *time.Location) time.Time { return civiltest.First(c.utc(), z) }

func TestIn(t *testing.T) {
	tests := []struct{ zone, civil, want string }{
		// A gap at night: package time goes back in New York and forth in Prague.
		{"Europe/Berlin", "2026-03-29T01:59", "2026-03-29T01:59:00+01:00"},
		{"Europe/Berlin", "2026-03-29T02:00", "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", "2026-03-29T03:00", "2026-03-29T03:00:00+02:00"},
		{"Europe/Prague", "2026-03-29T02:30", "2026-03-29T03:00:00+02:00"},
		{"America/New_York", "2026-03-08T02:30", "2026-03-08T03:00:00-04:00"},
		// A fold: package time takes the second in Prague.
		{"Europe/Berlin", "2026-10-25T01:59", "2026-10-25T01:59:00+02:00"},
		{"Europe/Berlin", "2026-10-25T02:00", "2026-10-25T02:00:00+02:00"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"Europe/Berlin", "2026-10-25T03:00", "2026-10-25T03:00:00+01:00"},
		{"Europe/Prague", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T01:30:00-04:00"},
		// A gap at midnight: package time goes back to the day before.
		{"America/Santiago", "2026-09-06T00:00", "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "2026-09-06T00:30", "2026-09-06T01:00:00-03:00"},
		{"America/Havana", "2026-03-08T00:00", "2026-03-08T01:00:00-04:00"},
		{"Africa/Cairo", "2026-04-24T00:00", "2026-04-24T01:00:00+03:00"},
		{"Asia/Beirut", "2026-03-29T00:00", "2026-03-29T01:00:00+03:00"},
		// A fold that ends at midnight, or begins there.
		{"America/Santiago", "2026-04-04T23:30", "2026-04-04T23:30:00-03:00"},
		{"America/Santiago", "2026-04-05T00:00", "2026-04-05T00:00:00-04:00"},
		{"America/Havana", "2026-11-01T00:30", "2026-11-01T00:30:00-04:00"},
		{"Africa/Cairo", "2026-10-29T23:30", "2026-10-29T23:30:00+03:00"},
		{"Asia/Beirut", "2026-10-24T23:30", "2026-10-24T23:30:00+03:00"},
		// Half an hour.
		{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30:00+11:00"},
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00"},
		{"Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-05T02:00:00+10:30"},
		// Two hours.
		{"Antarctica/Troll", "2026-03-29T01:30", "2026-03-29T03:00:00+02:00"},
		// A day that does not exist.
		{"Pacific/Apia", "2011-12-29T23:59", "2011-12-29T23:59:00-10:00"},
		{"Pacific/Apia", "2011-12-30T00:00", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Apia", "2011-12-30T09:00", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-22T00:00:00+12:00"},
		// Back and forth around Ramadan.
		{"Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T02:30:00+01:00"},
		{"Africa/Casablanca", "2026-02-15T03:00", "2026-02-15T03:00:00Z"},
		{"Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T03:00:00+01:00"},
		// A day that exists twice.
		{"America/Juneau", "1867-10-18T15:00", "1867-10-18T15:00:00+15:02"},
		// Beyond the table, by rule. There package time has no end for the last day of a leap year.
		{"Europe/Berlin", "2044-12-31T09:00", "2044-12-31T09:00:00+01:00"},
		{"Europe/Berlin", "2045-01-01T00:30", "2045-01-01T00:30:00+01:00"},
		{"America/New_York", "2044-12-31T23:59", "2044-12-31T23:59:00-05:00"},
		{"Australia/Lord_Howe", "2048-12-31T12:00", "2048-12-31T12:00:00+11:00"},
		{"Europe/Berlin", "2126-03-31T02:30", "2126-03-31T03:00:00+02:00"},
		{"UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z"},
	}
	for _, tt := range tests {
		got := at(tt.civil).In(civiltest.Zone(tt.zone))
		if s := got.Format(time.RFC3339); s != tt.want {
			t.Errorf("%s in %s = %s, want %s", tt.civil, tt.zone, s, tt.want)
		}
		if slow := slowIn(at(tt.civil), civiltest.Zone(tt.zone)); !slow.Equal(got) {
			t.Errorf("%s in %s: the table says %s, asking every second %s", tt.civil, tt.zone, tt.want, slow.Format(time.RFC3339))
		}
	}
	if got := at("2026-01-05T09:00").In(nil); got.Format(time.RFC3339) != "2026-01-05T09:00:00Z" {
		t.Errorf("without a zone: %s", got)
	}
}

// TestInEveryChange looks at the wall-clock times around every clock change of every zone since 1900: the result shows c or,
// where c is skipped, a later time; and the instant before it is earlier on the wall clock.
func TestInEveryChange(t *testing.T) {
	n, gaps, folds := 0, 0, 0
	for _, s := range civiltest.Sites() {
		for _, at := range s.Changes {
			before := Of(time.Unix(at-1, 0).In(s.Zone)) + 1 // what the clock would have shown
			after := Of(time.Unix(at, 0).In(s.Zone))
			middle := (before + after) / 2
			for _, c := range []Time{before - 1, before, after, middle, middle + 1, after - 1, after + 1, before + 1} {
				got := c.In(s.Zone)
				shown, previous := Of(got), Of(got.Add(-time.Second))
				skipped := before <= c && c < after && got.Unix() == at
				if (shown != c && !skipped) || shown < c || previous >= c {
					t.Errorf("%s: %s came at %s (%s), a second before it was %s", s.Zone, c, got, shown, previous)
				}
				if folded := after <= c && c < before; folded && got.Unix() >= at {
					t.Errorf("%s: %s came at %s, the second time", s.Zone, c, got)
				}
				checkReached(t, s, c, got)
				n++
			}
			if after > before {
				gaps++
			} else {
				folds++
			}
		}
	}
	t.Logf("%d times around %d gaps and %d folds of %d zones", n, gaps, folds, len(civiltest.Sites()))
}

// checkReached checks that c is reached at its instant, and not before.
func checkReached(t *testing.T, s civiltest.Site, c Time, at time.Time) {
	t.Helper()
	cal := Calendar{Zone: s.Zone}
	if r := cal.Reached(at.Unix()); r < c {
		t.Errorf("%s: at %s only %s is reached, not %s", s.Zone, at, r, c)
	}
	if r := cal.Reached(at.Unix() - 1); r >= c {
		t.Errorf("%s: before %s already %s is reached", s.Zone, at, r)
	}
}

// TestInIsTheFirstInstant compares with asking every minute.
func TestInIsTheFirstInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := civiltest.DrawSite(t)
		c := Of(civiltest.DrawInstant(t, s, "time")) + Time(rapid.IntRange(-3*Hour, 3*Hour).Draw(t, "beside"))
		c -= c % Minute
		if got, want := c.In(s.Zone), slowIn(c, s.Zone); !got.Equal(want) {
			t.Fatalf("%s in %s = %s, want %s", c, s.Zone, got, want)
		}
	})
}

// TestReachedIsTheOtherWay checks the law that both directions of a calendar keep, and that what is remembered from earlier
// calls changes nothing.
func TestReachedIsTheOtherWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := civiltest.DrawSite(t)
		used := Calendar{Zone: s.Zone}
		for range 20 {
			u := civiltest.DrawInstant(t, s, "instant").Unix()
			fresh := Calendar{Zone: s.Zone}
			c := fresh.Reached(u) + Time(rapid.IntRange(-3*Hour, 3*Hour).Draw(t, "beside"))
			if (used.instant(c) <= u) != (used.Reached(u) >= c) {
				t.Fatalf("%s: %s comes at %d, and at %d is reached %s", s.Zone, c, used.instant(c), u, used.Reached(u))
			}
			if a, b := used.instant(c), (&Calendar{Zone: s.Zone}).instant(c); a != b {
				t.Fatalf("%s: %s comes at %d with a used calendar, at %d with a new one", s.Zone, c, a, b)
			}
			if shown := Of(time.Unix(u, 0).In(s.Zone)); used.Reached(u) < shown {
				t.Fatalf("%s: at %d the clock shows %s and %s is reached", s.Zone, u, shown, used.Reached(u))
			}
		}
	})
}
