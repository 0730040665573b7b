package outbox_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func zoneOf(t rapid.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
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
			j := outbox.Job{Name: "job", Zone: zoneOf(t, tt.zone), Times: tt.times}
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
		j := outbox.Job{
			Name: "daily", Zone: zoneOf(t, rapid.SampledFrom(zones).Draw(t, "zone")),
			Times: time.Date(0, 1, 1, hour, minute, 0, 0, time.UTC).Format("4 15") + " * * *",
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0,
			time.UTC).Add(time.Duration(rapid.Int64Range(0, 365*24*3600).Draw(t, "at")) * time.Second)
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
		j := outbox.Job{Name: "job", Zone: time.UTC, Times: times}
		if next, err := j.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
			t.Errorf("%q comes at %s", times, next)
		}
	}
}

// TestPlan holds what a job enqueues: its next run, once; and if that has come before its time, by a clock that was ahead, the one
// after it.
func TestPlan(t *testing.T) {
	j := outbox.Job{Name: "sweep", Kind: "a", Lane: outbox.Errands, Zone: time.UTC, Times: "17 3 * * *"}
	s := storetest.Memory()
	owed := func(now string, want ...string) {
		t.Helper()
		must(t, storetest.Twice(s), func(tx store.Tx) error { return outbox.In(tx, at(t, now)).Plan(j) })
		var got []string
		for key := range storetest.Content(t, s) {
			if entry, ok := strings.CutPrefix(key, "outbox/due/errands/"); ok {
				got = append(got, entry)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", now, diff)
		}
	}
	done := func(key string) {
		t.Helper()
		must(t, s, func(tx store.Tx) error {
			e, ok := outbox.In(tx, at(t, "2026-11-29T12:00:00Z")).Get(key)
			if !ok {
				t.Fatalf("there is no %s", key)
			}
			due, _ := outbox.Places(e)
			tx.Delete(due)
			e.Done = at(t, "2026-11-29T12:00:00Z")
			val, err := json.Marshal(e)
			tx.Put(outbox.EntryPrefix+key, val)
			return err
		})
	}
	owed("2026-11-29T12:00:00Z", "20261130T031700.000000000/sweep/2026-11-30T03:17:00Z")
	owed("2026-11-29T13:00:00Z", "20261130T031700.000000000/sweep/2026-11-30T03:17:00Z")
	done("sweep/2026-11-30T03:17:00Z")
	owed("2026-11-29T14:00:00Z", "20261201T031700.000000000/sweep/2026-12-01T03:17:00Z")
	owed("2026-11-30T04:00:00Z", "20261201T031700.000000000/sweep/2026-12-01T03:17:00Z")
	done("sweep/2026-12-01T03:17:00Z")
	owed("2026-12-09T04:00:00Z", "20261210T031700.000000000/sweep/2026-12-10T03:17:00Z")
}
