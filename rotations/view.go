package rotations

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// A view looks at a schedule with its overrides, piece by piece.
type view struct {
	schedule  *Schedule
	overrides []*Override // those that count in this schedule, in order
	calendar  civil.Calendar
	cell      cell // looked at last
}

// A cell is a span in which no override begins or ends.
type cell struct {
	from, to time.Time   // the zero time and endless() if it has no bound
	active   []*Override // in order, from the last one on that replaces everybody: what comes before it does not matter
}

// newView returns a view of a schedule, which it makes its own, good from one instant to another.
func newView(s *Schedule, from, to time.Time, overrides []Override) *view {
	s.Layers = counted(s.Layers)
	v := &view{schedule: s, calendar: civil.Calendar{Zone: s.Zone}}
	for i := range overrides {
		o := &overrides[i]
		if o.usable(s.Name) && o.From.Before(to) && from.Before(o.To) {
			v.overrides = append(v.overrides, o)
		}
	}
	return v
}

// A piece is a span in which the answer is the same, for the same reason.
type piece struct {
	layer, shift int       // -1 if no layer has a part in it
	override     *Override // the last one that made a difference
	people       []string
	from, to     time.Time // the zero time and endless() if it has no bound
}

// same reports whether two pieces are one shift, or one gap, if they touch.
func (p *piece) same(q *piece) bool {
	return p.layer == q.layer && p.shift == q.shift && p.override == q.override && slices.Equal(p.people, q.people)
}

// cut returns the part of the piece in a window.
func (p piece) cut(from, to time.Time) piece {
	p.from, p.to = later(p.from, from), earlier(p.to, to)
	return p
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// cellAt returns the cell that holds t.
func (v *view) cellAt(t time.Time) *cell {
	c := &v.cell
	if !t.Before(c.from) && t.Before(c.to) {
		return c
	}
	c.from, c.to, c.active = time.Time{}, civil.Endless(), c.active[:0]
	for _, o := range v.overrides {
		switch {
		case t.Before(o.From):
			c.to = earlier(c.to, o.From)
		case !t.Before(o.To):
			c.from = later(c.from, o.To)
		default:
			c.from, c.to = later(c.from, o.From), earlier(c.to, o.To)
			if o.For == "" {
				c.active = c.active[:0]
			}
			c.active = append(c.active, o)
		}
	}
	return c
}

// at returns a piece that holds t. It may be shorter than it could be.
func (v *view) at(t time.Time) piece { return v.piece(t, false) }

// piece is at; if it is known that another piece ends at t, that is where it begins.
func (v *view) piece(t time.Time, known bool) piece {
	c := v.cellAt(t)
	p := piece{layer: -1, shift: -1, from: c.from, to: c.to}
	if len(c.active) == 0 || c.active[0].For != "" {
		civil := v.calendar.Reached(t.Unix())
		layer, shift, from, to := v.schedule.spanAt(civil)
		if layer >= 0 {
			d, _ := v.schedule.Layers[layer].duty(shift, civil)
			p.people = d.people
		}
		p.layer, p.shift = layer, shift
		p.to = earlier(p.to, v.calendar.Time(to))
		if known {
			p.from = t
		} else {
			p.from = later(p.from, v.calendar.Time(from))
		}
	}
	for _, o := range c.active {
		if people, differs := o.replace(p.people); differs {
			p.people, p.override = people, o
		}
	}
	return p
}

// onward returns a piece as long as it lasts, and the one after it. It looks no further than to a limit; a gap that lasts so
// long has no end.
func (v *view) onward(p piece, limit time.Time) (whole, next piece) {
	for p.to.Before(limit) {
		if next = v.piece(p.to, true); !p.same(&next) {
			return p, next
		}
		p.to = next.to
	}
	if len(p.people) == 0 {
		p.to = civil.Endless()
	}
	return p, next
}

// straight appends whole shifts from a piece on, which was looked at last, handoff by handoff, as long as nothing else can come
// in between. Then the piece is the one after them. Two handoffs that come together leave no shift.
func (v *view) straight(shifts []Shift, p *piece, to time.Time) []Shift {
	limit := earlier(v.free(p), to)
	if !p.to.Before(limit) {
		return shifts // it is one shift at the most
	}
	l := &v.schedule.Layers[p.layer]
	begin := v.local(p.from)
	for k := p.shift; ; k++ {
		end := v.calendar.Time(l.handoff(k + 1))
		if end.After(limit) {
			*p = v.piece(begin, true)
			return shifts
		}
		if turn := l.People[k%len(l.People)]; begin.Before(end) && len(turn) > 0 && !gap(turn) {
			shifts = append(shifts, Shift{})
			s := &shifts[len(shifts)-1]
			s.People, s.Layer, s.Number, s.From, s.To = slices.Clip(turn), l.Name, k+1, begin, v.local(end)
		}
		begin = end
	}
}

// free returns until when nothing but the handoffs of a piece's own layer ends a piece. It is the piece's own end, or earlier,
// where something else ends it.
func (v *view) free(p *piece) time.Time {
	if p.layer < 0 || len(v.cell.active) > 0 {
		return p.to
	}
	l := &v.schedule.Layers[p.layer]
	if len(l.Only) > 0 || l.Holidays != AnyDay || l.Terms != nil || p.to.Before(v.calendar.Time(l.handoff(p.shift+1))) {
		return p.to
	}
	until, c := v.cell.to, v.calendar.Reached(p.from.Unix())
	for i := p.layer + 1; i < len(v.schedule.Layers); i++ {
		_, to := v.schedule.Layers[i].off(c, v.schedule.Holidays)
		until = earlier(until, v.calendar.Time(to))
	}
	return until
}

// backward returns a piece from where it began.
func (v *view) backward(p piece) piece {
	for !p.from.IsZero() {
		last := v.at(p.from.Add(-1))
		if !p.same(&last) {
			break
		}
		p.from = last.from
	}
	return p
}

// shift returns what others see of a piece.
func (v *view) shift(p piece) Shift {
	var s Shift
	v.fill(&s, &p, p.from, p.to)
	return s
}

// fill writes what others see of the part of a piece in a window.
func (v *view) fill(s *Shift, p *piece, from, to time.Time) {
	s.People, s.From = p.people, v.local(later(p.from, from))
	if end := earlier(p.to, to); !end.Equal(civil.Endless()) {
		s.To = v.local(end)
	}
	switch {
	case p.layer >= 0:
		s.Layer, s.Number = v.schedule.Layers[p.layer].Name, p.shift+1
	case p.override != nil:
		s.Layer = OverrideLayer
	}
	if p.override != nil {
		o := *p.override
		s.Override = &o
	}
}

// local returns t in the schedule's zone, and the zero time as it is.
func (v *view) local(t time.Time) time.Time {
	if t.IsZero() || t.Location() == v.schedule.Zone {
		return t
	}
	if v.schedule.Zone == nil {
		return t.UTC()
	}
	return t.In(v.schedule.Zone)
}
