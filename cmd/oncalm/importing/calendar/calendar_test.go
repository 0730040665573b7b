package calendar

import (
	"strings"
	_ "time/tzdata"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

var now = plantest.Now()

// carried is what becomes of a calendar.
func carried(text string) (*plan.Plan, error) {
	return plantest.Carried(now, func(p *plan.Plan) error { return Read(p, "x", []byte(text)) })
}

// planned is a plan as it is written, or why there is none.
func planned(text string) string { return plantest.Said(carried(text)) }

// called is a calendar that is called s.
func called(entries ...string) string {
	return "BEGIN:VCALENDAR\nX-WR-CALNAME:s\n" + strings.Join(entries, "") + "END:VCALENDAR\n"
}

// berlin is a calendar in Berlin.
func berlin(entries ...string) string {
	return called("X-WR-TIMEZONE:Europe/Berlin\n", strings.Join(entries, ""))
}

// vevent is an entry.
func vevent(lines ...string) string {
	return "BEGIN:VEVENT\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\n"
}
