package handoffs_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations/rotationstest"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestJobsOverClockChanges holds that a job is neither skipped nor done twice where cron alone would do either.
func TestJobsOverClockChanges(t *testing.T) {
	tests := []struct {
		name, zone, times, after string
		want                     []string
	}{
		{"02:30 is skipped", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"02:30 comes twice", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"between the two", "Europe/Berlin", "30 2 * * *", "2026-10-25T00:45:00Z", []string{"2026-10-26T01:30:00Z"}},
		{"midnight is skipped", "America/Santiago", "0 0 * * *", "2026-09-05T12:00:00Z", []string{"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
		{"a weekly one in a gap", "Europe/Berlin", "30 2 * * 0", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-04-05T00:30:00Z"}},
		{"a day is skipped", "Pacific/Apia", "0 9 * * *", "2011-12-29T20:00:00Z", []string{"2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"}},
		{"monday at nine", "Europe/Berlin", "0 9 * * 1", "2026-10-25T12:00:00Z", []string{"2026-10-26T08:00:00Z", "2026-11-02T08:00:00Z"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := handoffs.Job{Name: "job", Zone: rotationstest.Zone(tt.zone), Times: tt.times}
			now := at(t, tt.after)
			var got []string
			for range tt.want {
				next, err := j.Next(now)
				if err != nil {
					t.Fatal(err)
				}
				got, now = append(got, next.UTC().Format(time.RFC3339)), next
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

// TestJobsGoForward holds that the next time is after the last, and that no day is left out in any zone.
func TestJobsGoForward(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut",
		"Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Chatham",
	}
	rapid.Check(t, func(t *rapid.T) {
		hour, minute := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		j := handoffs.Job{
			Name: "daily", Zone: rotationstest.Zone(rapid.SampledFrom(zones).Draw(t, "zone")),
			Times: time.Date(0, 1, 1, hour, minute, 0, 0, time.UTC).Format("4 15") + " * * *",
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 365*24*3600).Draw(t, "at")) * time.Second)
		for range 5 {
			next, err := j.Next(now)
			if err != nil {
				t.Fatal(err)
			}
			if d := next.Sub(now); d <= 0 || d > 26*time.Hour {
				t.Fatalf("after %s comes %s", now, next)
			}
			now = next
		}
	})
}

func TestJobsThatNeverCome(t *testing.T) {
	for _, times := range []string{"", "0 9 31 2 *", "soon"} {
		j := handoffs.Job{Name: "job", Zone: time.UTC, Times: times}
		if next, err := j.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
			t.Errorf("%q comes at %s", times, next)
		}
	}
}
