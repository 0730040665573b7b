package calendar

import (
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

// TestLevels: of those who are on call by a calendar at one time, those of the highest level are, whether that recurs or not.
func TestLevels(t *testing.T) {
	const weekly = "RRULE:FREQ=WEEKLY"
	entry := func(title, begin, end string, more ...string) string {
		return vevent(append([]string{"UID:" + title + begin, "SUMMARY:" + title, "DTSTART;TZID=Europe/Berlin:" + begin, "DTEND;TZID=Europe/Berlin:" + end}, more...)...)
	}
	ana := entry("[L1] Ana", "20260105T090000", "20260112T090000", weekly)
	nights := entry("[L1] Ana", "20260105T200000", "20260106T080000", weekly)
	for name, tt := range map[string]struct {
		text  string
		want  []string
		never string
	}{
		"a single one below":         {ana + entry("[L0] Cy", "20260405T200000", "20260406T070000"), []string{"s: the shift of cy from 2026-04-05 20:00 is of a lower level than that of ana then, and is left out"}, "person: cy"},
		"a single one above":         {ana + entry("[L2] Cy", "20260405T200000", "20260406T070000"), []string{"{person: cy, from: 2026-04-05T20:00, to: 2026-04-06T07:00}"}, "# -"},
		"a single one beside":        {ana + entry("[L1] Cy", "20260405T200000", "20260406T070000"), []string{"s: at 2026-04-05 20:00 ana and cy are on call there, by shifts of one level; here only cy is", "{person: cy, from: 2026-04-05T20:00, to: 2026-04-06T07:00}"}, ""},
		"a single one without level": {strings.ReplaceAll(ana, "[L1] ", "") + entry("Cy", "20260405T200000", "20260406T070000"), []string{"{person: cy, from: 2026-04-05T20:00, to: 2026-04-06T07:00}"}, "# -"},
		"partly below": {nights + entry("[L0] Cy", "20260405T200000", "20260407T200000"), []string{
			"{person: cy, from: 2026-04-05T20:00, to: 2026-04-06T20:00}", "{person: cy, from: 2026-04-07T08:00, to: 2026-04-07T20:00}",
			"s: the shift of cy from 2026-04-05 20:00 is of a lower level than that of ana, and counts only where nobody of these is on call",
		}, "compare them"},
		"below one that is cancelled": {
			strings.Replace(ana, weekly, weekly+"\nEXDATE;TZID=Europe/Berlin:20260330T090000", 1) + entry("[L0] Cy", "20260405T200000", "20260406T070000"),
			[]string{"{person: nobody, from: 2026-03-30T09:00, to: 2026-04-05T20:00}", "{person: cy, from: 2026-04-05T20:00, to: 2026-04-06T07:00}", "{person: nobody, from: 2026-04-06T07:00, to: 2026-04-06T09:00}"}, "compare them",
		},
		"the higher of two single ones": {
			ana + entry("[L3] Bo", "20260405T200000", "20260406T070000") + entry("[L2] Cy", "20260405T220000", "20260406T090000"),
			[]string{"{person: cy, from: 2026-04-05T22:00, to: 2026-04-06T09:00}\n      - {person: bo, from: 2026-04-05T20:00"}, "# -",
		},
		"a single one beneath another": {
			ana + entry("[L3] Bo", "20260405T200000", "20260406T070000") + entry("[L2] Cy", "20260405T220000", "20260406T060000"),
			[]string{"s: the shift of cy from 2026-04-05 22:00 is of a lower level than that of bo then"}, "",
		},
		"two single ones": {
			ana + entry("[L2] Bo", "20260405T200000", "20260406T070000") + entry("[L2] Cy", "20260405T200000", "20260406T070000"),
			[]string{"s: at 2026-04-05 20:00 the entries of bo and cy are both there; here only cy stands in"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			plantest.Look(t, planned(berlin(tt.text)), tt.want, tt.never)
		})
	}
}

// TestVersions: of an entry the newest version counts, and what of its rules and zones cannot be read is named.
func TestVersions(t *testing.T) {
	const two = "RRULE:FREQ=WEEKLY;INTERVAL=2"
	entry := func(uid, who, day string, more ...string) string {
		return vevent(append([]string{"UID:" + uid, "SUMMARY:" + who, "DTSTART;TZID=Europe/Berlin:" + day + "T090000", "DURATION:P7D"}, more...)...)
	}
	bo := entry("b", "Bo", "20260112", two)
	floating := strings.ReplaceAll(vevent("UID:a", "SUMMARY:Ana", "DTSTART:20260105T090000", "DURATION:P7D", "RRULE:FREQ=WEEKLY"), "\n", "\r\n")
	for name, tt := range map[string]struct {
		text  string
		want  []string
		never string
	}{
		"a newer series":      {entry("a", "Ana", "20260105", two, "SEQUENCE:1") + entry("a", "Cy", "20260105", two, "SEQUENCE:3") + bo, []string{"people: [cy, bo]", `s: the entry "Ana" at 2026-01-05 09:00 has a newer version there (3 instead of 1), which counts here`}, "ana:"},
		"the newer one first": {entry("a", "Cy", "20260105", two, "SEQUENCE:3") + entry("a", "Ana", "20260105", two) + bo, []string{"people: [cy, bo]"}, "ana:"},
		"a newer occurrence": {
			entry("a", "Ana", "20260105", two) + bo + entry("a", "Di", "20260316", "SEQUENCE:2", "RECURRENCE-ID:20260316T080000Z") + entry("a", "Cy", "20260316", "SEQUENCE:1", "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000"),
			[]string{"{person: di, from: 2026-03-16T09:00, to: 2026-03-23T09:00}", `s: the entry "Cy" at 2026-03-16 09:00 has a newer version there`}, "person: cy",
		},
		"cancelled by a newer one": {
			entry("a", "Ana", "20260105", two, "SEQUENCE:1") + entry("a", "Ana", "20260105", two, "SEQUENCE:2", "STATUS:CANCELLED") + bo,
			[]string{"people: [bo, nobody]", `s: the entry "Ana" at 2026-01-05 09:00 is cancelled there, and left out`}, "ana:",
		},
		"an occurrence of nothing": {
			entry("a", "Ana", "20260105", two) + bo + entry("z", "Cy", "20260316", "RECURRENCE-ID:20260316T080000Z", "STATUS:CANCELLED"),
			[]string{`s: the entry "Cy" at 2026-03-16 09:00 is cancelled there, and left out`}, "is over",
		},
		"a second rule": {entry("a", "Ana", "20260105", two, "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "EXRULE:FREQ=MONTHLY") + bo, []string{
			"s: the series of ana from 2026-01-05 09:00 has a second rule, which is left out: RRULE FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "which is left out: EXRULE FREQ=MONTHLY", "people: [ana, bo]",
		}, ""},
		"no zone":                {floating, []string{`s: the calendar names no time zone, and neither does the entry "Ana" at 2026-01-05 09:00; such times are read as UTC`}, ""},
		"days without a zone":    {strings.Replace(floating, "20260105T090000", "20260105", 1), []string{`neither does the entry "Ana" at 2026-01-05 00:00; such times are read as UTC`}, ""},
		"no zone but beside one": {floating + entry("b", "Bo", "20260403"), []string{`neither does the entry "Ana" at 2026-01-05 09:00; such times are read as Europe/Berlin`}, ""},
		"a zone of the calendar": {"X-WR-TIMEZONE:Europe/Berlin\n" + floating, []string{"people: [ana]"}, "# -"},
		"all in UTC":             {strings.Replace(floating, "090000", "090000Z", 1), []string{"people: [ana]"}, "# -"},
	} {
		t.Run(name, func(t *testing.T) {
			plantest.Look(t, planned(called(tt.text)), tt.want, tt.never)
		})
	}
}
