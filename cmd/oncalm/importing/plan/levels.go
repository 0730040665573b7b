package plan

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
)

// mostCut is how much is looked at to find what is of a higher level, over all that does not recur: days of series, and
// shifts, each of which counts for more.
const (
	mostCut  = 2_000_000
	perShift = 200
)

// Beside are the shifts that recur while something does that does not, by time.
type Beside struct {
	Above []rotations.Shift // of a higher level
	Same  []rotations.Shift // of its own
}

// of returns the schedule with those layers only whose level fits.
func (s *Schedule) of(fits func(level int) bool) rotations.Schedule {
	part := rotations.Schedule{Name: s.Name, Zone: s.Zone}
	for i, l := range s.Layers {
		if fits(s.Levels[i]) {
			part.Layers = append(part.Layers, l)
		}
	}
	return part
}

// Looked is the part of an override in which it is looked at what recurs. Nobody has a shift so long that there is
// more. What is before now is not carried over, and so is not looked at.
func (s *Schedule) Looked(o rotations.Override) (from, to time.Time) {
	from, to = wall.Later(o.From, s.Plan.Now), o.To
	if year := from.AddDate(1, 0, 0); year.Before(to) {
		to = year
	}
	return from, to
}

// Enough reports whether no more is to be looked at, and notes that. To look at what is beside an override takes some
// steps.
func (s *Schedule) Enough(o rotations.Override, steps int) bool {
	if s.Plan.cut += steps; s.Plan.cut <= mostCut {
		return false
	}
	s.Note("the levels of the shift of %s from %s, and of those after it, were not compared: there are too many",
		o.Person, s.At(o.From))
	return true
}

// Layered finds in the layers what recurs beside an override of a level.
func (s *Schedule) Layered(level int, o rotations.Override) Beside {
	from, to := s.Looked(o)
	// without an answer it counts all of its time, which the note says
	if s.Enough(o, perShift) {
		return Beside{}
	}
	return Beside{
		Above: s.of(func(l int) bool { return l > level }).Shifts(from, to, nil),
		Same:  s.of(func(l int) bool { return l == level }).Shifts(from, to, nil),
	}
}

// StandIn adds an override for what does not recur. It does not count while somebody of a higher level is on call; with
// those of its own level both are on call there, and only it here.
func (s *Schedule) StandIn(o rotations.Override, b Beside) {
	s.Plan.cut += perShift * (len(b.Above) + len(b.Same))
	kept, rest := 0, o
	var who []string
	for _, sh := range b.Above {
		if rest.From.Before(sh.From) {
			rest.To = sh.From
			s.Override(rest)
			kept++
		}
		rest.From = wall.Later(rest.From, sh.To)
		for _, name := range sh.People {
			if !slices.Contains(who, name) {
				who = append(who, name)
			}
		}
	}
	if rest.To = o.To; rest.From.Before(rest.To) || len(b.Above) == 0 {
		s.Override(rest)
		kept++
	}
	began := s.At(o.From)
	switch {
	case len(b.Above) > 0 && kept == 0:
		s.Note("the shift of %s from %s is of a lower level than that of %s then, and is left out",
			o.Person, began, List(who))
	case len(b.Above) > 0:
		s.Note("the shift of %s from %s is of a lower level than that of %s, "+
			"and counts only where nobody of these is on call",
			o.Person, began, List(who))
	}
	for _, sh := range b.Same {
		if kept > 0 && !slices.Contains(sh.People, o.Person) {
			s.Note("at %s %s and %s are on call there, by shifts of one level; here only %s is",
				s.At(sh.From), List(sh.People), o.Person, o.Person)
			break
		}
	}
}
