// Package members tells which alarms an incident has, and which of them is the worst. An [incidents.Incident] holds series: what says
// ALARM and OK for itself, which is an alarm or one of its contributors. A [Member] is the alarm.
package members

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents"
)

// A Member is an alarm that says ALARM in an incident.
type Member struct {
	Name     string
	Severity string   // its own
	Series   []string // its own, or those of its contributors, in order
}

// Of are the alarms that say ALARM in an incident, the worst first, and then by name.
func Of(i *incidents.Incident) []Member {
	byAlarm := map[string]*Member{}
	for _, series := range slices.Sorted(maps.Keys(i.Firing)) {
		alarm, _, _ := strings.Cut(series, "#")
		m := byAlarm[alarm]
		if m == nil {
			m = &Member{Name: i.Firing[series]}
			byAlarm[alarm] = m
		}
		m.Series = append(m.Series, series)
		if own := cmp.Or(i.Severities[series], i.Severity); m.Severity == "" || Worse(own, m.Severity) {
			m.Severity = own
		}
	}
	all := make([]Member, 0, len(byAlarm))
	for _, m := range byAlarm {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b Member) int {
		return cmp.Or(cmp.Compare(rank(a.Severity), rank(b.Severity)), cmp.Compare(a.Name, b.Name),
			slices.Compare(a.Series, b.Series))
	})
	return all
}

// Worse reports whether a severity is worse than another.
func Worse(a, b string) bool { return rank(a) < rank(b) }

// rank orders severities, the worst first.
func rank(severity string) int {
	if n := slices.Index([]string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}, severity); n >= 0 {
		return n
	}
	return 1 // as Sev2
}
