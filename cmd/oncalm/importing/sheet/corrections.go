package sheet

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
	"github.com/oncalm/oncalm/rotations"
)

// corrected makes overrides of what the exceptions of series change.
//
// Between two borders nothing changes, so one instant in the middle tells for the whole. An override is made only where who
// is on call differs from what the layers say, and spans that follow each other with the same person are one.
func (s *Sheet) corrected() {
	var spans []series.Occurrence
	for _, e := range s.Series {
		if e.Lost && len(e.Gone) > 0 {
			s.Schedule.Note("the exceptions of the series of %s are left out with it", plan.List(e.People))
		}
		for begin := range e.Gone {
			from := time.Unix(begin, 0).In(s.Schedule.Zone)
			spans = append(spans, series.Occurrence{From: from, To: e.EndOf(from)})
		}
	}
	for _, e := range s.Changed {
		spans = append(spans, series.Occurrence{From: e.From, To: e.To})
	}
	spans = slices.DeleteFunc(spans, func(o series.Occurrence) bool { return !o.To.After(s.Schedule.Plan.Now) })
	var borders []time.Time
	for _, o := range spans {
		borders = append(borders, s.borders(o.From, o.To)...)
	}
	borders = ordered(borders)
	before := slices.Clone(s.Schedule.Overrides) // of what does not recur
	var last *rotations.Override
	for i := range max(len(borders)-1, 0) {
		from, to := borders[i], borders[i+1]
		middle := from.Add(to.Sub(from) / 2)
		in := func(o series.Occurrence) bool { return !middle.Before(o.From) && middle.Before(o.To) }
		if !slices.ContainsFunc(spans, in) {
			last = nil
			continue
		}
		want, have := s.there(middle), s.Schedule.OnCall(middle, before)
		single := slices.ContainsFunc(s.Singles, func(e *series.Entry) bool {
			return len(e.Within(middle, middle.Add(1))) > 0
		})
		// who stands in by a single entry was noted already
		if alike(want, have) || single && part(have, want) {
			last = nil
			continue
		}
		last = s.instead(want, from, to, last)
	}
}

// instead adds an override for who is on call other than the layers say, or makes the last one longer.
func (s *Sheet) instead(want []string, from, to time.Time, last *rotations.Override) *rotations.Override {
	who := plan.Nobody
	if len(want) > 0 {
		who = want[0]
	}
	if len(want) > 1 {
		s.Schedule.Note("at %s %s are on call there; here only %s stands in", s.Schedule.At(from), plan.List(want), who)
	}
	if last != nil && last.Person == who && last.To.Equal(from) {
		last.To = to
		return last
	}
	if len(want) == 0 {
		s.Schedule.Note("at %s the shift of %s is cancelled or moved there, and nobody is on call",
			s.Schedule.At(from), plan.List(s.missing(from)))
	}
	before := len(s.Schedule.Overrides)
	s.Schedule.Override(rotations.Override{Person: who, From: from, To: to})
	if len(s.Schedule.Overrides) == before {
		return nil
	}
	return &s.Schedule.Overrides[len(s.Schedule.Overrides)-1]
}

// missing returns whose shift at an instant is not there.
func (s *Sheet) missing(at time.Time) []string {
	var people []string
	for _, e := range s.Series {
		for begin := range e.Gone {
			from := time.Unix(begin, 0)
			to := from.Add(time.Duration(e.Seconds) * time.Second)
			if !at.Before(from) && at.Before(to) && !slices.Contains(people, e.People[0]) {
				people = append(people, e.People...)
			}
		}
	}
	slices.Sort(people)
	return people
}
