package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Schedule is one of a plan.
type Schedule struct {
	rotations.Schedule
	Plan      *Plan
	Level     int   // of the layers that are added; the higher wins
	Levels    []int // of each layer
	Overrides []rotations.Override

	lost string // what its time zone is called, if that is unknown
	said []said
}

// said is who is on call when, as the export itself says.
type said struct {
	person   string
	from, to time.Time
}

// Spoken is how notes write a time.
const Spoken = "2006-01-02 15:04"

// Note takes a note on the schedule.
func (s *Schedule) Note(format string, args ...any) {
	s.Plan.Note("%s: %s", s.Name, fmt.Sprintf(format, args...))
}

// At is a time as notes write it: on the schedule's wall clock.
func (s *Schedule) At(t time.Time) string { return t.In(s.Zone).Format(Spoken) }

// Unzoned notes that the time zone of the schedule is unknown.
func (s *Schedule) Unzoned(zone string) {
	s.lost = zone
	s.Note("its time zone %q is unknown; UTC is used", zone)
}

// Lost is what the schedule's time zone is called, if that is unknown.
func (s *Schedule) Lost() string { return s.lost }

// Layer adds a layer, the later the stronger. Without people it is none. If it ends, all of its people leave at once:
// then layers below count as if it was not there. The name is made free of others: names of layers stand in notes and in
// why.
func (s *Schedule) Layer(called string, l rotations.Layer, ends civil.Time) {
	if len(l.People) == 0 {
		s.Note("%s has no people and is left out", called)
		return
	}
	l.Name = free(called, "layer", func(name string) bool {
		return name == rotations.OverrideLayer ||
			slices.ContainsFunc(s.Layers, func(o rotations.Layer) bool { return o.Name == name })
	})
	if ends != 0 {
		for _, turn := range l.People {
			l.Terms = append(l.Terms, slices.Repeat([]rotations.Term{{Until: ends}}, len(turn)))
		}
	}
	s.Layers, s.Levels = append(s.Layers, l), append(s.Levels, s.Level)
}

// Override adds an override that is not over.
func (s *Schedule) Override(o rotations.Override) {
	if !o.To.After(s.Plan.Now) {
		return
	}
	if !o.From.Before(o.To) {
		s.Note("the override of %s at %s has no length and is left out", o.Person, s.At(o.From))
		return
	}
	// a local time in the file cannot say which of the two is meant
	twice := func(t time.Time) bool { return !wall.Civil(t, s.Zone).In(s.Zone).Equal(t) }
	if twice(o.From) || twice(o.To) {
		s.Note("the override of %s from %s begins or ends in an hour that the clocks repeat; "+
			"here it is the first of the two",
			o.Person, s.At(o.From))
	}
	s.Overrides = append(s.Overrides, o)
}

// OverBy notes that somebody's override is over, if it is.
func (s *Schedule) OverBy(who string, from, to time.Time) {
	if !to.After(s.Plan.Now) && from.Before(to) {
		s.Note("the override of %s from %s is over, and left out", who, s.At(from))
	}
}

// Apart gives each layer but the first a schedule of its own, and returns the names of all of them.
func (s *Schedule) Apart() []string {
	layers := s.Layers
	s.Layers, s.Levels = layers[:1:1], s.Levels[:1:1]
	names := []string{s.Name}
	for _, l := range layers[1:] {
		other := s.Plan.Begin(s.Name+"-"+l.Name, s.Zone.String())
		other.Layers, other.Levels = []rotations.Layer{l}, []int{0}
		names = append(names, other.Name)
	}
	return names
}

// MostPaired is how many layers are compared with each other.
const MostPaired = 40

// Overlap returns when two layers first cover the same time, as far as a year from now shows; false if they do not. It
// begins where both are there.
func (s *Schedule) Overlap(a, b rotations.Layer) (time.Time, bool) {
	from, to := s.Plan.Now, s.Plan.Now.AddDate(1, 0, 0)
	for _, l := range []rotations.Layer{a, b} {
		if start := l.Start.In(s.Zone); start.After(from) {
			from, to = start, start.AddDate(1, 0, 0)
		}
	}
	one := rotations.Schedule{Zone: s.Zone, Layers: []rotations.Layer{a}}
	other := rotations.Schedule{Zone: s.Zone, Layers: []rotations.Layer{b}}
	for _, sh := range one.Shifts(from, to, nil) {
		if both := other.Shifts(sh.From, sh.To, nil); len(both) > 0 {
			return both[0].From, true
		}
	}
	return to, false
}

// NoteOverlap notes that two layers cover the same time, if they do: there all of them are on call then, here the
// later.
func (s *Schedule) NoteOverlap(lower, upper rotations.Layer) {
	if at, ok := s.Overlap(lower, upper); ok {
		who := func(l rotations.Layer) string { return strings.ReplaceAll(Listed(l.People), " and ", ", ") }
		s.Note("%s (%s) and %s (%s) overlap, first at %s: there all of them are on call then, here only %s",
			lower.Name, who(lower), upper.Name, who(upper), at.Format(Spoken), upper.Name)
	}
}

// Says takes down who is on call when, as the export itself says.
func (s *Schedule) Says(person string, from, to time.Time) {
	s.said = append(s.said, said{person, from, to})
}

// compare notes where the export says that others are on call.
func (s *Schedule) compare() {
	wrong := 0
	for _, e := range s.said {
		// at both ends and in the middle: a shift that is an hour off shows at one of them
		for _, at := range []time.Time{e.from, e.from.Add(e.to.Sub(e.from) / 2), e.to.Add(-time.Second)} {
			on := s.OnCall(at, s.Overrides)
			if slices.Contains(on, e.person) || !at.After(s.Plan.Now) {
				continue
			}
			if wrong++; wrong == 1 {
				s.Note("at %s the export has %s on call, and this has %s: compare them", s.At(at), e.person, List(on))
			}
			break
		}
	}
	if wrong > 1 {
		s.Note("so it is in %d of the %d shifts that the export lists", wrong, len(s.said))
	}
}

// mostHidden is how many spans of nobody's turns are looked at.
const mostHidden = 3000

// hidden notes where nobody's turn in a layer keeps somebody off call whom a lower layer has then. There, such a turn may
// let lower layers through; here it does not (package rotations).
func (s *Schedule) hidden() {
	looked := 0
	for i, l := range s.Layers {
		if i == 0 || !slices.ContainsFunc(l.People, func(turn []string) bool { return slices.Contains(turn, Nobody) }) {
			continue
		}
		alone := rotations.Schedule{Zone: s.Zone, Layers: []rotations.Layer{l}}
		below := rotations.Schedule{Zone: s.Zone, Layers: s.Layers[:i]}
		times := 0
		for _, gap := range alone.Gaps(s.Plan.Now, s.Plan.Now.AddDate(1, 0, 0), nil) {
			if looked++; looked > mostHidden {
				s.Note("whether nobody's turns hide lower layers was not checked completely")
				return
			}
			if !gap.Meant {
				continue
			}
			for _, sh := range below.Shifts(gap.From, gap.To, nil) {
				if len(s.Gaps(sh.From, sh.To, s.Overrides)) == 0 {
					continue
				}
				if times++; times == 1 {
					s.Note("at %s nobody's turn in %s keeps %s off call, whom a lower layer has then",
						sh.From.Format(Spoken), l.Name, List(sh.People))
				}
			}
		}
		if times > 1 {
			s.Note("nobody's turns in %s do so %d times in a year", l.Name, times)
		}
	}
}
