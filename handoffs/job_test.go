package handoffs_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/rotationstest"
)

// TestJobsAgreeWithShifts holds that a job at a time of the day comes at the instant at which a shift would begin that has that
// time, whatever the clocks of the zone do on that day.
func TestJobsAgreeWithShifts(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut",
		"Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Antarctica/Troll",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rotationstest.Zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		day := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 30*365).Draw(t, "day"))
		if rapid.Bool().Draw(t, "a day on which clocks change") {
			if _, end := day.In(zone).ZoneBounds(); !end.IsZero() {
				day = time.Date(end.Year(), end.Month(), end.Day(), 0, 0, 0, 0, time.UTC)
			}
		}
		clock := day.Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute)
		want := civil.Of(clock).In(zone)
		j := outbox.Job{Name: "daily", Zone: zone, Times: clock.Format("4 15 2 1") + " *"}
		got, err := j.Next(want.Add(-time.Minute))
		if err != nil || !got.Equal(want) {
			t.Fatalf("a job at %s comes at %s, and a shift would begin at %s: %v", clock.Format("2006-01-02T15:04"), got, want, err)
		}
	})
}
