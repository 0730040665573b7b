package policies

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
	"github.com/oncalm/oncalm/cmd/oncalm/config/zones"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// mostAcks is how many people can be asked to acknowledge.
const mostAcks = 10

// when reads the condition of a step.
func when(v reading.Value) *steps.When {
	w := &steps.When{}
	v.Mapping(
		reading.Key("severity", func(v reading.Value) {
			v.List("severities such as [sev1, sev2]", func(v reading.Value) {
				s, ok := severities.Read(v)
				switch {
				case ok && slices.Contains(w.Severity, s):
					v.Warnf("remove one", "severity lists %s twice", s)
				case ok:
					w.Severity = append(w.Severity, s)
				}
			})
		}),
		reading.Key("hours", func(v reading.Value) { w.Hours = hours(v) }),
	)
	if v.Kind() == reading.Mapping && !v.Faulty() && len(w.Severity) == 0 && w.Hours == nil {
		v.Errorf(`write {severity: [sev1]} or {hours: {zone: Europe/Berlin, from: "09:00", to: "17:00"}}, or leave when out`,
			"when says no condition")
	}
	return w
}

// hours reads a part of the week on the clock of a zone.
func hours(v reading.Value) *steps.Hours {
	h := &steps.Hours{}
	var days, from, to string
	v.Mapping(
		reading.Key("zone", func(v reading.Value) {
			if zone := zones.Read(v); zone != nil {
				h.Zone = zone.String()
			}
		}),
		reading.Key("days", parsing(&days, civil.ParseDays, "days such as mon-fri or sat,sun")),
		reading.Key("from", parsing(&from, civil.ParseClock, `a time of day in quotes, such as "09:00"`)),
		reading.Key("to", parsing(&to, civil.ParseClock, `a time of day in quotes, such as "17:00"`)),
	)
	if v.Kind() != reading.Mapping {
		return nil
	}
	if !v.Has("zone") {
		v.Errorf("add zone: on whose clock it is, such as Europe/Berlin", "the hours have no zone")
	}
	if v.Faulty() {
		return nil
	}
	w, err := rotations.ParseWindow(days, from, to)
	if err != nil {
		v.Errorf(`write such as {zone: Europe/Berlin, days: mon-fri, from: "09:00", to: "17:00"}`, "%v", err)
		return nil
	}
	h.Window = w
	return h
}

// parsing returns the reader of a text that has a form. It is kept as a text, since [rotations.ParseWindow] reads all parts together.
func parsing[T interface{ String() string }](to *string, parse func(string) (T, error),
	wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		t, err := parse(s)
		if err != nil {
			v.Errorf("expected "+wanted, "%s does not fit", reading.Quote(v.Text()))
			return
		}
		*to = t.String()
	}
}

// gaps warns of a severity and a time for which no step is, if there is no fallback either.
func (r *Reader) gaps(p paging.Policy, key reading.Value) {
	conditional := func(s paging.Step) bool { return s.When != nil }
	if r.reachable(p.Fallback) || !slices.ContainsFunc(p.Steps, conditional) {
		return
	}
	times := borders(p)
	for _, severity := range []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4} {
		for _, t := range times {
			taken := func(s paging.Step) bool { return s.When.Holds(t, severity) && r.reachable(s.Page) }
			if slices.ContainsFunc(p.Steps, taken) {
				continue
			}
			what := "of " + severity
			if len(times) > 1 {
				what += ", such as on " + t.Format("Mon at 15:04 MST")
			}
			key.Warnf(`add fallback: ["person:NAME"], or a step without when:`,
				"policy %s pages nobody for an incident %s: no step is for that", p.Name, what)
			return
		}
	}
}

// borders are the moments of a week at which the hours of a step end or begin: whatever no step is for begins at one of them. There is
// at least one.
func borders(p paging.Policy) []time.Time {
	monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	all := []time.Time{monday}
	for _, s := range p.Steps {
		if s.When == nil || s.When.Hours == nil {
			continue
		}
		zone, err := time.LoadLocation(s.When.Hours.Zone)
		if err != nil {
			continue // it was read, so it is known
		}
		for day := range 7 {
			midnight := civil.Of(monday).Midnight() + civil.Time(day)*civil.Day
			for _, c := range []civil.Clock{s.When.Hours.Window.From, s.When.Hours.Window.To} {
				all = append(all, (midnight + civil.Time(c)).In(zone))
			}
		}
	}
	return all
}

// acks warns of more acknowledgements than the policy reaches people.
func (r *Reader) acks(p paging.Policy, key reading.Value) {
	all, most := slices.Clone(p.Fallback), 0
	for _, s := range p.Steps {
		all, most = append(all, s.Page...), max(most, s.Acks)
	}
	if reached := len(r.people(all)); most > reached {
		key.Warnf("name more people, or ask for fewer",
			"policy %s wants %d people to acknowledge, and pages %d in all", p.Name, most, reached)
	}
}
