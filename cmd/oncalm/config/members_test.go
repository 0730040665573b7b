package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

const memberText = `
people: {ana: {slack: U0ANA}, bo: {slack: U0BO}, cy: {slack: U0CY}}
schedules:
  payments:
    zone: Europe/Berlin
    holidays: [days.ics, 2026-12-24, 2026-12-25]
    layers:
      - name: primary
        people: [ana, nobody, {person: bo, until: 2026-06-01}, [cy, {person: bo, from: 2026-03-01T09:00}]]
        start: 2026-01-05T09:00
        shift: 1w
        holidays: except
        shadow: [cy, {person: bo, from: 2026-02-01, until: 2026-03-01}]
    overrides:
      - {person: nobody, for: ana, from: 2026-02-01T09:00, to: 2026-02-02T09:00}
`

const days = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//holidays//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20200101T000000Z
DTSTART;VALUE=DATE:20241225
DTEND;VALUE=DATE:20241227
RRULE:FREQ=YEARLY;COUNT=3
SUMMARY:Christmas\, two days
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20200101T000000Z
DTSTART;VALUE=DATE:20240229
RRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20330101;BYMONTH=2;BYMONTHDAY=29
SUMMARY:Leap day
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTAMP:20200101T000000Z
DTSTART;VALUE=DATE:20260501
STATUS:CANCELLED
SUMMARY:May Day
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTAMP:20200101T000000Z
DTSTART;TZID="W. Europe Standard Time":20260601T000000
DTEND;TZID="W. Europe Standard Time":20260603T000000
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
SUMMARY:Summer days
END:VEVENT
BEGIN:VEVENT
UID:5
DTSTAMP:20200101T000000Z
DTSTART;TZID=Europe/Berlin:20260701T090000
DTEND;TZID=Europe/Berlin:20260701T100000
SUMMARY:A meeting
END:VEVENT
END:VCALENDAR
`

func TestMembersAndHolidays(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "days.ics"), []byte(strings.ReplaceAll(days, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, problems := config.Parse(filepath.Join(dir, "oncalm.yaml"), []byte(memberText), environment(""), now)
	if p := problems.In(config.Sections(), "schedules").Errors(); len(p) > 0 {
		t.Fatal(p)
	}
	civil := func(s string) civil.Time {
		c, err := civil.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	s := c.Schedules["payments"]
	var found []string
	for _, h := range s.Holidays {
		found = append(found, h.Date.String()[:10]+" "+h.Name)
	}
	const christmas = "Christmas, two days"
	want := []string{
		"2024-02-29 Leap day", "2024-12-25 " + christmas, "2024-12-26 " + christmas, "2025-12-25 " + christmas, "2025-12-26 " + christmas,
		"2026-06-01 Summer days", "2026-06-02 Summer days", "2026-12-24 ", "2026-12-25 " + christmas, "2026-12-26 " + christmas, "2028-02-29 Leap day", "2032-02-29 Leap day",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("holidays (-want +got):\n%s", diff)
	}
	l := s.Layers[0]
	none := rotations.Term{}
	terms := [][]rotations.Term{{none}, {none}, {{Until: civil("2026-06-01T00:00")}}, {none, {From: civil("2026-03-01T09:00")}}}
	if diff := cmp.Diff(terms, l.Terms); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"ana"}, {"nobody"}, {"bo"}, {"cy", "bo"}}, l.People); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	shadows := []rotations.Shadow{{Person: "cy"}, {Person: "bo", Term: rotations.Term{From: civil("2026-02-01T00:00"), Until: civil("2026-03-01T00:00")}}}
	if diff := cmp.Diff(shadows, l.Shadows); diff != "" {
		t.Errorf("shadows (-want +got):\n%s", diff)
	}
	if l.Holidays != rotations.HolidaysExcept || c.Planned["payments"][0].Person != rotations.Nobody {
		t.Errorf("%q, %+v", l.Holidays, c.Planned["payments"])
	}
}
