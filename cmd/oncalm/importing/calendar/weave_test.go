package calendar

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

// TestPauses: series that pause and meet others are one rotation for each time of the week, in which nobody's pause keeps others
// off call.
func TestPauses(t *testing.T) {
	uid := 0
	entry := func(who, begin, end, rule string) string {
		uid++
		return vevent(fmt.Sprint("UID:", uid), "SUMMARY:"+who, "DTSTART;TZID=Europe/Berlin:"+begin, "DTEND;TZID=Europe/Berlin:"+end, "RRULE:"+rule)
	}
	const two = "FREQ=WEEKLY;INTERVAL=2"
	weeks := entry("Ana", "20260105T090000", "20260109T170000", two) + entry("Bo", "20260112T090000", "20260116T170000", two)
	const workWeek = "\n        start: 2026-01-05T09:00\n        shift: 1w\n        only:\n" +
		"          - {days: \"mon\", from: \"09:00\", to: \"24:00\"}\n          - {days: \"tue-thu\", from: \"00:00\", to: \"24:00\"}\n          - {days: \"fri\", from: \"00:00\", to: \"17:00\"}\n"
	base := entry("Di", "20260105T090000", "20260112T090000", "FREQ=WEEKLY")
	for name, tt := range map[string]struct {
		text  string
		want  []string
		never string
	}{
		"work weeks by turns":          {weeks, []string{"people: [ana, bo]" + workWeek}, "# -"},
		"by days":                      {strings.ReplaceAll(weeks, two, "FREQ=DAILY;INTERVAL=14"), []string{"people: [ana, bo]" + workWeek}, "# -"},
		"a week of three is free":      {strings.ReplaceAll(weeks, two, "FREQ=WEEKLY;INTERVAL=3"), []string{"people: [ana, bo, nobody]" + workWeek, "s: there are pauses between the turns of ana and bo; they are nobody's turns here"}, "off call"},
		"one ends":                     {strings.Replace(weeks, two, two+";UNTIL=20260601T200000Z", 1), []string{"people: [[{person: ana, until: 2026-05-29T17:00}, {person: nobody, from: 2026-05-29T17:00}], bo]" + workWeek}, "off call"},
		"all end":                      {strings.ReplaceAll(weeks, two, two+";UNTIL=20260601T200000Z"), []string{"people: [{person: ana, until: 2026-06-05T17:00}, {person: bo, until: 2026-06-05T17:00}]"}, "# -"},
		"one comes later":              {weeks + entry("Cy", "20260406T090000", "20260410T170000", "FREQ=WEEKLY;INTERVAL=4"), []string{"[bo, {person: cy, from: 2026-04-06T09:00}]"}, "# -"},
		"another week":                 {weeks + entry("Cy", "20260420T100000", "20260420T120000", "FREQ=WEEKLY;INTERVAL=4"), []string{"people: [ana, bo, ana, [bo, {person: cy, from: 2026-04-20T09:00}]]", `only:` + "\n" + `          - {days: "mon", from: "10:00", to: "12:00"}`}, "# -"},
		"longer weeks of one":          {entry("Ana", "20260105T090000", "20260109T170000", two) + entry("Bo", "20260112T090000", "20260115T170000", two), []string{"people: [ana, bo]", "people: [ana, nobody]\n        start: 2026-01-05T09:00\n        shift: 1w\n        only:\n          - {days: \"thu\", from: \"17:00\", to: \"24:00\"}\n          - {days: \"fri\", from: \"00:00\", to: \"17:00\"}"}, "off call"},
		"above a rotation":             {base + entry("Ana", "20260106T180000", "20260106T220000", two), []string{"people: [[di, ana], di]\n        start: 2026-01-05T09:00\n        shift: 1w\n        only:\n          - {days: \"tue\", from: \"18:00\", to: \"22:00\"}\n"}, "# -"},
		"days by turns":                {entry("Ana", "20260105T090000", "20260105T170000", "FREQ=DAILY;INTERVAL=2") + entry("Bo", "20260106T090000", "20260106T170000", "FREQ=DAILY;INTERVAL=2"), []string{"people: [ana, bo]\n        start: 2026-01-05T09:00\n        shift: 1d\n        only:\n          - {days: \"mon-sun\", from: \"09:00\", to: \"17:00\"}"}, "# -"},
		"each second day":              {entry("Ana", "20260105T090000", "20260105T170000", "FREQ=DAILY;INTERVAL=2"), []string{"people: [ana, nobody]\n        start: 2026-01-05T09:00\n        shift: 1d\n        only:"}, "left out"},
		"each second work week":        {entry("Ana", "20260105T090000", "20260109T170000", "FREQ=DAILY;INTERVAL=14"), []string{"people: [ana, nobody]" + workWeek}, "left out"},
		"ten days of each four weeks":  {entry("Ana", "20260105T090000", "20260115T090000", "FREQ=WEEKLY;INTERVAL=4"), []string{"people: [ana, ana, nobody, nobody]", "people: [ana, nobody, nobody, nobody]"}, "left out"},
		"nights over the end of weeks": {entry("Ana", "20260104T220000", "20260105T060000", two) + entry("Bo", "20260111T220000", "20260112T060000", two) + entry("Di", "20260105T080000", "20260106T080000", "FREQ=WEEKLY;BYDAY=MO,SU"), []string{"people: [[ana, di], [di, bo]]"}, "# -"},
		"days of the week":             {entry("Ana", "20260105T090000", "20260105T170000", two+";BYDAY=MO,WE") + entry("Bo", "20260114T090000", "20260114T170000", two+";BYDAY=MO,WE"), []string{"people: [ana, bo]", "{days: \"mon,wed\", from: \"09:00\", to: \"17:00\"}"}, "# -"},
		"some days to come":            {weeks + entry("Cy", "20260401T090000", "20260402T090000", "FREQ=DAILY;COUNT=5"), []string{"people: [ana, bo]" + workWeek, "people: [{person: cy, until: 2026-04-06T09:00}]\n        start: 2026-04-01T09:00", "rotation (ana, bo) and rotation-2 (cy) overlap, first at 2026-04-01 09:00"}, "nobody"},
		"hours of each week":           {base + entry("Ana", "20260106T180000", "20260106T220000", "FREQ=WEEKLY") + entry("Bo", "20260108T180000", "20260108T220000", "FREQ=WEEKLY"), []string{"people: [[di, ana]]", "people: [[di, bo]]"}, "nobody"},
		"two weeks of four":            {entry("Ana", "20260105T090000", "20260119T090000", "FREQ=WEEKLY;INTERVAL=4") + entry("Bo", "20260119T090000", "20260130T170000", "FREQ=WEEKLY;INTERVAL=4"), []string{"people: [ana, ana, bo, bo]", "people: [ana, ana, bo, nobody]"}, "off call"},
		"too many turns":               {base + entry("Ana", "20260106T180000", "20260106T220000", "FREQ=WEEKLY;INTERVAL=401"), []string{"nobody's turn in ana keeps di off call, whom a lower layer has then"}, ""},
		"above a lower level": {
			strings.ReplaceAll(base, "SUMMARY:", "SUMMARY:[L0] ") + strings.ReplaceAll(entry("Ana", "20260106T180000", "20260106T220000", two), "SUMMARY:", "SUMMARY:[L1] "),
			[]string{"people: [di]\n        start: 2026-01-05T09:00\n        shift: 1w\n      - name: rotation-2\n        people: [ana, di]\n        start: 2026-01-05T09:00\n        shift: 1w\n        only:\n          - {days: \"tue\", from: \"18:00\", to: \"22:00\"}"}, "# -",
		},
		"above a lower level, and ending": {
			strings.ReplaceAll(base, "SUMMARY:", "SUMMARY:[L0] ") + strings.ReplaceAll(entry("Ana", "20260106T180000", "20260106T220000", two+";UNTIL=20261231T220000Z"), "SUMMARY:", "SUMMARY:[L1] "),
			[]string{"s: at 2026-03-10 18:00 nobody's turn in ana keeps di off call, whom a lower layer has then", "s: nobody's turns in ana do so "}, "",
		},
		"between two levels": {
			strings.ReplaceAll(base, "SUMMARY:", "SUMMARY:[L0] ") + strings.ReplaceAll(entry("Ana", "20260106T180000", "20260106T220000", two), "SUMMARY:", "SUMMARY:[L2] ") +
				strings.ReplaceAll(entry("Bo", "20260106T200000", "20260107T080000", "FREQ=WEEKLY"), "SUMMARY:", "SUMMARY:[L1] ") + strings.ReplaceAll(entry("Cy", "20260108T200000", "20260109T080000", "FREQ=WEEKLY"), "SUMMARY:", "SUMMARY:[L2] "),
			[]string{"people: [ana, di]", "people: [ana, bo]", "people: [bo]", "people: [di]", "people: [cy]"}, "# -",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := planned(berlin(tt.text))
			plantest.Look(t, got, tt.want, tt.never)
			if strings.Contains(got, "compare them") && !strings.Contains(got, "off call") {
				t.Errorf("it is not as the calendar says:\n%s", got)
			}
		})
	}
}
