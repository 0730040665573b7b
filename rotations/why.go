package rotations

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/text"
)

// why says in a sentence why a piece, which holds t, is as it is. Times are those of the schedule's wall clock.
func (v *view) why(t time.Time, p piece) string {
	switch {
	case p.override != nil && len(p.people) > 1:
		return fmt.Sprintf("%s: %s", v.standIn(p.override), text.List(p.people, "and"))
	case p.override != nil:
		return v.standIn(p.override)
	case p.layer >= 0 && len(p.people) > 0:
		return fmt.Sprintf("%s%s: %s", v.turn(p), v.absent(t, p), text.List(p.people, "and"))
	case p.layer >= 0:
		return v.turn(p) + ": nobody"
	}
	return "nobody is on call: " + v.gap(t, p)
}

// standIn says what an override does: bo stands in for ana until 2026-02-02 09:00.
func (v *view) standIn(o *Override) string {
	whom := "everybody"
	if o.For != "" {
		whom = o.For
	}
	return fmt.Sprintf("override: %s stands in for %s until %s", o.Person, whom, v.spoken(o.To))
}

// void says of an override that it does not count, and why.
func (v *view) void(o *Override) string {
	return fmt.Sprintf("an override for %s until %s is ignored: %s", o.Person, v.spoken(o.To), o.Void)
}

// turn says which turn it is: layer primary, week 12 since 2026-01-05 09:00.
func (v *view) turn(p piece) string {
	l := &v.schedule.Layers[p.layer]
	since := l.Start.Spoken()
	unit := l.Shift.Unit.spoken()
	if l.Shift.N == 1 {
		return fmt.Sprintf("layer %s, %s %d since %s", l.Name, unit, p.shift+1, since)
	}
	return fmt.Sprintf("layer %s, shift %d of %d %ss since %s", l.Name, p.shift+1, l.Shift.N, unit, since)
}

// absent says in whose place the people of a piece have its shift, if it is not theirs.
func (v *view) absent(t time.Time, p piece) string {
	l := &v.schedule.Layers[p.layer]
	d, _ := l.duty(p.shift, v.calendar.Reached(t.Unix()))
	if d.place == d.taken {
		return ""
	}
	return fmt.Sprintf(", the turn of %s, who is not there",
		text.List(slices.Compact(slices.Clone(l.People[d.place])), "and"))
}

// gap says why nobody is on call.
func (v *view) gap(t time.Time, p piece) string {
	first := civil.DistantFuture
	for i := range v.schedule.Layers {
		if l := &v.schedule.Layers[i]; l.usable() {
			first = min(first, l.Start)
		}
	}
	switch {
	case first == civil.DistantFuture:
		return "the schedule has no layers"
	case v.calendar.Reached(t.Unix()) < first:
		return "no layer has begun yet; the first starts at " + first.Spoken()
	case p.from.IsZero():
		return "no layer covers the time until " + v.spoken(p.to)
	}
	return fmt.Sprintf("no layer covers %s to %s", v.spoken(p.from), v.spoken(p.to))
}

func (v *view) spoken(t time.Time) string { return v.local(t).Format("2006-01-02 15:04") }
