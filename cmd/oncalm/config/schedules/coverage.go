package schedules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// horizon is how many days ahead gaps and people in two places are looked for. It is as long as the longest override, and
// longer than a turn is in most rotations.
const horizon = 90

// years is how many years ahead handoffs are checked against clock changes. The tz database knows the changes of most zones
// by a rule, so more years say the same.
const years = 2

// covered checks what only shows when a schedule is looked at over time. It is called only for a schedule that is sound in
// itself: what follows from a mistake would hide it.
func covered(s rotations.Schedule, planned []rotations.Override, key reading.Value) {
	if nobodys(s) {
		key.In("layers").Errorf("name somebody in one of its layers",
			"schedule %s has nobody in any turn", s.Name)
		return
	}
	gaps(s, planned, key)
	skipped(s, key)
	idle(s, key)
}

// idle warns of layers that never count, and of people who never have a shift in one. Later layers win where they cover
// (package rotations), so a layer can be complete and never count.
func idle(s rotations.Schedule, key reading.Value) {
	for _, idle := range s.Idle(civil.Of(key.File.Now.In(s.Zone))) {
		at, name := layerOf(key, idle.Layer), s.Layers[idle.Layer].Name
		switch {
		case idle.People != nil:
			at.Warnf(
				"give the shifts another length, such as 1w, or the layer another number of turns or other windows",
				"in layer %s these people never have a shift: %s; "+
					"their turns always fall outside of its windows, or on time of a later layer",
				name, strings.Join(idle.People, ", "))
		case s.Layers[idle.Layer].Holidays == rotations.HolidaysOnly && len(s.Holidays) == 0:
			at.Warnf("list them in holidays: of the schedule",
				"layer %s never applies: it is for holidays, and the schedule has none", name)
		default:
			at.Warnf("remove it, or give the later layers windows: a later layer wins where it covers",
				"layer %s never applies: later layers cover all of its time", name)
		}
	}
}

// layerOf is where a layer stands.
func layerOf(schedule reading.Value, n int) reading.Value {
	return schedule.In("layers[" + strconv.Itoa(n) + "]")
}

// nobodys reports whether every turn of a schedule is nobody's.
func nobodys(s rotations.Schedule) bool {
	for _, l := range s.Layers {
		for _, turn := range l.People {
			if slices.ContainsFunc(turn, func(p string) bool { return p != rotations.Nobody }) {
				return false
			}
		}
	}
	return true
}

// gaps warns of time in which nobody is on call, but for gaps on purpose. The fallback of the policy is paged then, which
// may be as meant. A layer that begins later, within a year, is looked at from its begin on: a rotation is often written
// before it starts.
func gaps(s rotations.Schedule, planned []rotations.Override, key reading.Value) {
	to := key.File.Now.AddDate(0, 0, horizon)
	for _, l := range s.Layers {
		if start := l.Start.In(s.Zone); start.Before(key.File.Now.AddDate(1, 0, 0)) {
			to = latest(to, start.AddDate(0, 0, horizon))
		}
	}
	gaps := slices.DeleteFunc(s.Gaps(key.File.Now, to, planned), func(g rotations.Gap) bool { return g.Meant })
	if len(gaps) == 0 {
		return
	}
	key.Warnf(
		"add a layer below that covers it, write nobody if that is intended, or leave it to the fallback of the policy",
		"nobody is on call in %s%s%s", s.Name, span(s.At(gaps[0].From, planned)), more(len(gaps)-1, to.In(s.Zone)))
}

// skipped warns of handoffs at wall-clock times that do not exist on some date. They are no errors: the handoff comes at
// the first moment that exists (see package rotations/civil).
func skipped(s rotations.Schedule, key reading.Value) {
	found := s.Skipped(key.File.Now, key.File.Now.AddDate(years, 0, 0))
	for n, l := range s.Layers {
		mine := slices.DeleteFunc(slices.Clone(found), func(f rotations.Skipped) bool { return f.Layer != l.Name })
		if len(mine) == 0 {
			continue
		}
		first := mine[0]
		layerOf(key, n).Warnf("choose a time that exists every day, or leave it: it comes as soon as it can",
			"layer %s changes at %s, which the clocks skip: that day it comes at %s%s",
			l.Name, onClock(first.At), spoken(first.Comes),
			more(len(mine)-1, key.File.Now.AddDate(years, 0, 0)))
	}
}

// onClock gives a wall-clock time for people.
func onClock(c civil.Time) string {
	s := c.String()
	return s[:10] + " " + s[11:]
}

// span names the bounds of a gap. A bound that is zero is open: nobody was on call before, or will be.
func span(gap rotations.Answer) string {
	text := ""
	if !gap.From.IsZero() {
		text = " from " + spoken(gap.From)
	}
	if gap.To.IsZero() {
		return text + " on"
	}
	if text == "" {
		return " until " + spoken(gap.To)
	}
	return text + " to " + spoken(gap.To)
}
