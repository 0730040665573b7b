package respond

import (
	"strings"
	"testing"
	"time"
)

// TestAffected: the times of an impact stand in front of it or behind it; what is no time stays text.
func TestAffected(t *testing.T) {
	now := time.Date(2026, 3, 11, 15, 0, 0, 0, time.UTC)
	for said, want := range map[string]string{
		"from 14:02 to 14:40 nobody can pay":        "14:02 14:40 nobody can pay",
		"nobody can pay from 14:02 to 14:40":        "14:02 14:40 nobody can pay",
		"nobody can pay, from 14:02 until 14:40.":   "14:02 14:40 nobody can pay",
		"nobody can pay since 14:02":                "14:02 - nobody can pay",
		"nobody can pay until 14:40":                "- 14:40 nobody can pay",
		"since 14:02 nobody can pay":                "14:02 - nobody can pay",
		"nobody can pay from yesterday 23:50":       "23:50 - nobody can pay",
		"from what we see nobody can pay":           "- - from what we see nobody can pay",
		"it fell from 30 to 14:40":                  "- - it fell from 30 to 14:40",
		"nobody can pay from 14:02 to 14:40 at all": "- - nobody can pay from 14:02 to 14:40 at all",
		"people leave from tomorrow":                "- - people leave from tomorrow",
		"from 14:02":                                "14:02 - ",
		"nobody can pay from today 23:59":           "today 23:59 is still to come",
		"since":                                     "- - since",
		"":                                          "- - ",
	} {
		f, rest, unclear := affected(said, now, time.UTC)
		at := func(when time.Time) string {
			if when.IsZero() {
				return "-"
			}
			return when.Format("15:04")
		}
		got := at(f.From) + " " + at(f.To) + " " + rest
		if unclear != "" {
			got = unclear
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
		if unclear == "" && !strings.Contains(said, rest) {
			t.Errorf("%q became %q", said, rest)
		}
	}
}
