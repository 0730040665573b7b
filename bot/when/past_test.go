package when

import (
	"testing"
	"time"
)

func TestPast(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 11, 15, 30, 0, 0, berlin) // a Wednesday
	for _, tt := range []struct {
		said, at, text string
	}{
		{"14:02 rolled back to 41", "2026-03-11T14:02:00+01:00", "rolled back to 41"},
		{"14:02:30, rolled back", "2026-03-11T14:02:30+01:00", "rolled back"},
		{"at 9:05 the first call", "2026-03-11T09:05:00+01:00", "the first call"},
		{"2:02pm – rolled back", "2026-03-11T14:02:00+01:00", "rolled back"},
		{"12:10 am disk full", "2026-03-11T00:10:00+01:00", "disk full"},
		{"yesterday 23:50 the first call", "2026-03-10T23:50:00+01:00", "the first call"},
		{"Yesterday at 23:50: the first call", "2026-03-10T23:50:00+01:00", "the first call"},
		{"23:50 the first call", "2026-03-10T23:50:00+01:00", "the first call"},
		{"mon 10:00 deployed", "2026-03-09T10:00:00+01:00", "deployed"},
		{"wednesday 16:00 deployed", "2026-03-04T16:00:00+01:00", "deployed"},
		{"2026-03-01 10:00 deployed", "2026-03-01T10:00:00+01:00", "deployed"},
		{"13:02 UTC rolled back", "2026-03-11T13:02:00Z", "rolled back"},
		{"13:02Z rolled back", "2026-03-11T13:02:00Z", "rolled back"},
		{"15:33 just now", "2026-03-11T15:30:00+01:00", "just now"}, // their clock is ahead of ours
		{"14:02", "2026-03-11T14:02:00+01:00", ""},
	} {
		p, read, err := Past(tt.said, now, berlin)
		if err != nil || !read || p.At.Format(time.RFC3339) != tt.at || p.Text != tt.text {
			t.Errorf("%q: %s %q %v %v, want %s %q", tt.said, p.At.Format(time.RFC3339), p.Text, read, err, tt.at, tt.text)
		}
		if !Timed(tt.said) {
			t.Errorf("%q has no time", tt.said)
		}
	}
	for _, said := range []string{
		"3 hosts are down", "25:02 is no time", "14:72 is none", "13:02pm is none", "yesterday we deployed", "ratio 14:02", "1402 rows",
		"sunny 10:00", "monkey 10:00", "10:1 is the ratio", "14:02x is an id", "", "2026-13-45 10:00",
	} {
		if p, read, err := Past(said, now, berlin); read || err != nil {
			t.Errorf("%q is read as %v (%v)", said, p, err)
		}
	}
	for _, said := range []string{"today 23:50 later", "2027-01-01 10:00 later"} {
		if _, read, err := Past(said, now, berlin); !read || err == nil {
			t.Errorf("%q: %v, want an error", said, err)
		}
	}
}

// TestPastAtClockChanges: what comes twice is the first, what does not come is what a clock shows next, and both are said.
func TestPastAtClockChanges(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{
		"2026-10-25 02:30 twice": "2026-10-25T02:30:00+02:00", "2026-03-29 02:30 never": "2026-03-29T03:00:00+02:00",
	} {
		p, read, err := Past(said, time.Date(2026, 11, 1, 0, 0, 0, 0, berlin), berlin)
		if err != nil || !read || p.At.Format(time.RFC3339) != want || p.Note == "" {
			t.Errorf("%q: %s, note %q, %v, want %s", said, p.At.Format(time.RFC3339), p.Note, err, want)
		}
	}
}
