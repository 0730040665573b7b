package rotations

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Schedule says who is on call when.
type Schedule struct {
	Name   string
	Zone   *time.Location // whose wall clock the layers mean; nil is UTC
	Layers []Layer        // a later layer wins where it covers
	// Holidays are those that layers refer to, as [SortHolidays] returns them.
	Holidays []Holiday
}

// OverrideLayer is named instead of a layer where an override replaces everybody. No layer may have this name.
const OverrideLayer = "override"

// OnCall returns who is on call at t: nobody in a gap. The overrides are applied in their order, those of other schedules
// not at all. The result may be part of the schedule and must not be changed.
func (s Schedule) OnCall(t time.Time, overrides []Override) []string {
	cal := civil.Calendar{Zone: s.Zone}
	c := cal.Reached(t.Unix())
	var people []string
	if i := s.layerAt(c); i >= 0 {
		l := &s.Layers[i]
		d, _ := l.duty(l.shift(c), c)
		people = d.people
	}
	for i := range overrides {
		if overrides[i].active(s.Name, t) {
			people, _ = overrides[i].replace(people)
		}
	}
	return people
}

// Shadows returns who gets the notices at t without being paged: the shadows of the layer that counts then, whatever the
// overrides make of it, but for those who are on call themselves.
func (s Schedule) Shadows(t time.Time, overrides []Override) []string {
	cal := civil.Calendar{Zone: s.Zone}
	return s.shadows(cal.Reached(t.Unix()), s.OnCall(t, overrides))
}

// shadows returns the shadows of the layer that counts at c, but for some people.
func (s *Schedule) shadows(c civil.Time, but []string) []string {
	i := s.layerAt(c)
	if i < 0 {
		return nil
	}
	var all []string
	for _, shadow := range s.Layers[i].Shadows {
		if shadow.Term.holds(c) && !slices.Contains(but, shadow.Person) && !slices.Contains(all, shadow.Person) {
			all = append(all, shadow.Person)
		}
	}
	return all
}

// layerAt returns the index of the layer that counts at c, or -1.
func (s *Schedule) layerAt(c civil.Time) int {
	for i := len(s.Layers) - 1; i >= 0; i-- {
		if s.Layers[i].covers(c, s.Holidays) {
			return i
		}
	}
	return -1
}

// spanAt returns a span around c in which the same shift of the same layer counts, or in which no layer does.
func (s *Schedule) spanAt(c civil.Time) (layer, shift int, from, to civil.Time) {
	layer, shift, from, to = s.layerAt(c), -1, civil.DistantPast, civil.DistantFuture
	if layer >= 0 {
		shift = s.Layers[layer].shift(c)
		from, to = s.Layers[layer].on(c, shift, s.Holidays)
	}
	for i := layer + 1; i < len(s.Layers); i++ { // the layers above must not cover in between
		f, t := s.Layers[i].off(c, s.Holidays)
		from, to = max(from, f), min(to, t)
	}
	return layer, shift, from, to
}

// Shift is a span in which the same people are on call for the same reason.
type Shift struct {
	People []string // in the order of their turn; must not be changed
	Layer  string   // whose shift it is, also when somebody stands in for one person; OverrideLayer if it is nobody's
	Number int      // of the shift in its layer, from 1; 0 if it is nobody's
	From   time.Time
	To     time.Time
	// Override is what put one of the people there, the last if there were several; nil if the layer did.
	Override *Override
}

// Shifts returns who is on call from one instant to another, in order and cut to this window, in the schedule's zone. Where
// nobody is on call there is no shift. The overrides count as in [Schedule.OnCall].
func (s Schedule) Shifts(from, to time.Time, overrides []Override) []Shift {
	if !from.Before(to) {
		return nil
	}
	var shifts []Shift
	if n := s.estimate(from, to); n > 0 {
		shifts = make([]Shift, 0, n)
	}
	v := newView(&s, from, to, overrides)
	p, next := v.onward(v.at(from), to) // outside the loop, which would copy them for each turn
	for ; p.from.Before(to); p, next = v.onward(next, to) {
		if len(p.people) > 0 {
			shifts = append(shifts, Shift{})
			v.fill(&shifts[len(shifts)-1], &p, from, to)
		}
		if !p.to.Before(to) {
			break
		}
		shifts = v.straight(shifts, &next, to)
	}
	if len(shifts) == 0 {
		return nil
	}
	return shifts
}

// estimate returns about how many shifts there are in a window, as far as that can be said without looking.
func (s *Schedule) estimate(from, to time.Time) int {
	most := civil.Time(0)
	for i := range s.Layers {
		if size := s.Layers[i].Shift.seconds(); size > 0 && len(s.Layers[i].Only) == 0 {
			most = max(most, civil.Time(to.Sub(from)/time.Second)/size+2)
		}
	}
	return int(min(most, 1<<14))
}

// Answer is who is on call at an instant, and all that people want to know then. In a gap it has no people.
type Answer struct {
	// Shift that holds the instant. In a gap its bounds are the gap's; From is zero if nobody has been on call before, To if
	// nobody will be in the ten years after.
	Shift
	Next Shift // the next shift that somebody has; without people if there is none in the next ten years
	// Shadows get the notices of the shift and are not paged, as [Schedule.Shadows] says.
	Shadows []string
	Why     string // one sentence
	// Void are the overrides that would count then, and do not; Why names them.
	Void []Override
}

// At returns who is on call at t, until when, who is next, and why. The overrides count as in [Schedule.OnCall].
func (s Schedule) At(t time.Time, overrides []Override) Answer {
	v := newView(&s, time.Time{}, civil.Endless(), overrides)
	limit := t.AddDate(lookahead, 0, 0)
	p, next := v.onward(v.at(t), limit)
	p = v.backward(p)
	a := Answer{Shift: v.shift(p), Why: v.why(t, p), Shadows: s.shadows(v.calendar.Reached(t.Unix()), p.people)}
	for _, o := range s.Voided(t, t.Add(1), overrides) {
		a.Void = append(a.Void, o)
		a.Why += "; " + v.void(&o)
	}
	for last := p; last.to.Before(limit); {
		last, next = v.onward(next, limit)
		if len(last.people) > 0 {
			a.Next = v.shift(last)
			break
		}
	}
	return a
}

// lookahead is how many years [Schedule.At] looks for who is next. Only a schedule that all have left has nobody for so long.
const lookahead = 10

// ShiftsOf picks the shifts of a person as people see them: those that follow each other are one, if they are parts of one
// shift of a layer, or an override cut it.
func ShiftsOf(all []Shift, person string) []Shift {
	var own []Shift
	for _, s := range all {
		if !slices.Contains(s.People, person) {
			continue
		}
		if last := len(own) - 1; last >= 0 && own[last].To.Equal(s.From) && own[last].sameTurn(&s) {
			own[last].To = s.To
			own[last].Layer, own[last].Number = s.Layer, s.Number
			continue
		}
		own = append(own, s)
	}
	return own
}

// sameTurn reports whether two shifts of a person are parts of one.
func (s *Shift) sameTurn(next *Shift) bool {
	return s.Layer == next.Layer && s.Number == next.Number || s.Layer == OverrideLayer || next.Layer == OverrideLayer
}
