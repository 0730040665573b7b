package importing

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// mostCut is how much is looked at to find what is of a higher level, over all that does not recur: days of series, and shifts,
// each of which counts for more.
const (
	mostCut  = 2_000_000
	perShift = 200
)

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

// beside are the shifts that recur while something does that does not.
type beside struct{ above, same []rotations.Shift }

// looked is the part of an override in which it is looked at what recurs. Nobody has a shift so long that there is more.
func (p *Plan) looked(o rotations.Override) (from, to time.Time) {
	from, to = later(o.From, p.now), o.To
	if year := from.AddDate(1, 0, 0); year.Before(to) {
		to = year
	}
	return from, to
}

// enough reports whether no more is to be looked at, and notes that.
func (p *Plan) enough(s *schedule, o rotations.Override, steps int) bool {
	if p.cut += steps; p.cut <= mostCut {
		return false
	}
	p.note("%s: the levels of the shift of %s from %s, and of those after it, were not compared: there are too many", s.Name, o.Person, o.From.In(s.Zone).Format(spoken))
	return true
}

// layered finds in the layers what recurs.
func (p *Plan) layered(s *schedule, level int, o rotations.Override) beside {
	from, to := p.looked(o)
	if p.enough(s, o, perShift) {
		return beside{}
	}
	b := beside{
		s.of(func(l int) bool { return l > level }).Shifts(from, to, nil),
		s.of(func(l int) bool { return l == level }).Shifts(from, to, nil),
	}
	p.cut += perShift * (len(b.above) + len(b.same))
	return b
}

// standIn adds an override for what does not recur. It does not count while somebody of a higher level is on call; with those of
// its own level both are on call there, and only it here.
func (p *Plan) standIn(s *schedule, o rotations.Override, b beside) {
	kept, rest := 0, o
	var who []string
	for _, sh := range b.above {
		if rest.From.Before(sh.From) {
			rest.To = sh.From
			p.override(s, rest)
			kept++
		}
		rest.From = later(rest.From, sh.To)
		for _, name := range sh.People {
			if !slices.Contains(who, name) {
				who = append(who, name)
			}
		}
	}
	if rest.To = o.To; rest.From.Before(rest.To) || len(b.above) == 0 {
		p.override(s, rest)
		kept++
	}
	began := o.From.In(s.Zone).Format(spoken)
	switch {
	case len(b.above) > 0 && kept == 0:
		p.note("%s: the shift of %s from %s is of a lower level than that of %s then, and is left out", s.Name, o.Person, began, list(who))
	case len(b.above) > 0:
		p.note("%s: the shift of %s from %s is of a lower level than that of %s, and counts only where nobody of these is on call", s.Name, o.Person, began, list(who))
	}
	for _, sh := range b.same {
		if kept > 0 && !slices.Contains(sh.People, o.Person) {
			p.note("%s: at %s %s and %s are on call there, by shifts of one level; here only %s is", s.Name, sh.From.In(s.Zone).Format(spoken), list(sh.People), o.Person, o.Person)
			break
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
