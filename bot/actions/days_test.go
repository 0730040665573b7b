package actions

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// TestNext: three days before, on the day, each week after; at nine where the owner lives, on working days.
func TestNext(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	when := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct{ due, after, want string }{
		{"2026-03-26 23:59", "2026-03-11 14:02", "2026-03-23 09:00"}, // Thursday: the Monday before
		{"2026-03-26 23:59", "2026-03-23 09:00", "2026-03-26 09:00"},
		{"2026-03-26 23:59", "2026-03-25 12:00", "2026-03-26 09:00"}, // planned the day before
		{"2026-03-26 23:59", "2026-03-26 09:00", "2026-04-02 09:00"}, // over the change of the clocks
		{"2026-03-26 23:59", "2026-04-02 09:00", "2026-04-09 09:00"},
		{"2026-03-29 23:59", "2026-03-11 14:02", "2026-03-26 09:00"}, // Sunday, on which the clocks change
		{"2026-03-29 23:59", "2026-03-26 09:00", "2026-03-27 09:00"}, // the Friday before
		{"2026-03-29 23:59", "2026-03-27 09:00", "2026-04-06 09:00"}, // the Monday after the Sunday after
		{"2026-03-29 23:59", "2026-04-06 09:00", "2026-04-13 09:00"},
		{"2025-03-26 23:59", "2026-04-01 12:00", "2026-04-08 09:00"}, // late by a year
	} {
		if got := Next(when(tt.due), when(tt.after), berlin); !got.Equal(when(tt.want)) {
			t.Errorf("due %s, after %s: %s, want %s", tt.due, tt.after, got, tt.want)
		}
	}
}

// TestNextIsByDay: whatever is due when and where, the next reminder is at nine on a working day, soon, and after the last one.
func TestNextIsByDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu",
			"Pacific/Apia", "Australia/Lord_Howe"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		due := from.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "due")) * time.Minute)
		after := from.Add(time.Duration(rapid.IntRange(0, 800*24*60).Draw(t, "after")) * time.Minute)
		for range 4 {
			next := Next(due, after, zone)
			if l := next.In(zone); l.Hour() != nine || l.Minute() != 0 || weekend(l) || !next.After(after) {
				t.Fatalf("due %s, after %s: %s", due, after, l)
			}
			if late := after.After(due); late && next.Sub(after) > 11*24*time.Hour {
				t.Fatalf("due %s, after %s: not before %s", due, after, next)
			}
			if wait := Awake(next, zone); wait != 0 {
				t.Fatalf("%s is night", next)
			}
			after = next
		}
		if wait := Awake(after.Add(13*time.Hour), zone); wait < 10*time.Hour || wait > 4*24*time.Hour {
			t.Fatalf("after %s one waits for %s", after.Add(13*time.Hour), wait)
		}
	})
}

func TestFirst(t *testing.T) {
	for day, want := range map[string]bool{"2026-04-01": true, "2026-04-02": false, "2026-03-01": false, "2026-03-02": true,
		"2026-08-01": false, "2026-08-03": true} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := first(at); got != want {
			t.Errorf("%s: %v", day, got)
		}
	}
}
