package rotations

import (
	"slices"
	"sort"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Idle is what never comes to bear in a schedule, though it is written there.
type Idle struct {
	Layer int // its index
	// People have a place in the layer, and never a shift: their turns always fall outside of its windows, or on time that
	// later layers cover. Without any it is the whole layer that never counts.
	People []string
}

// Idle returns the layers, and the people of other layers, that never come to bear from a wall-clock time on. As it repeats
// itself after some weeks, so much is looked at. Overrides, holidays and people who come or go later are not: what only they
// bring about or prevent is not idle.
func (s Schedule) Idle(from civil.Time) []Idle {
	s.Layers = counted(s.Layers)
	var all []Idle
	above := spans{} // when a later layer always counts
	for i := len(s.Layers) - 1; i >= 0; i-- {
		l := &s.Layers[i]
		if !l.usable() {
			continue
		}
		open := l.week()
		left := open.without(above)
		switch {
		case len(left) == 0, l.Holidays == HolidaysOnly && len(s.Holidays) == 0:
			all = append(all, Idle{Layer: i})
		case l.Holidays == HolidaysOnly:
		default:
			if idle := l.idle(left, max(from, l.Start)); len(idle) > 0 {
				all = append(all, Idle{i, idle})
			}
		}
		always := l.Holidays == AnyDay || l.Holidays == HolidaysExcept && len(s.Holidays) == 0
		if always && l.Terms == nil && l.Start <= from {
			above = slices.Concat(above, open).joined()
		}
	}
	slices.Reverse(all)
	return all
}

// idle returns who takes part in the layer from a time on, and never has a shift that falls on the given part of the week.
func (l *Layer) idle(week spans, from civil.Time) []string {
	seen := map[string]bool{}
	first := l.shift(from)
	for k := first; k < first+l.cycle(); k++ {
		begin := max(l.handoff(k), from)
		if c, ok := week.first(begin, l.handoff(k+1)); ok {
			d, _ := l.duty(k, c)
			for _, person := range d.people {
				seen[person] = true
			}
		}
	}
	var idle []string
	for i, turn := range l.People {
		for j, person := range turn {
			t := l.term(i, j)
			if stays := t.From <= from && t.Until == 0; stays && !seen[person] && person != Nobody &&
				!slices.Contains(idle, person) {
				idle = append(idle, person)
			}
		}
	}
	return idle
}

// cycle is after how many shifts at most the layer repeats itself: the same people at the same time of the week.
func (l *Layer) cycle() int {
	n := len(l.People)
	if size := l.Shift.seconds(); size > 0 {
		n *= int(7 * civil.Day / divisor(civil.Time(n)*size, 7*civil.Day))
	}
	return 2*n + 1 // the first may have begun before; turns that others take come by turns themselves
}

// divisor is the greatest that two numbers have in common.
func divisor(a, b civil.Time) civil.Time {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// spans are parts of a week, in wall-clock seconds since its Monday, in order; no two touch.
type spans []span

type span struct{ from, to civil.Time }

// joined puts parts in order, and makes one of those that touch.
func (s spans) joined() spans {
	slices.SortFunc(s, func(a, b span) int { return int(a.from - b.from) })
	var all spans
	for _, x := range s {
		if n := len(all) - 1; n >= 0 && x.from <= all[n].to {
			all[n].to = max(all[n].to, x.to)
		} else {
			all = append(all, x)
		}
	}
	return all
}

// week returns when the layer's windows are open.
func (l *Layer) week() spans {
	if len(l.Only) == 0 {
		return spans{{0, 7 * civil.Day}}
	}
	var all spans
	for _, w := range l.Only {
		for d := range civil.Time(7) {
			if !w.Days.Has((d * civil.Day).Weekday()) {
				continue
			}
			from := d*civil.Day + civil.Time(w.From)
			to := from + w.Length()
			all = append(all, span{from, min(to, 7*civil.Day)})
			if to > 7*civil.Day { // into the next week
				all = append(all, span{0, to - 7*civil.Day})
			}
		}
	}
	return all.joined()
}

// without returns the parts that are not in others.
func (s spans) without(others spans) spans {
	var left spans
	for _, x := range s {
		for len(others) > 0 && others[0].to <= x.from {
			others = others[1:]
		}
		for _, o := range others {
			if o.from >= x.to {
				break
			}
			if x.from < o.from {
				left = append(left, span{x.from, o.from})
			}
			x.from = o.to
		}
		if x.from < x.to {
			left = append(left, x)
		}
	}
	return left
}

// first returns the first time in a part of the week from one time to another.
func (s spans) first(from, to civil.Time) (c civil.Time, ok bool) {
	monday := from - from%(7*civil.Day) // the calendar of Civil begins on a Monday
	since := from - monday
	i := sort.Search(len(s), func(i int) bool { return s[i].to > since })
	switch {
	case len(s) == 0:
		return to, false
	case i < len(s):
		c = max(from, monday+s[i].from)
	default:
		c = monday + 7*civil.Day + s[0].from
	}
	return c, c < to
}
