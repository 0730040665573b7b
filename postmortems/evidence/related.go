package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// Alike is how alike the words of two incidents are that are called related for that alone: of those that are, three of four are the
// same trouble (see package likeness).
const Alike = 0.15

// Alarms are those that fired in the incident, and Things what had been changed before it, each once.
func (r *Reading) Alarms() (alarms []past.Alarm, things []past.Thing) {
	for _, e := range r.Events {
		if a := incidents.AlarmIn(e.Body); a != nil && a.State == incidents.AlarmFiring {
			if one := past.AlarmOf(a); one.Name != "" && !slices.Contains(alarms, one) {
				alarms = append(alarms, one)
			}
		}
	}
	r.facts(func(_ incidents.Event, f response.Fact) {
		if c, ok := f.(response.Changed); ok && c.Thing != "" && c.Ago >= 0 {
			if t := (past.Thing{Account: c.Account, Region: c.Region, Name: c.Thing}); !slices.Contains(things, t) {
				things = append(things, t)
			}
		}
	})
	return alarms, things
}

// Related are earlier incidents that look like this one, the likest first, and how far they are known. What is in common is
// said as such, and nothing of causes.
func (r *Reading) Related(before []Earlier) (list []document.Related, told string) {
	type ranked struct {
		document.Related
		rank  int
		score float64
	}
	var all []ranked
	again := recurrence{own: r}
	alarms, things := r.Alarms()
	for _, p := range before {
		own := r.Incident
		if p.ID == own.ID || !p.Opened.Before(own.Opened) || p.Opened.Before(own.Opened.Add(-RelatedWithin)) {
			continue
		}
		one := ranked{Related: document.Related{
			ID: p.ID, Title: wording.Clean(p.Title), Severity: wording.Clean(p.Severity), Opened: p.Opened.UTC(),
			Resolved: utc(p.Resolved), Helped: helpedBy(&p.Case), Left: leftOf(&p.Case),
		}, score: p.Score}
		one.Why, one.rank = common(&own, p, alarms, things)
		if one.Why == "" {
			continue
		}
		all = append(all, one)
		if one.rank == sameAlarm {
			again.take(p.Case)
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.score, a.score), b.Opened.Compare(a.Opened),
			cmp.Compare(a.ID, b.ID))
	})
	for _, one := range all[:min(len(all), mostRelated)] {
		list = append(list, one.Related)
	}
	switch {
	case before == nil:
		told = "Earlier incidents were not looked for."
	case len(all) == 0:
		told = fmt.Sprintf("None of the same title or service is known from the %d days before.",
			int(RelatedWithin.Hours())/24)
	case len(all) > len(list):
		told = fmt.Sprintf("There were %d; these are the likest %d.", len(all), len(list))
	}
	return list, strings.TrimSpace(again.says() + " " + told)
}

// The ranks of what incidents can have in common, the most telling first.
const (
	sameAlarm = iota
	sameTitle
	likeTitle
	sameChange
	sameWords
	sameService
)

// common says what an earlier incident has in common with this one; empty if nothing.
func common(own *incidents.Incident, p Earlier, alarms []past.Alarm, things []past.Thing) (why string, rank int) {
	for _, a := range p.Alarms {
		if slices.Contains(alarms, a) {
			return "the same alarm", sameAlarm
		}
	}
	switch {
	case p.Title == own.Title && p.Service == own.Service:
		return "the same title and service", sameTitle
	case p.Title == own.Title:
		return "the same title", likeTitle
	}
	for _, t := range p.Things {
		if slices.Contains(things, t) {
			return "changed before both: " + wording.Clean(t.Name), sameChange
		}
	}
	if p.Score >= Alike {
		return "words: " + wording.Clean(strings.Join(p.Words, ", ")), sameWords
	}
	if p.Service == own.Service && p.Service != "" {
		return "the same service", sameService
	}
	return "", 0
}

// helpedBy says which rollback helped; empty if none is known to have.
func helpedBy(c *past.Case) string {
	if c.Helped == nil {
		return ""
	}
	s := "the rollback of " + wording.Clean(c.Helped.Target)
	if c.Helped.Took != nil {
		s += ", in " + wording.Took(document.Length(*c.Helped.Took))
	}
	return s
}

// leftOf says how the action items of an incident stand; empty if it has none.
func leftOf(c *past.Case) string {
	switch {
	case c.Actions == 0:
		return ""
	case c.OpenActions > 0:
		return fmt.Sprintf("%d of %d open", c.OpenActions, c.Actions)
	}
	return text.Count(c.Actions, "closed", "closed") + " by " + c.Closed.UTC().Format(wording.LayoutDay)
}

// A recurrence is how often the alarm of an incident had fired before.
type recurrence struct {
	own            *Reading
	times, passing int
	asked          []string // incidents whose action items raise a question
}

func (a *recurrence) take(c past.Case) {
	a.times++
	if c.Passing() {
		a.passing++
	}
	if c.Reopens(a.own.Incident.Opened) {
		a.asked = append(a.asked, c.ID)
	}
}

// says is a sentence or two; empty if the alarm had never fired.
func (a *recurrence) says() string {
	if a.times == 0 {
		return ""
	}
	s := fmt.Sprintf("The alarm had fired %s in the %d days before", wording.Times(a.times), int(RelatedWithin.Hours())/24)
	if a.passing > 0 {
		s += fmt.Sprintf(", %d of them over by themselves in under %s", a.passing, wording.Took(past.Soon))
	}
	s += "."
	if len(a.asked) > 0 {
		slices.SortFunc(a.asked, func(x, y string) int { return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) })
		s += " It fired again although there are action items since " + one(len(a.asked)) + " " + text.List(a.asked, "and") +
			": do they suffice, and are they done?"
	}
	return s
}

func one(n int) string {
	if n == 1 {
		return "incident"
	}
	return "incidents"
}
