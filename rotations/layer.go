package rotations

import "github.com/oncalm/oncalm/rotations/civil"

// Layer is turns that follow each other.
type Layer struct {
	Name string // unique in its schedule
	// People are the turns in their order; the people of one turn are on call together. [Turns] makes those of one person each.
	// The turn of [Nobody] alone is a gap on purpose: lower layers do not fill it.
	People [][]string
	// Terms say who of the people takes part from when until when: Terms[i][j] is that of People[i][j]. Those without one,
	// because the lists are shorter, always do. A turn comes into being with the first handoff at which one of its people
	// takes part. While nobody of a turn is there, the other turns take it by turns; those of one turn may follow each other.
	Terms [][]Term
	Start civil.Time // the first handoff, on the wall clock of the schedule's zone; before it the layer covers nothing
	Shift Length     // from one handoff to the next
	// Only restricts the layer to windows of the week; outside them lower layers apply. Windows do not move handoffs. Without
	// any the layer always covers.
	Only []civil.Window
	// Holidays restricts the layer to holidays of the schedule, or to all other days.
	Holidays DayRule
	// Shadows get the notices of the layer's shifts and are not paged.
	Shadows []Shadow

	counted *turns // set only in a copy that is asked again and again; see [counted]
}

// Turns returns turns of one person each, for [Layer].
func Turns(people ...string) [][]string {
	turns := make([][]string, len(people))
	for i := range people {
		turns[i] = people[i : i+1 : i+1]
	}
	return turns
}

// usable reports whether the layer can cover anything. One with an error in it, which [Schedule.Validate] names, does not.
func (l *Layer) usable() bool {
	for i := range l.Only {
		if !l.Only[i].Valid() {
			return false
		}
	}
	return len(l.People) > 0 && l.Shift.valid() && (l.Holidays == AnyDay || l.Holidays.valid())
}

// covers reports whether the layer has the shift at c, also if that is one of nobody.
func (l *Layer) covers(c civil.Time, days []Holiday) bool {
	if c < l.Start || !l.usable() {
		return false
	}
	if len(l.Only) > 0 {
		if _, _, open := l.open(c); !open {
			return false
		}
	}
	if _, _, applies := l.Holidays.applies(days, c); !applies {
		return false
	}
	if l.Terms == nil {
		return true
	}
	_, ok := l.duty(l.shift(c), c)
	return ok
}

// shift returns the number of the shift that holds c, from 0. c is not before the start.
func (l *Layer) shift(c civil.Time) int {
	if size := l.Shift.seconds(); size > 0 {
		return int((c - l.Start) / size)
	}
	k := (c.Month() - l.Start.Month()) / l.Shift.N
	if k > 0 && c < l.handoff(k) {
		k-- // the handoff of c's month is still to come
	}
	return k
}

// handoff returns when shift k begins.
func (l *Layer) handoff(k int) civil.Time {
	if size := l.Shift.seconds(); size > 0 {
		return l.Start + civil.Time(k)*size
	}
	return l.Start.InMonth(l.Start.Month() + k*l.Shift.N)
}

// open returns a span around c in which a window is open. It may go on before or after with another window.
func (l *Layer) open(c civil.Time) (from, to civil.Time, open bool) {
	from, to = c, c
	for i := range l.Only {
		if f, t, ok := l.Only[i].Holding(c); ok {
			from, to, open = min(from, f), max(to, t), true
		}
	}
	return from, to, open
}

// on returns a span around c, which is in shift k, in which the layer is covered by that shift and the same people. The layer
// covers c.
func (l *Layer) on(c civil.Time, k int, days []Holiday) (from, to civil.Time) {
	from, to = l.handoff(k), l.handoff(k+1)
	if len(l.Only) > 0 {
		f, t, _ := l.open(c)
		from, to = max(from, f), min(to, t)
	}
	if l.Holidays != AnyDay {
		f, t, _ := l.Holidays.applies(days, c)
		from, to = max(from, f), min(to, t)
	}
	if l.Terms != nil {
		f, t := l.terms(c)
		from, to = max(from, f), min(to, t)
	}
	return from, to
}

// off returns a span around c in which the layer covers nothing. It does not cover c.
func (l *Layer) off(c civil.Time, days []Holiday) (from, to civil.Time) {
	switch {
	case !l.usable():
		return civil.DistantPast, civil.DistantFuture
	case c < l.Start:
		return civil.DistantPast, l.Start
	}
	// The reasons that last longest come first.
	if from, to, left := l.left(c); left {
		return from, to
	}
	if from, to, applies := l.Holidays.applies(days, c); !applies {
		return from, to
	}
	if from, to, closed := l.closed(c); closed {
		return from, to
	}
	k := l.shift(c) // nobody is there to have this shift
	from, to = l.terms(c)
	return max(from, l.handoff(k)), min(to, l.handoff(k+1))
}

// closed returns a span around c, not before the start, in which no window is open; false if one is.
func (l *Layer) closed(c civil.Time) (from, to civil.Time, closed bool) {
	from, to = civil.DistantPast, civil.DistantFuture
	if len(l.Only) == 0 {
		return from, to, false
	}
	if _, _, open := l.open(c); open {
		return from, to, false
	}
	for i := range l.Only {
		to = min(to, l.Only[i].Next(c))
		from = max(from, l.Only[i].Last(c))
	}
	if from <= l.Start {
		from = civil.DistantPast // it has not covered anything yet
	}
	return from, to, true
}
