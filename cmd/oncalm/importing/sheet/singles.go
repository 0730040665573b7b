package sheet

import (
	"cmp"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/rolling"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
)

// single carries over the entries that do not recur. Those that are over count where they show how people take turns.
// Calendars without series are those that another program has written out shift by shift: the rotation behind them is worth
// more than a hundred overrides.
func (s *Sheet) single() {
	all := append(slices.Clone(s.Gone), s.Singles...)
	if len(s.Gone) > 0 && len(s.Schedule.Layers) == 0 && s.turns(all) {
		return
	}
	s.noteOver()
	if len(s.Singles) == 0 {
		return
	}
	slices.SortStableFunc(s.Singles, func(a, b *series.Entry) int {
		return cmp.Or(a.Level-b.Level, a.From.Compare(b.From))
	})
	if len(s.Schedule.Layers) == 0 {
		if s.turns(slices.Clone(s.Singles)) {
			return
		}
		s.Schedule.Level = 0
		s.guessed(s.Singles)
	}
	s.overlapping()
	s.beneath()
	for _, e := range s.Singles {
		if len(e.People) > 1 {
			s.Schedule.Note("the entry of %s at %s has several people; here only %s stands in",
				plan.List(e.People), s.Schedule.At(e.From), e.People[0])
		}
		o := rotations.Override{Person: e.People[0], From: e.From, To: e.To}
		s.Schedule.StandIn(o, s.Recurring(e.Level, o))
	}
}

// Recurring finds in the series, and in their exceptions, what recurs. Without levels an entry that does not recur
// stands in for those that do.
func (s *Sheet) Recurring(level int, o rotations.Override) (b plan.Beside) {
	from, to := s.Schedule.Looked(o)
	days := int(1 + to.Sub(from)/(24*time.Hour))
	if !s.Leveled || !from.Before(to) || s.Schedule.Enough(o, (len(s.Series)+len(s.Changed))*days) {
		return b
	}
	for _, list := range [][]*series.Entry{s.Series, s.Changed} {
		for _, e := range list {
			if e.Lost || e.Level < level {
				continue
			}
			for _, at := range e.Within(from, to) {
				sh := rotations.Shift{People: e.People, From: wall.Later(at.From, from), To: at.To}
				if e.Level > level {
					b.Above = append(b.Above, sh)
				} else {
					b.Same = append(b.Same, sh)
				}
			}
		}
	}
	earlier := func(x, y rotations.Shift) int { return x.From.Compare(y.From) }
	slices.SortStableFunc(b.Above, earlier)
	slices.SortStableFunc(b.Same, earlier)
	return b
}

// overlapping notes which entries of one level that do not recur are at one time: here the later of them counts. That
// of a higher level does there, too.
func (s *Sheet) overlapping() {
	var last *series.Entry // of those before, that which ends last
	for _, e := range s.Singles {
		if last != nil && e.Level == last.Level && e.From.Before(last.To) && !slices.Equal(e.People, last.People) {
			s.Schedule.Note("at %s the entries of %s and %s are both there; here only %s stands in",
				s.Schedule.At(e.From), plan.List(last.People), plan.List(e.People), e.People[0])
		}
		if last == nil || e.Level != last.Level || !e.To.Before(last.To) {
			last = e
		}
	}
}

// beneath notes which entries that do not recur are all of their time beneath one of a higher level. They are sorted by
// level.
func (s *Sheet) beneath() {
	all := s.Singles[:min(len(s.Singles), series.Most)]
	for i, e := range all {
		j := slices.IndexFunc(all[i+1:], func(o *series.Entry) bool {
			return o.Level > e.Level && !e.From.Before(o.From) && !o.To.Before(e.To)
		})
		if j >= 0 {
			s.Schedule.Note("the shift of %s from %s is of a lower level than that of %s then",
				plan.List(e.People), s.Schedule.At(e.From), plan.List(all[i+1+j].People))
		}
	}
}

// turns carries over entries as the rotation that they show, if they show one.
func (s *Sheet) turns(all []*series.Entry) bool {
	slices.SortStableFunc(all, func(a, b *series.Entry) int { return a.From.Compare(b.From) })
	if !s.inferred(all) {
		return false
	}
	for _, e := range all {
		s.Schedule.Says(e.People[0], e.From, e.To)
	}
	return true
}

// inferred finds the rotation that shifts show: they follow each other without gaps, are equally long except for the
// first and the last, which may be cut, and the same people come again in the same order, twice at least. The shortest
// cycle that fits is taken. Four shifts are the least in which two people can be seen to come again in order.
func (s *Sheet) inferred(all []*series.Entry) bool {
	if len(all) < 4 {
		return false
	}
	inner := all[1 : len(all)-1]
	for i := range all[1:] {
		if !all[i+1].From.Equal(all[i].To) {
			return false
		}
	}
	for _, e := range inner {
		if e.Seconds != inner[0].Seconds {
			return false
		}
	}
	if all[0].Seconds > inner[0].Seconds || all[len(all)-1].Seconds > inner[0].Seconds {
		return false
	}
	for n := 1; 2*n <= len(all); n++ {
		if !repeats(all, n) {
			continue
		}
		var groups [][]string
		for _, e := range all[:n] {
			groups = append(groups, e.People)
		}
		first := inner[0].Begin.Add(-time.Duration(inner[0].Seconds) * time.Second) // before it was cut
		r := rolling.Shifts{Name: "rotation", Start: first, Groups: groups}
		r.Plain(s.Schedule, inner[0].Seconds, nil)
		s.Schedule.Note("the entries do not recur; that people take turns was read from them, from %s to %s",
			all[0].Begin.Format(plan.Spoken), all[len(all)-1].Begin.Format(plan.Spoken))
		return len(s.Schedule.Layers) > 0
	}
	return false
}

// repeats reports whether the people come again in the same order after n shifts.
func repeats(all []*series.Entry, n int) bool {
	for i := n; i < len(all); i++ {
		if !slices.Equal(all[i].People, all[i-n].People) {
			return false
		}
	}
	return true
}

// guessed makes a layer for what comes after single shifts, in which no order can be seen. There has to be somebody on call
// after the last of them, and whoever reads the note decides who.
func (s *Sheet) guessed(all []*series.Entry) {
	all = slices.SortedStableFunc(slices.Values(all), func(a, b *series.Entry) int { return a.From.Compare(b.From) })
	var groups [][]string
	for _, e := range all {
		if !slices.ContainsFunc(groups, func(g []string) bool { return g[0] == e.People[0] }) {
			groups = append(groups, e.People[:1])
		}
	}
	rolling.Shifts{Name: "rotation", Start: all[0].Begin, Groups: groups}.Plain(s.Schedule, wall.Week, nil)
	s.Schedule.Note("no order can be seen in the entries of %s from %s on: each is an override, "+
		"and the layer below is a guess: correct its people, start and shift",
		plan.Listed(groups), s.Schedule.At(all[0].From))
}
