package rotations

import "time"

// Gap is a span in which nobody is on call.
type Gap struct {
	From, To time.Time // in the schedule's zone
	// Meant tells a gap on purpose, by a turn or an override of [Nobody], from time that no layer covers.
	Meant bool
}

// Gaps returns when nobody is on call from one instant to another, in order and cut to this window. Gaps that touch are one,
// unless only one of them is meant. With the spans of [Schedule.Shifts] they make up the window.
func (s Schedule) Gaps(from, to time.Time, overrides []Override) []Gap {
	if !from.Before(to) {
		return nil
	}
	var gaps []Gap
	v := newView(&s, from, to, overrides)
	for at := from; at.Before(to); {
		p := v.at(at).cut(at, to)
		at = p.to
		if len(p.people) > 0 {
			continue
		}
		g := Gap{v.local(p.from), v.local(p.to), p.layer >= 0 || p.override != nil}
		if n := len(gaps); n > 0 && gaps[n-1].To.Equal(g.From) && gaps[n-1].Meant == g.Meant {
			gaps[n-1].To = g.To
		} else {
			gaps = append(gaps, g)
		}
	}
	return gaps
}
