package calendar

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

// zoned is a description of a time zone as calendar programs write it.
func zoned(id, standard, daylight, autumn, spring string) string {
	return "BEGIN:VTIMEZONE\nTZID:" + id + "\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:" + daylight + "\nTZOFFSETTO:" + standard +
		"\nRRULE:FREQ=YEARLY;BYDAY=" + autumn + "\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:" + standard + "\nTZOFFSETTO:" + daylight +
		"\nRRULE:FREQ=YEARLY;BYDAY=" + spring + "\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
}

// TestKinds carries over what calendar programs write, each in its own way.
func TestKinds(t *testing.T) {
	const weekly, two = "RRULE:FREQ=WEEKLY", "RRULE:FREQ=WEEKLY;INTERVAL=2"
	at := func(day string) string { return "DTSTART;TZID=Europe/Berlin:" + day + "T090000" }
	lasts := "DURATION:P7D"
	ana := vevent("UID:a", "SUMMARY:Ana", at("20260105"), lasts, two)
	bo := vevent("UID:b", "SUMMARY:Bo", at("20260112"), lasts, two)
	for name, c := range map[string]struct {
		text  string
		want  []string // parts of the plan
		never []string // what must not be there
	}{
		"an occurrence of somebody else": {
			ana + bo + vevent("UID:a", "SUMMARY:Cy", "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000", at("20260316"), lasts),
			[]string{"people: [ana, bo]", "{person: cy, from: 2026-03-16T09:00, to: 2026-03-23T09:00}"}, []string{"# -"},
		},
		"its begin in another form": {
			ana + bo + vevent("UID:a", "SUMMARY:Cy", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260316T080000Z", "DTEND:20260323T080000Z"),
			[]string{"{person: cy, from: 2026-03-16T09:00, to: 2026-03-23T09:00}"}, []string{"# -"},
		},
		"a cancelled one": {
			ana + bo + vevent("UID:a", "SUMMARY:Ana", "STATUS:CANCELLED", "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000", at("20260316"), lasts),
			[]string{"{person: nobody, from: 2026-03-16T09:00, to: 2026-03-23T09:00}", "at 2026-03-16 09:00 the shift of ana is cancelled or moved there, and nobody is on call"}, nil,
		},
		"one that is taken out": {
			strings.Replace(ana, two, two+"\nEXDATE;TZID=Europe/Berlin:20260316T090000,20260330T090000", 1) + bo,
			[]string{"{person: nobody, from: 2026-03-16T09:00, to: 2026-03-23T09:00}", "{person: nobody, from: 2026-03-30T09:00, to: 2026-04-06T09:00}"}, nil,
		},
		"days that are taken out": {
			vevent("UID:a", "SUMMARY:Ana", "DTSTART;VALUE=DATE:20260105", lasts, two, "EXDATE;VALUE=DATE:20260316") + vevent("UID:b", "SUMMARY:Bo", "DTSTART;VALUE=DATE:20260112", lasts, two),
			[]string{"start: 2026-01-05T00:00", "{person: nobody, from: 2026-03-16T00:00, to: 2026-03-23T00:00}"}, nil,
		},
		"an exception of nothing": {
			ana + bo + vevent("UID:a", "SUMMARY:Cy", "RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000", at("20260317"), lasts),
			[]string{`the entry "Cy" replaces the occurrence at 2026-03-17 09:00 of the series of ana, which has none then`}, []string{"person: cy"},
		},
		"from then on somebody else": {
			ana + bo + vevent("UID:a", "SUMMARY:Cy", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260316T090000", at("20260316"), lasts),
			[]string{"people: [[{person: ana, until: 2026-03-16T09:00}, {person: cy, from: 2026-03-16T09:00}], bo]"}, []string{"# -"},
		},
		"one more": {
			strings.Replace(ana, two, two+"\nRDATE;TZID=Europe/Berlin:20260309T090000", 1) + bo,
			[]string{"at 2026-03-09 09:00 bo and ana are on call there; here only bo stands in"}, nil,
		},
		"a series in UTC": {
			vevent("UID:a", "SUMMARY:Ana", "DTSTART:20260105T080000Z", lasts, two) + vevent("UID:b", "SUMMARY:Bo", "DTSTART:20260112T080000Z", lasts, two),
			[]string{"zone: UTC", "start: 2026-01-05T08:00"}, []string{"# -"},
		},
		"a series of another zone": {
			strings.ReplaceAll(ana+bo, "Europe/Berlin", "America/New_York"), []string{"zone: America/New_York", "start: 2026-01-05T09:00"}, []string{"# -"},
		},
		"series of two zones": {
			ana + bo + vevent("UID:c", "SUMMARY:Cy", "DTSTART;TZID=America/New_York:20260110T090000", "DURATION:PT2H", weekly),
			[]string{"zone: Europe/Berlin", "the series of cy is in the zone America/New_York; in Europe/Berlin its handoffs are right only until the clocks change on 2026-03-0"}, nil,
		},
		"a zone of Windows": {strings.ReplaceAll(ana+bo, "TZID=Europe/Berlin", `TZID="W. Europe Standard Time"`), []string{"zone: Europe/Berlin"}, []string{"# -"}},
		"a zone with a path": {
			strings.ReplaceAll(ana+bo, "TZID=Europe/Berlin", "TZID=/example.org/20260101/America/New_York"), []string{"zone: America/New_York"}, []string{"# -"},
		},
		"a zone of one's own": {
			zoned("Customized Time Zone", "-0500", "-0400", "1SU;BYMONTH=11", "2SU;BYMONTH=3") + strings.ReplaceAll(ana+bo, "Europe/Berlin", "Customized Time Zone"),
			[]string{"zone: America/New_York"}, []string{"# -"},
		},
		"a zone of Windows with other rules": {
			zoned("W. Europe Standard Time", "+0200", "+0300", "-1SU;BYMONTH=10", "-1SU;BYMONTH=3") + strings.ReplaceAll(ana+bo, "Europe/Berlin", "W. Europe Standard Time"),
			[]string{"zone: "}, []string{"zone: Europe/Berlin"},
		},
		"levels": {
			strings.ReplaceAll(ana+bo, "SUMMARY:", "SUMMARY:[l0] ") + vevent("UID:c", "SUMMARY:[L2] ANA@example.com", "DTSTART;TZID=Europe/Berlin:20260103T090000", "DURATION:P1D", weekly) +
				vevent("UID:d", "SUMMARY:[L1] bo@example.org", "DTSTART;TZID=Europe/Berlin:20260102T090000", "DURATION:P3D", weekly),
			[]string{"people: [ana, bo]", "- name: bo", "- name: ana"}, []string{"l0", "overlap", "ana-2", "bo-2"},
		},
		"last name, first name": {
			strings.ReplaceAll(ana, "SUMMARY:Ana", `SUMMARY:Example\, Ana`) + strings.ReplaceAll(bo, "SUMMARY:Bo", `SUMMARY:Sample\, Bo`), []string{"people: [example-ana, sample-bo]"}, []string{"# -"},
		},
		"two people": {strings.ReplaceAll(ana, "SUMMARY:Ana", `SUMMARY:Ana, Cy`) + bo, []string{"people: [[ana, cy], bo]"}, []string{"# -"}},
		"two people who are alone elsewhere": {
			strings.ReplaceAll(ana, "SUMMARY:Ana", `SUMMARY:Bo\, Cy`) + bo + vevent("UID:c", "SUMMARY:Cy", at("20260402"), "DURATION:PT2H"), []string{"people: [[bo, cy], bo]"}, nil,
		},
		"who attends": {
			vevent("UID:a", "SUMMARY:Duty", "ATTENDEE;CN=\"Example, Ana\":mailto:ana@example.com", "ATTENDEE;CUTYPE=ROOM;CN=Room 1:mailto:room@example.com", at("20260105"), lasts, two) +
				vevent("UID:b", "SUMMARY:Duty", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo.sample@\n example.com", "ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com", at("20260112"), lasts, two),
			[]string{"people: [example-ana, bo-sample]"}, []string{"# -", "duty"},
		},
		"nobody can be seen": {strings.ReplaceAll(ana+bo, "SUMMARY:Ana", "SUMMARY:Bo"), []string{`all entries are called "Bo": who has which shift cannot be seen`}, nil},
		"a day of Exchange": {
			ana + bo + vevent("UID:c", "SUMMARY:Cy", "DTSTART;TZID=Europe/Berlin:20260401T000000", "DTEND;TZID=Europe/Berlin:20260402T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"),
			[]string{"{person: cy, from: 2026-04-01T00:00, to: 2026-04-02T00:00}"}, []string{"# -"},
		},
		"a series without a length": {
			ana + bo + vevent("UID:c", "SUMMARY:Cy", "DTSTART:20261025T003000Z", "DTEND:20261025T013000Z", weekly) +
				vevent("UID:d", "SUMMARY:Di", "DTSTART;TZID=Europe/Berlin:20261025T023000", "DTEND:20261025T013000Z", weekly),
			[]string{"the series of di at 2026-10-25 02:30 has no length by the clock, and is left out"}, nil,
		},
		"nobody is named": {ana + bo + vevent("UID:c", at("20260401"), lasts), []string{"the entry at 2026-04-01 09:00 names nobody, and is left out"}, nil},
		"a rule that layers cannot express": {
			ana + bo + vevent("UID:c", "SUMMARY:Cy", at("20260401"), "DURATION:PT2H", "RRULE:FREQ=MONTHLY;BYDAY=1WE", "EXDATE;TZID=Europe/Berlin:20260501T090000"),
			[]string{"the series of cy from 2026-04-01 09:00 is monthly, which layers cannot express, and is left out"}, []string{"person: cy"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plantest.Look(t, planned(berlin(c.text)), c.want, c.never...)
		})
	}
}

// TestNothingLeft: where all is over or cannot be carried over that is said, in one line.
func TestNothingLeft(t *testing.T) {
	for text, want := range map[string]string{
		vevent("SUMMARY:Ana", "DTSTART:20250105T090000Z", "DTEND:20250106T090000Z"):                                            "there is nothing to import: s: the entry of ana from 2025-01-05 09:00 is over, and left out",
		vevent("SUMMARY:Ana", "DTSTART:20250105T090000Z", "DTEND:20250106T090000Z", "RRULE:FREQ=DAILY;UNTIL=20250301T000000Z"): "there is nothing to import: s: the entry of ana from 2025-01-05 09:00 is over, and left out",
		vevent("SUMMARY:Ana", "STATUS:CANCELLED", "DTSTART:20260405T090000Z", "DTEND:20260406T090000Z"):                        `there is nothing to import: s: the entry "Ana" at 2026-04-05 09:00 is cancelled there, and left out`,
	} {
		_, err := carried(called(text))
		if !errors.Is(err, plan.ErrOver) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v instead of %s", err, want)
		}
	}
}

// TestHostileCalendars: whatever a calendar has in it, it is read or refused at once.
func TestHostileCalendars(t *testing.T) {
	const head = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:s\r\n"
	many := func(n int, one string) string { return strings.Repeat(one, n) }
	for name, c := range map[string]struct{ text, want string }{
		"deep":               {head + many(6000, "BEGIN:VEVENT\r\n"), "nested more than 5 deep"},
		"parameters":         {head + "BEGIN:VEVENT\r\nSUMMARY;X=" + many(40000, "a,") + ":x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "more than 8 KiB of parameters"},
		"a long line":        {head + "BEGIN:VEVENT\r\nSUMMARY:" + many(200_000, "x\r\n ") + "\r\n", ""},
		"a longer line":      {head + "X:" + many(300_000, "x"), "is longer than 256 KiB"},
		"many entries":       {head + many(30_000, "BEGIN:VEVENT\r\nEND:VEVENT\r\n") + "END:VCALENDAR\r\n", "more than 20000 components"},
		"many series":        {head + many(800, vevent("SUMMARY:a", "DTSTART:20260105T090000Z", "DURATION:P1D", "RRULE:FREQ=WEEKLY")) + "END:VCALENDAR\r\n", "more than 400 series"},
		"ten thousand years": {head + vevent("SUMMARY:a", "DTSTART:00010101T000000Z", "DTEND:99990101T000000Z", "RRULE:FREQ=DAILY") + "END:VCALENDAR\r\n", ""},
		"many times":         {head + vevent("SUMMARY:a", "DTSTART:20260105T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=2000000000") + "END:VCALENDAR\r\n", ""},
		"many pauses":        {head + many(150, vevent("SUMMARY:a", "DTSTART:20260105T090000Z", "DURATION:PT20H", "RRULE:FREQ=DAILY;INTERVAL=143")) + many(50, vevent("SUMMARY:[L1] b", "DTSTART:20260106T090000Z", "DURATION:PT9H", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR,SA,SU")) + "END:VCALENDAR\r\n", ""},
		"many turns":         {head + vevent("SUMMARY:a", "DTSTART:20260105T090000Z", "DURATION:PT20H", "RRULE:FREQ=DAILY;INTERVAL=11") + vevent("SUMMARY:b", "DTSTART:20260106T090000Z", "DURATION:PT9H", "RRULE:FREQ=WEEKLY;INTERVAL=13;BYDAY=MO,TU,WE,TH,FR,SA,SU") + "END:VCALENDAR\r\n", ""},
		"many single ones":   {head + vevent("SUMMARY:[L1] a", "DTSTART:20260105T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY") + many(3000, vevent("SUMMARY:[L0] b", "DTSTART:20260406T090000Z", "DURATION:P900D")) + "END:VCALENDAR\r\n", ""},
		"many exceptions":    {head + vevent("SUMMARY:a", "DTSTART:20260105T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY", many(5000, "EXDATE:20260405T090000Z\r\n")+"X:y") + "END:VCALENDAR\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, err := carried(c.text)
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("that took %v", took)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v instead of %q", err, c.want)
			}
		})
	}
}
