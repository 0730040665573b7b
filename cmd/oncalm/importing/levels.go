package importing

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// mostCut is how many shifts of higher levels are looked at, over all that does not recur.
const mostCut = 10_000

// of returns the schedule with those layers only whose level fits.
func (s *schedule) of(fits func(level int) bool) rotations.Schedule {
	part := rotations.Schedule{Name: s.Name, Zone: s.Zone}
	for i, l := range s.Layers {
		if fits(s.levels[i]) {
			part.Layers = append(part.Layers, l)
		}
	}
	return part
}

// standIn adds an override for what does not recur and has a level. It does not count while a layer of a higher level has
// somebody on call. both tells that there those of its own level are on call besides it.
func (p *Plan) standIn(s *schedule, level int, o rotations.Override, both bool) {
	from, to := later(o.From, p.now), o.To
	if year := from.AddDate(1, 0, 0); year.Before(to) { // nobody has a shift so long
		to = year
	}
	higher := s.of(func(l int) bool { return l > level })
	var above []rotations.Shift
	if len(higher.Layers) > 0 && p.cut < mostCut {
		above = higher.Shifts(from, to, nil)
		p.cut += len(above) + 1
	} else if len(higher.Layers) > 0 {
		p.note("%s: the levels of the shift of %s from %s, and of those after it, were not compared: there are too many", s.Name, o.Person, o.From.In(s.Zone).Format(spoken))
	}
	kept, rest := 0, o
	var who []string
	for _, sh := range above {
		if rest.From.Before(sh.From) {
			rest.To = sh.From
			p.override(s, rest)
			kept++
		}
		rest.From = sh.To
		for _, name := range sh.People {
			if !slices.Contains(who, name) {
				who = append(who, name)
			}
		}
	}
	if rest.To = o.To; rest.From.Before(rest.To) || len(above) == 0 {
		p.override(s, rest)
		kept++
	}
	began := o.From.In(s.Zone).Format(spoken)
	switch {
	case len(above) > 0 && kept == 0:
		p.note("%s: the shift of %s from %s is of a lower level than that of %s then, and is left out", s.Name, o.Person, began, list(who))
	case len(above) > 0:
		p.note("%s: the shift of %s from %s is of a lower level than that of %s, and counts only where nobody of these is on call", s.Name, o.Person, began, list(who))
	}
	if both {
		p.beside(s, level, o)
	}
}

// beside notes who of the same level is on call there besides somebody who stands in here.
func (p *Plan) beside(s *schedule, level int, o rotations.Override) {
	same := s.of(func(l int) bool { return l == level })
	from := later(o.From, p.now)
	if len(same.Layers) == 0 || p.cut > mostCut || !from.Before(o.To) {
		return
	}
	shifts := same.Shifts(from, from.Add(min(o.To.Sub(from), week*time.Second)), nil)
	p.cut += len(shifts)
	for _, sh := range shifts {
		if !slices.Contains(sh.People, o.Person) {
			p.note("%s: at %s %s and %s are on call there, by shifts of one level; here only %s is", s.Name, sh.From.Format(spoken), list(sh.People), o.Person, o.Person)
			return
		}
	}
}

// mostHidden is how many spans of nobody's turns are looked at.
const mostHidden = 3000

// hidden notes where nobody's turn in a layer keeps somebody off call whom a lower layer has then.
func (p *Plan) hidden(s *schedule) {
	looked := 0
	for i, l := range s.Layers {
		if i == 0 || !slices.ContainsFunc(l.People, func(turn []string) bool { return slices.Contains(turn, nobody) }) {
			continue
		}
		alone := rotations.Schedule{Zone: s.Zone, Layers: []rotations.Layer{l}}
		below := rotations.Schedule{Zone: s.Zone, Layers: s.Layers[:i]}
		times := 0
		for _, gap := range alone.Gaps(p.now, p.now.AddDate(1, 0, 0), nil) {
			if looked++; looked > mostHidden {
				p.note("%s: whether nobody's turns hide lower layers was not looked at to the end", s.Name)
				return
			}
			if !gap.Meant {
				continue
			}
			for _, sh := range below.Shifts(gap.From, gap.To, nil) {
				if len(s.Gaps(sh.From, sh.To, s.overrides)) == 0 {
					continue
				}
				if times++; times == 1 {
					p.note("%s: at %s nobody's turn in %s keeps %s off call, whom a lower layer has then", s.Name, sh.From.Format(spoken), l.Name, list(sh.People))
				}
			}
		}
		if times > 1 {
			p.note("%s: nobody's turns in %s do so %d times in a year", s.Name, l.Name, times)
		}
	}
}
