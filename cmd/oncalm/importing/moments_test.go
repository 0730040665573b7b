package importing

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTimesWithoutZone holds that times which name no zone, or an unknown one, are on the schedule's wall clock, wherever the
// machine stands.
func TestTimesWithoutZone(t *testing.T) {
	local := time.Local
	defer func() { time.Local = local }() //nolint:gosmopolitan // that it does not matter is what is tested
	time.Local = time.FixedZone("elsewhere", -5*3600)
	for param, note := range map[string]string{
		"":                              "",
		";TZID=Europe/Berlin":           "",
		";TZID=W. Europe Standard Time": `s: the time zone "W. Europe Standard Time" is unknown; times in it are read as Europe/Berlin`,
	} {
		text := "BEGIN:VCALENDAR\r\nX-WR-CALNAME:s\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:ana\r\n" +
			fmt.Sprintf("DTSTART%s:20260302T090000\r\nDTEND%[1]s:20260309T090000\r\n", param) + "RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		p, err := Read([]File{{"x", []byte(text)}}, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(p.YAML()); !strings.Contains(got, "start: 2026-03-02T09:00\n") || strings.Join(p.Notes, "; ") != note {
			t.Errorf("%q:\n%s", param, got)
		}
	}
}
