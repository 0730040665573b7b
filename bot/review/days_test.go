package review

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t *testing.T, s string, zone *time.Location) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// easter are the holidays of that time in Berlin.
func easter(t *testing.T) Calendar {
	t.Helper()
	var all []rotations.Holiday
	for _, day := range []string{"2026-04-03", "2026-04-06", "2026-05-01"} {
		all = append(all, rotations.Holiday{Date: civil.Of(at(t, day+" 00:00", time.UTC))})
	}
	return Calendar{rotations.Schedule{Zone: berlin(t), Holidays: all}}
}

// TestDue: three days after the worst, five working days after the others, on the clock of the schedule and without its holidays.
func TestDue(t *testing.T) {
	zone := berlin(t)
	for _, tt := range []struct {
		c                    Calendar
		severity, from, want string
	}{
		{Calendar{}, incidents.Sev1, "2026-03-27 13:00", "2026-03-30 14:00"}, // the clocks change in between
		{Calendar{}, incidents.Sev2, "2026-03-30 13:00", "2026-04-06 13:00"},
		{easter(t), incidents.Sev2, "2026-03-30 13:00", "2026-04-08 13:00"},
		{easter(t), incidents.Sev2, "2026-03-28 13:00", "2026-04-07 13:00"}, // a Saturday
		{easter(t), incidents.Sev1, "2026-04-03 13:00", "2026-04-06 13:00"},
		{easter(t), incidents.Sev4, "2026-03-23 13:00", "2026-03-30 13:00"}, // the same time of day, though the clocks changed
	} {
		if got := tt.c.Due(tt.severity, at(t, tt.from, zone)); !got.Equal(at(t, tt.want, zone)) {
			t.Errorf("%s of %s is due %s, want %s", tt.severity, tt.from, got.In(zone), tt.want)
		}
	}
}

// TestReminds: on the working day before, on the day, on the working day after it, and each Monday then; on no holiday, nor on a weekend.
func TestReminds(t *testing.T) {
	zone := berlin(t)
	for _, tt := range []struct {
		due  string
		want []string
	}{
		{"2026-04-07 13:00", []string{"2026-04-02", "2026-04-07", "2026-04-08", "2026-04-13", "2026-04-20"}}, // after Easter
		{"2026-04-06 13:00", []string{"2026-04-02", "2026-04-07", "2026-04-13", "2026-04-20"}},               // on a holiday
		{"2026-04-11 13:00", []string{"2026-04-10", "2026-04-13", "2026-04-20"}},                             // on a Saturday
		{"2026-04-10 13:00", []string{"2026-04-09", "2026-04-10", "2026-04-13", "2026-04-20"}},
	} {
		var got []string
		for day := at(t, "2026-03-25 09:00", zone); day.Before(at(t, "2026-04-22 00:00", zone)); day = day.AddDate(0, 0, 1) {
			if easter(t).Reminds(at(t, tt.due, zone), day) {
				got = append(got, day.Format(time.DateOnly))
			}
		}
		if len(got) != len(tt.want) {
			t.Errorf("of what is due %s they are reminded on %q, want %q", tt.due, got, tt.want)
			continue
		}
		for n := range got {
			if got[n] != tt.want[n] {
				t.Errorf("of what is due %s they are reminded on %q, want %q", tt.due, got, tt.want)
			}
		}
	}
}
