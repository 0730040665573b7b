package calendar

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
)

// A repeating is an entry of a calendar that comes again, in UTC.
type repeating struct {
	who, begin string
	length     time.Duration
	rule       string
	// The same as the rule says.
	every time.Duration
	days  string // of the week, if not all
	last  string // when it begins last, at the latest
}

func (e repeating) ics() string {
	begin := stamped(e.begin)
	const form = "20060102T150405Z"
	return vevent("UID:"+e.who, "SUMMARY:"+e.who, "DTSTART:"+begin.Format(form),
		"DTEND:"+begin.Add(e.length).Format(form), "RRULE:"+e.rule)
}

// on reports whether the entry is there at a time, counted one by one.
func (e repeating) on(at time.Time) bool {
	for begin := stamped(e.begin); !begin.After(at) && !begin.After(stamped(e.last)); begin = begin.Add(e.every) {
		if at.Before(begin.Add(e.length)) && (e.days == "" || strings.Contains(e.days, begin.Format("Mon"))) {
			return true
		}
	}
	return false
}

func stamped(s string) time.Time {
	at, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		panic(err)
	}
	return at
}

// TestEnds holds that series end when they do in the calendar: with the last that begins in time, and not before that is over.
func TestEnds(t *testing.T) {
	const hours, days, weeks = time.Hour, wall.Day * time.Second, wall.Week * time.Second
	tests := []struct {
		name    string
		entries []repeating
		want    string // of the people
	}{
		{"a day too early", []repeating{{"ana", "2026-01-05T09:00", weeks, "FREQ=WEEKLY;UNTIL=20260601T085959Z", weeks, "", "2026-06-01T08:59"}}, "{person: ana, until: 2026-06-01T09:00}"},
		{"just in time", []repeating{{"ana", "2026-01-05T09:00", weeks, "FREQ=WEEKLY;UNTIL=20260601T090000Z", weeks, "", "2026-06-01T09:00"}}, "{person: ana, until: 2026-06-08T09:00}"},
		{"without a zone", []repeating{{"ana", "2026-01-05T09:00", weeks, "FREQ=WEEKLY;UNTIL=20260601T090000", weeks, "", "2026-06-01T09:00"}}, "{person: ana, until: 2026-06-08T09:00}"},
		{"some hours of each day", []repeating{{"ana", "2026-01-05T20:00", 10 * hours, "FREQ=DAILY;UNTIL=20260601T195900Z", days, "", "2026-06-01T19:59"}}, "{person: ana, until: 2026-06-01T06:00}"},
		{"some days", []repeating{{"ana", "2026-01-06T18:00", 4 * hours, "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20260507T180000Z", days, "Tue Thu", "2026-05-07T18:00"}}, "{person: ana, until: 2026-05-07T22:00}"},
		{"between some days", []repeating{{"ana", "2026-01-06T18:00", 4 * hours, "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20260507T175959Z", days, "Tue Thu", "2026-05-07T17:59"}}, "{person: ana, until: 2026-05-06T22:00}"},
		{"two that take turns", []repeating{
			{"ana", "2026-01-05T09:00", weeks, "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260601T090000Z", 2 * weeks, "", "2026-06-01T09:00"},
			{"bo", "2026-01-12T09:00", weeks, "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260601T090000Z", 2 * weeks, "", "2026-06-01T09:00"},
		}, "{person: ana, until: 2026-06-08T09:00}, {person: bo, until: 2026-06-08T09:00}"},
		{"a midnight, by its date", []repeating{{"ana", "2026-01-05T00:00", days, "FREQ=DAILY;UNTIL=20260601", days, "", "2026-06-01T00:00"}}, "{person: ana, until: 2026-06-02T00:00}"},
		{"not over, since the last is not", []repeating{{"ana", "2026-01-05T09:00", weeks, "FREQ=WEEKLY;UNTIL=20260226T090000Z", weeks, "", "2026-02-26T09:00"}}, "{person: ana, until: 2026-03-02T09:00}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var entries []string
			for _, e := range tt.entries {
				entries = append(entries, e.ics())
			}
			p, err := carried(called(entries...))
			if err != nil {
				t.Fatal(err)
			}
			s := p.Schedules[0]
			for at := now; at.Before(now.AddDate(0, 6, 0)); at = at.Add(time.Hour) {
				var want []string
				for _, e := range tt.entries {
					if e.on(at) {
						want = append(want, e.who)
					}
				}
				if got := plan.List(s.OnCall(at, nil)); got != plan.List(want) {
					t.Fatalf("at %s: %s, want %s\n%s", at, got, plan.List(want), p.YAML())
				}
			}
			if want := "people: [" + tt.want + "]"; !strings.Contains(string(p.YAML()), want) || len(p.Notes) > 0 {
				t.Errorf("%s is not there:\n%s", want, p.YAML())
			}
		})
	}
}

// TestEndsApart holds that of several who take turns one may end before the others, or come later; that a mere date is all of
// that day; and that an end which cannot be read is noted.
func TestEndsApart(t *testing.T) {
	const weeks = wall.Week * time.Second
	bo := repeating{who: "bo", begin: "2026-01-12T09:00", length: weeks, rule: "FREQ=WEEKLY;INTERVAL=2"}
	for rule, want := range map[string]string{
		"FREQ=WEEKLY;INTERVAL=2;UNTIL=20260601T090000Z": "people: [[{person: ana, until: 2026-06-01T09:00}, {person: nobody, from: 2026-06-01T09:00}], bo]",
		"FREQ=WEEKLY;INTERVAL=2;UNTIL=20260608":         "people: [[{person: ana, until: 2026-06-15T09:00}, {person: nobody, from: 2026-06-15T09:00}], bo]",
		"FREQ=WEEKLY;INTERVAL=2;COUNT=5":                "people: [[{person: ana, until: 2026-03-09T09:00}, {person: nobody, from: 2026-03-09T09:00}], bo]",
		"FREQ=WEEKLY;INTERVAL=2;UNTIL=SUMMER":           "s: the series of ana ends at SUMMER there; take it out then",
		"FREQ=WEEKLY;INTERVAL=2;UNTIL=20260201T090000Z": "s: the entry of ana from 2026-01-05 09:00 is over, and left out",
		"FREQ=MONTHLY;UNTIL=20260201T090000Z":           "s: the entry of ana from 2026-01-05 09:00 is over, and left out",
		"FREQ=MONTHLY":                                  "s: the series of ana from 2026-01-05 09:00 is monthly, which layers cannot express, and is left out",
	} {
		ana := repeating{who: "ana", begin: "2026-01-05T09:00", length: weeks, rule: rule}
		plantest.Look(t, planned(called(ana.ics(), bo.ics())), []string{want})
	}
}
