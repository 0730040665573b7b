package sheet

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// alike reports whether the same people are in two lists; nobody is no person.
func alike(a, b []string) bool {
	clean := func(list []string) []string {
		list = slices.DeleteFunc(slices.Clone(list), func(who string) bool { return who == plan.Nobody })
		slices.Sort(list)
		return list
	}
	return slices.Equal(clean(a), clean(b))
}

// part reports whether some of those who are on call there, where several are, are so here. That has been noted.
func part(have, want []string) bool {
	other := slices.ContainsFunc(have, func(who string) bool { return !slices.Contains(want, who) })
	return len(want) > 1 && len(have) > 0 && !other
}

// aDay finds a date in a note.
var aDay = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// named reports whether notes with a date name all who are on call there and not here.
func (s *Sheet) named(want, have []string) bool {
	for _, who := range want {
		about := func(note string) bool { return strings.Contains(note, who) && aDay.MatchString(note) }
		if !slices.Contains(have, who) && !slices.ContainsFunc(s.Schedule.Plan.Notes, about) {
			return false
		}
	}
	return true
}

// mostCompared is how many spans of the year to come are compared, and mostTold how many differences are told one by
// one.
const (
	mostCompared = 3000
	mostTold     = 5
)

// verified compares the schedule with the calendar over a year, and notes where they differ. It is the last word on all of
// the arithmetic before it: whatever went wrong there, somebody reads of it.
func (s *Sheet) verified() {
	if len(s.Schedule.Layers) == 0 || len(s.Series) == 0 { // what was read from single shifts goes on after them
		return
	}
	borders := ordered(s.borders(s.Schedule.Plan.Now, s.Schedule.Plan.Now.AddDate(1, 0, 0)))
	told := map[string]int{}
	wrong := 0
	for i := range min(len(borders)-1, mostCompared) {
		middle := borders[i].Add(borders[i+1].Sub(borders[i]) / 2)
		want, have := s.there(middle), s.Schedule.OnCall(middle, s.Schedule.Overrides)
		key := plan.List(want) + " " + plan.List(have)
		if alike(want, have) {
			continue
		}
		if part(have, want) {
			if told[key]++; told[key] == 1 && len(told) <= mostTold && !s.named(want, have) {
				s.Schedule.Note("at %s %s are on call there; here only %s",
					s.Schedule.At(borders[i]), plan.List(want), plan.List(have))
			}
			continue
		}
		wrong++
		if told[key]++; told[key] == 1 && len(told) <= mostTold {
			s.Schedule.Note("at %s the calendar has %s on call, and this has %s: compare them",
				s.Schedule.At(borders[i]), plan.List(want), plan.List(have))
		}
	}
	if wrong > mostTold {
		s.Schedule.Note("so it is in %d of the %d spans of a year", wrong, len(borders)-1)
	}
}
