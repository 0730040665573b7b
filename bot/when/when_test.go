package when_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/when"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// told is a span as people read it.
func told(s when.Span, err error) string {
	if err != nil {
		return "? " + err.Error()
	}
	const layout = "Mon 2006-01-02 15:04 -07:00"
	text := fmt.Sprintf("%s .. %s = %s", s.From.Format(layout), s.To.Format(layout), s.To.Sub(s.From))
	for _, n := range s.Notes {
		text += "; " + n
	}
	return text
}

func TestParse(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := time.Date(2026, 11, 25, 15, 30, 0, 0, berlin) // a Wednesday
	tests := []struct{ text, want string }{
		{"2h", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:30 +01:00 = 2h0m0s"},
		{"for 90m", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:00 +01:00 = 1h30m0s"},
		{"1h30m", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:00 +01:00 = 1h30m0s"},
		{"1.5h", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:00 +01:00 = 1h30m0s"},
		{"2 hours 15 minutes", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:45 +01:00 = 2h15m0s"},
		{"120 min", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:30 +01:00 = 2h0m0s"},
		{"1 day", "Wed 2026-11-25 15:30 +01:00 .. Thu 2026-11-26 15:30 +01:00 = 24h0m0s"},
		{"1w", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-12-02 15:30 +01:00 = 168h0m0s"},
		{"until 18:00", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 18:00 +01:00 = 2h30m0s"},
		{"UNTIL 6PM", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 18:00 +01:00 = 2h30m0s"},
		{"until 9", "Wed 2026-11-25 15:30 +01:00 .. Thu 2026-11-26 09:00 +01:00 = 17h30m0s"},
		{"..18.30", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 18:30 +01:00 = 3h0m0s"},
		{"until tomorrow 18:00", "Wed 2026-11-25 15:30 +01:00 .. Thu 2026-11-26 18:00 +01:00 = 26h30m0s"},
		{"until fri", "Wed 2026-11-25 15:30 +01:00 .. Sat 2026-11-28 00:00 +01:00 = 56h30m0s"},
		{"until midnight", "Wed 2026-11-25 15:30 +01:00 .. Thu 2026-11-26 00:00 +01:00 = 8h30m0s"},
		{"now..tomorrow noon", "Wed 2026-11-25 15:30 +01:00 .. Thu 2026-11-26 12:00 +01:00 = 20h30m0s"},
		{"fri 9-17", "Fri 2026-11-27 09:00 +01:00 .. Fri 2026-11-27 17:00 +01:00 = 8h0m0s"},
		{"Friday 9:00–17:00", "Fri 2026-11-27 09:00 +01:00 .. Fri 2026-11-27 17:00 +01:00 = 8h0m0s"},
		{"9-17 fri", "Fri 2026-11-27 09:00 +01:00 .. Fri 2026-11-27 17:00 +01:00 = 8h0m0s"},
		{"from 9am to 5pm on friday", "Fri 2026-11-27 09:00 +01:00 .. Fri 2026-11-27 17:00 +01:00 = 8h0m0s"},
		{"9-17", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:00 +01:00 = 1h30m0s; it has already begun, so it counts from now on"},
		{"9-12", "Thu 2026-11-26 09:00 +01:00 .. Thu 2026-11-26 12:00 +01:00 = 3h0m0s"},
		{"tonight 22-6", "Wed 2026-11-25 22:00 +01:00 .. Thu 2026-11-26 06:00 +01:00 = 8h0m0s"},
		{"fri 18:00..sat 09:00", "Fri 2026-11-27 18:00 +01:00 .. Sat 2026-11-28 09:00 +01:00 = 15h0m0s"},
		{"fri 18:00…sat 09:00", "Fri 2026-11-27 18:00 +01:00 .. Sat 2026-11-28 09:00 +01:00 = 15h0m0s"},
		{"fri 18:00 to 09:00", "Fri 2026-11-27 18:00 +01:00 .. Sat 2026-11-28 09:00 +01:00 = 15h0m0s"},
		{"18:00..fri 09:00", "Wed 2026-11-25 18:00 +01:00 .. Fri 2026-11-27 09:00 +01:00 = 39h0m0s"},
		{"fri-sun", "Fri 2026-11-27 00:00 +01:00 .. Mon 2026-11-30 00:00 +01:00 = 72h0m0s"},
		{"fri 18:00 for 3h", "Fri 2026-11-27 18:00 +01:00 .. Fri 2026-11-27 21:00 +01:00 = 3h0m0s"},
		{"fri 18:00 + 2d", "Fri 2026-11-27 18:00 +01:00 .. Sun 2026-11-29 18:00 +01:00 = 48h0m0s"},
		{"wed 9-17", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 17:00 +01:00 = 1h30m0s; it has already begun, so it counts from now on"},
		{"wed 9-12", "Wed 2026-12-02 09:00 +01:00 .. Wed 2026-12-02 12:00 +01:00 = 3h0m0s"},
		{"tomorrow", "Thu 2026-11-26 00:00 +01:00 .. Fri 2026-11-27 00:00 +01:00 = 24h0m0s"},
		{"today", "Wed 2026-11-25 15:30 +01:00 .. Thu 2026-11-26 00:00 +01:00 = 8h30m0s; it has already begun, so it counts from now on"},
		{"next mon", "Mon 2026-11-30 00:00 +01:00 .. Tue 2026-12-01 00:00 +01:00 = 24h0m0s"},
		{"next wed", "Wed 2026-12-02 00:00 +01:00 .. Thu 2026-12-03 00:00 +01:00 = 24h0m0s"},
		{"2026-12-24 09:00..2026-12-27 09:00", "Thu 2026-12-24 09:00 +01:00 .. Sun 2026-12-27 09:00 +01:00 = 72h0m0s"},
		{"2026-12-24T09:00..2026-12-27T09:00", "Thu 2026-12-24 09:00 +01:00 .. Sun 2026-12-27 09:00 +01:00 = 72h0m0s"},
		{"2026-12-24T09:00Z..2026-12-24T09:00-05:00", "Thu 2026-12-24 10:00 +01:00 .. Thu 2026-12-24 15:00 +01:00 = 5h0m0s"},
		{"2026-12-24..2026-12-27", "Thu 2026-12-24 00:00 +01:00 .. Mon 2026-12-28 00:00 +01:00 = 96h0m0s"},
		{"24 dec..2 jan", "Thu 2026-12-24 00:00 +01:00 .. Sun 2027-01-03 00:00 +01:00 = 240h0m0s"},
		{"24-27 dec", "Thu 2026-12-24 00:00 +01:00 .. Mon 2026-12-28 00:00 +01:00 = 96h0m0s"},
		{"Dec 24 2027", "Fri 2027-12-24 00:00 +01:00 .. Sat 2027-12-25 00:00 +01:00 = 24h0m0s"},
		{"24th december, 18:00 for 4h", "Thu 2026-12-24 18:00 +01:00 .. Thu 2026-12-24 22:00 +01:00 = 4h0m0s"},
		{"29 feb", "Tue 2028-02-29 00:00 +01:00 .. Wed 2028-03-01 00:00 +01:00 = 24h0m0s"},
		{"3 mar", "Wed 2027-03-03 00:00 +01:00 .. Thu 2027-03-04 00:00 +01:00 = 24h0m0s"},

		{"", "? no time was given"},
		{"  ", "? no time was given"},
		{"frii 9-17", "? I do not understand “frii”"},
		{"fri 9-17 please", "? I do not understand “please”"},
		{"18:00", "? “18:00” is a moment: write “until 18:00”, or “18:00 for 2h”"},
		{"tomorrow 18:00", "? “tomorrow 18:00” is a moment: write “until tomorrow 18:00”, or “tomorrow 18:00 for 2h”"},
		{"fri 25:00..sat 09:00", "? I do not understand “25:00”"},
		{"fri 31..sat 9", "? “31” is not a time of day"},
		{"fri..", "? a day or a time of day is missing at the end"},
		{"until", "? a day or a time of day is missing at the end"},
		{"..", "? a day or a time of day is missing at the end"},
		{"next 18:00", "? “next” goes with a day of the week, such as next mon"},
		{"2026-02-30", "? I do not understand “2026-02-30”"},
		{"2026-12-27..2026-12-24", "? that would end before it begins: Sun 27 Dec 2026 00:00 .. Fri 25 Dec 2026 00:00"},
		{"2025-12-24 09:00..2025-12-27 09:00", "? that is over: it ended Sat 27 Dec 2025 09:00"},
		{"today 9-12", "? that is over: it ended Wed 25 Nov 2026 12:00"},
		{"0h", "? I do not understand “0h”"},
		{"99999999999h", "? I do not understand “99999999999h”"},
		{"2h tomorrow", "? I do not understand “tomorrow” after a length"},
		{"mon-fri 9-17", "? I do not understand “-” there"},
		{strings.Repeat("fri ", 80), "? that is too long for a time"},
	}
	for _, tt := range tests {
		if got := told(when.Parse(tt.text, now, berlin)); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestClockChanges holds what happens to times of day that are skipped or repeated, and to lengths across them.
func TestClockChanges(t *testing.T) {
	tests := []struct{ zone, now, text, want string }{
		{"Europe/Berlin", "2026-03-28T12:00:00+01:00", "sun 02:30..04:00", "Sun 2026-03-29 03:00 +02:00 .. Sun 2026-03-29 04:00 +02:00 = 1h0m0s; 2026-03-29 02:30 is skipped there by a clock change; 03:00 counts"},
		{"Europe/Berlin", "2026-03-28T12:00:00+01:00", "1d", "Sat 2026-03-28 12:00 +01:00 .. Sun 2026-03-29 12:00 +02:00 = 23h0m0s"},
		{"Europe/Berlin", "2026-03-28T12:00:00+01:00", "24h", "Sat 2026-03-28 12:00 +01:00 .. Sun 2026-03-29 13:00 +02:00 = 24h0m0s"},
		{"Europe/Berlin", "2026-03-28T12:00:00+01:00", "sun", "Sun 2026-03-29 00:00 +01:00 .. Mon 2026-03-30 00:00 +02:00 = 23h0m0s"},
		{"Europe/Berlin", "2026-10-24T12:00:00+02:00", "sun 02:30..04:00", "Sun 2026-10-25 02:30 +02:00 .. Sun 2026-10-25 04:00 +01:00 = 2h30m0s; 2026-10-25 02:30 comes twice there because of a clock change; the first counts"},
		{"Europe/Berlin", "2026-10-24T12:00:00+02:00", "sun", "Sun 2026-10-25 00:00 +02:00 .. Mon 2026-10-26 00:00 +01:00 = 25h0m0s"},
		{"America/Santiago", "2026-09-05T12:00:00-04:00", "tomorrow", "Sun 2026-09-06 01:00 -03:00 .. Mon 2026-09-07 00:00 -03:00 = 23h0m0s; 2026-09-06 00:00 is skipped there by a clock change; 01:00 counts"},
		{"Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", "sun 02:15-03", "Sun 2026-10-04 02:30 +11:00 .. Sun 2026-10-04 03:00 +11:00 = 30m0s; 2026-10-04 02:15 is skipped there by a clock change; 02:30 counts"},
		{"Asia/Kathmandu", "2026-10-03T12:00:00+05:45", "until 18:00", "Sat 2026-10-03 12:00 +05:45 .. Sat 2026-10-03 18:00 +05:45 = 6h0m0s"},
	}
	for _, tt := range tests {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(when.Parse(tt.text, now, zone(t, tt.zone))); got != tt.want {
			t.Errorf("%s at %s, %q:\n got %s\nwant %s", tt.zone, tt.now, tt.text, got, tt.want)
		}
	}
}

func TestMoment(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := time.Date(2026, 11, 25, 15, 30, 0, 0, berlin)
	tests := []struct{ text, want string }{
		{"now", "Wed 2026-11-25 15:30 +01:00 .. Wed 2026-11-25 15:30 +01:00 = 0s"},
		{"18:00", "Wed 2026-11-25 18:00 +01:00 .. Wed 2026-11-25 18:00 +01:00 = 0s"},
		{"yesterday 03:00", "Tue 2026-11-24 03:00 +01:00 .. Tue 2026-11-24 03:00 +01:00 = 0s"},
		{"at fri 9", "Fri 2026-11-27 09:00 +01:00 .. Fri 2026-11-27 09:00 +01:00 = 0s"},
		{"2020-01-01 09:00", "Wed 2020-01-01 09:00 +01:00 .. Wed 2020-01-01 09:00 +01:00 = 0s"},
		{"2020-01-01", "Wed 2020-01-01 00:00 +01:00 .. Thu 2020-01-02 00:00 +01:00 = 24h0m0s"},
		{"mon", "Mon 2026-11-30 00:00 +01:00 .. Tue 2026-12-01 00:00 +01:00 = 24h0m0s"},
		{"mon..tue", "? I do not understand “..” there"},
		{"soon", "? I do not understand “soon”"},
		{"", "? no time was given"},
	}
	for _, tt := range tests {
		if got := told(when.Moment(tt.text, now, berlin)); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestForms holds that what is shown as an example is understood.
func TestForms(t *testing.T) {
	now := time.Date(2026, 11, 25, 15, 30, 0, 0, time.UTC)
	for _, text := range when.Forms() {
		if _, err := when.Parse(text, now, nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range append(when.Forms(), "24-27 dec", "next mon 9am..5 pm", "sun 02:30..+2d", "2026-12-24T09:00Z..", "until until", "1h30m 2 days") {
		f.Add(text, int64(1_795_000_000), uint8(0))
	}
	f.Add("29 feb 24:00", int64(1_774_746_000), uint8(1))
	zones := []string{"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}
	f.Fuzz(func(t *testing.T, text string, unix int64, z uint8) {
		now := time.Unix(min(max(unix, 0), 7_000_000_000), 0)
		in := zone(t, zones[int(z)%len(zones)])
		s, err := when.Parse(text, now, in)
		if err != nil {
			if !errors.Is(err, when.ErrUnclear) || err.Error() == "" {
				t.Fatalf("error %v", err)
			}
			return
		}
		if !s.From.Before(s.To) || s.From.Before(now) || !now.Before(s.To) {
			t.Fatalf("%q at %s: %s", text, now, told(s, nil))
		}
		if len(s.Notes) > 0 || s.From.Second() != 0 || s.To.Second() != 0 || s.To.Year() > 9999 {
			return
		}
		again, err := when.Parse(s.From.Format(time.RFC3339)+".."+s.To.Format(time.RFC3339), now, in)
		if err != nil {
			t.Fatalf("what was understood of %q is not understood: %v", text, err)
		}
		if diff := cmp.Diff(told(s, nil), told(again, nil)); diff != "" {
			t.Fatalf("%q said again (-first +again):\n%s", text, diff)
		}
	})
}
