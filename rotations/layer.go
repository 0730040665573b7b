package rotations

import "slices"

// Layer is turns that follow each other.
type Layer struct {
	Name string // unique in its schedule
	// People are the turns in their order; the people of one turn are on call together. [Turns] makes those of one person each.
	People [][]string
	Start  Civil  // the first handoff, on the wall clock of the schedule's zone; before it the layer covers nothing
	Shift  Length // from one handoff to the next
	// Only restricts the layer to windows of the week; outside them lower layers apply. Windows do not move handoffs. Without
	// any the layer always covers.
	Only []Window
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
		if !l.Only[i].valid() {
			return false
		}
	}
	return len(l.People) > 0 && l.Shift.valid()
}

// covers reports whether the layer puts its people on call at c.
func (l *Layer) covers(c Civil) bool {
	if c < l.Start || !l.usable() {
		return false
	}
	if len(l.Only) == 0 {
		return true
	}
	_, _, open := l.open(c)
	return open
}

// turn returns who has shift k. The slice belongs to the layer.
func (l *Layer) turn(k int) []string { return slices.Clip(l.People[k%len(l.People)]) }

// shift returns the number of the shift that holds c, from 0. c is not before the start.
func (l *Layer) shift(c Civil) int {
	if size := l.Shift.seconds(); size > 0 {
		return int((c - l.Start) / size)
	}
	k := (c.month() - l.Start.month()) / l.Shift.N
	if k > 0 && c < l.handoff(k) {
		k-- // the handoff of c's month is still to come
	}
	return k
}

// handoff returns when shift k begins.
func (l *Layer) handoff(k int) Civil {
	if size := l.Shift.seconds(); size > 0 {
		return l.Start + Civil(k)*size
	}
	return l.Start.inMonth(l.Start.month() + k*l.Shift.N)
}

// open returns a span around c in which a window is open. It may go on before or after with another window.
func (l *Layer) open(c Civil) (from, to Civil, open bool) {
	from, to = c, c
	for i := range l.Only {
		if f, t, ok := l.Only[i].holding(c); ok {
			from, to, open = min(from, f), max(to, t), true
		}
	}
	return from, to, open
}

// on returns a span around c in which the layer is covered by the same shift. The layer covers c.
func (l *Layer) on(c Civil) (from, to Civil) {
	k := l.shift(c)
	from, to = l.handoff(k), l.handoff(k+1)
	if len(l.Only) > 0 {
		f, t, _ := l.open(c)
		from, to = max(from, f), min(to, t)
	}
	return from, to
}

// off returns a span around c in which the layer covers nothing. It does not cover c.
func (l *Layer) off(c Civil) (from, to Civil) {
	from, to = distantPast, distantFuture
	if !l.usable() {
		return from, to
	}
	begin := max(c, l.Start)
	if l.covers(begin) {
		return from, begin // the first window was open already at the start, or there are none
	}
	for i := range l.Only {
		to = min(to, l.Only[i].next(begin))
		from = max(from, l.Only[i].last(c))
	}
	if from <= l.Start {
		from = distantPast // it has not covered anything yet
	}
	return from, to
}
