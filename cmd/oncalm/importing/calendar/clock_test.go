package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// of is a calendar in Berlin of one entry.
func of(lines ...string) string {
	return berlin(vevent(append([]string{"UID:1", "SUMMARY:ana"}, lines...)...))
}

// TestDurations holds that entries may say how long they last instead of when they end: days are those of the calendar, also
// when the clocks change, and hours are exact.
func TestDurations(t *testing.T) {
	const none = `s: the entry "ana" has no begin or no end, and is left out`
	for _, tt := range []struct{ start, lasts, want string }{
		{";TZID=Europe/Berlin:20260328T090000", "P7D", "to: 2026-04-04T09:00"},
		{";TZID=Europe/Berlin:20260328T090000", "P2W", "to: 2026-04-11T09:00"},
		{";TZID=Europe/Berlin:20260328T200000", "PT12H", "to: 2026-03-29T09:00"},
		{";TZID=Europe/Berlin:20260328T090000", "P1DT12H", "to: 2026-03-29T21:00"},
		{";TZID=Europe/Berlin:20260328T090000", "+PT1H30M0S", "to: 2026-03-28T10:30"},
		{":20260328T080000Z", "P1D", "to: 2026-03-29T10:00"},
		{";VALUE=DATE:20260328", "P7D", "to: 2026-04-04T00:00"},
		{";TZID=Europe/Berlin:20260328T090000", "-P1D", none},
		{";TZID=Europe/Berlin:20260328T090000", "PT0S", none},
		{";TZID=Europe/Berlin:20260328T090000", "P", none},
		{";TZID=Europe/Berlin:20260328T090000", "a week", none},
		{";VALUE=DATE:20260328", "a week", none},
	} {
		p, err := carried(of("DTSTART"+tt.start, "DURATION:"+tt.lasts))
		got := fmt.Sprint(err)
		if err == nil {
			got = string(p.YAML()) + strings.Join(p.Notes, "\n")
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s, %s: no %s in\n%s", tt.start, tt.lasts, tt.want, got)
		}
	}
}

// TestIntervals holds that a series which comes again after no number of weeks is not taken for one of each week.
func TestIntervals(t *testing.T) {
	for _, interval := range []string{"0", "-2", "99999999999999999999", "", "two"} {
		_, err := carried(of("DTSTART:20260302T090000", "DTEND:20260309T090000", "RRULE:FREQ=WEEKLY;INTERVAL="+interval))
		want := "s: the series of ana from 2026-03-02 09:00 has INTERVAL=" + strings.ToUpper(interval) + ", which layers cannot express, and is left out"
		if !errors.Is(err, plan.ErrOver) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", interval, err)
		}
	}
}

// TestUnknownZone: that a zone is unknown is said once.
func TestUnknownZone(t *testing.T) {
	text := strings.ReplaceAll(of("DTSTART;TZID=Europe/Berlin:20260302T090000", "DTEND;TZID=Europe/Berlin:20260309T090000", "RRULE:FREQ=WEEKLY"), "Europe/Berlin", "Mars/North")
	p, err := carried(text)
	if err != nil {
		t.Fatal(err)
	}
	if want := `s: its time zone "Mars/North" is unknown; UTC is used`; strings.Join(p.Notes, "\n") != want {
		t.Errorf("%q", p.Notes)
	}
}

// TestTimesWithoutZone holds that times which name no zone, or an unknown one, are on the schedule's wall clock, wherever the
// machine stands.
func TestTimesWithoutZone(t *testing.T) {
	local := time.Local
	defer func() { time.Local = local }() //nolint:gosmopolitan // that it does not matter is what is tested
	time.Local = time.FixedZone("elsewhere", -5*3600)
	for param, note := range map[string]string{
		"":                                "",
		";TZID=Europe/Berlin":             "",
		";TZID=W. Europe Standard Time":   "",
		`;TZID="W. Europe Standard Time"`: "",
		";TZID=Mars/North":                `s: the time zone "Mars/North" is unknown; times in it are read as Europe/Berlin`,
	} {
		p, err := carried(of("DTSTART"+param+":20260302T090000", "DTEND"+param+":20260309T090000", "RRULE:FREQ=WEEKLY"))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(p.YAML()); !strings.Contains(got, "start: 2026-03-02T09:00\n") || strings.Join(p.Notes, "; ") != note {
			t.Errorf("%q:\n%s", param, got)
		}
	}
}
