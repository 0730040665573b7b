package review

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// How long a review may take: three days after the worst incidents, holidays or not, and five working days after the others.
const (
	worst = 3 * 24 * time.Hour
	days  = 5
)

// A Calendar says which days are working days: by its schedule those of the week that are no holidays there. The zero value has no
// holidays, and is in UTC.
type Calendar struct{ Schedule rotations.Schedule }

// calendarOf is that of a service: that of the first schedule that its policy pages.
func calendarOf(p paging.Policy, book *overrides.Book) Calendar {
	for _, step := range p.Steps {
		for _, target := range step.Page {
			if name, ok := target.Schedule(); ok && book != nil {
				return Calendar{book.Schedules[name]}
			}
		}
	}
	return Calendar{}
}

// in is a time on the clock of the calendar.
func (c Calendar) in(t time.Time) time.Time {
	if c.Schedule.Zone != nil {
		return t.In(c.Schedule.Zone)
	}
	return t.UTC()
}

// works reports whether the day of t, as its own clock has it, is a working day.
func (c Calendar) works(t time.Time) bool {
	_, holiday := c.Schedule.Holiday(civil.Of(t))
	return !holiday && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// before is the last working day before the day of t. In a month there is one: else there are none at all.
func (c Calendar) before(t time.Time) time.Time {
	const most = 31
	for range most {
		if t = t.AddDate(0, 0, -1); c.works(t) {
			break
		}
	}
	return t
}

// Due is by when a postmortem is to be reviewed, of an incident that was so bad.
func (c Calendar) Due(severity string, from time.Time) time.Time {
	if severity == incidents.Sev1 {
		return from.Add(worst).UTC()
	}
	const most = 366 // of holidays alone
	t := c.in(from)
	for n, tried := 0, 0; n < days && tried < most; tried++ {
		if t = t.AddDate(0, 0, 1); c.works(t) {
			n++
		}
	}
	return t.UTC()
}

// Reminds reports whether somebody is reminded on a day of what is due then: on the working day before, on the day, on the first
// working day after it, and on each Monday from then on. now and due are on the clock of whoever is reminded.
func (c Calendar) Reminds(due, now time.Time) bool {
	if !c.works(now) {
		return false
	}
	date := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch today, day := date(now), date(due); {
	case today == day:
		return true
	case today < day:
		return date(c.before(due)) == today
	default:
		return date(c.before(now)) <= day || now.Weekday() == time.Monday
	}
}

// A Rule says how bad an incident has to be to get a postmortem without that somebody asks for it: the severities. Nil says nothing;
// without any, there is none.
type Rule []string

// Rules are that for all incidents, and those of single services.
type Rules struct {
	All      Rule
	Services map[string]Rule
}

// Of reports whether an incident of a service gets a postmortem, and whether anything is said about that.
func (r Rules) Of(service, severity string) (wanted, said bool) {
	rule := r.Services[service]
	if rule == nil {
		rule = r.All
	}
	return slices.Contains(rule, severity), rule != nil
}
