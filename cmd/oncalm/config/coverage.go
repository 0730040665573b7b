package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// horizon is how many days ahead gaps and people in two places are looked for.
const horizon = 90

// years is how many years ahead handoffs are checked against clock changes.
const years = 2

// covered checks what only shows when a schedule is looked at over time. What depends
// on the date of the check is a warning: a configuration that served yesterday must
// serve today.
func (r *reader) covered(s rotations.Schedule, planned []rotations.Override, key reading.Value) {
	if nobodys(s) {
		r.Errorf(r.Place(key.Key+".layers"), "name somebody in one of its layers", "schedule %s has nobody in any turn", s.Name)
		return
	}
	r.gaps(s, planned, key)
	r.skipped(s, key)
	r.idle(s, key)
}

// idle warns of layers that never count, and of people who never have a shift in one.
func (r *reader) idle(s rotations.Schedule, key reading.Value) {
	for _, idle := range s.Idle(civil.Of(r.Now.In(s.Zone))) {
		at, name := r.Place(key.Key+".layers["+strconv.Itoa(idle.Layer)+"]"), s.Layers[idle.Layer].Name
		switch {
		case idle.People != nil:
			r.Warnf(at, "give the shifts another length, such as 1w, or the layer another number of turns or other windows",
				"in layer %s these people never have a shift: %s; their turns always fall outside of its windows, or on time of a later layer",
				name, strings.Join(idle.People, ", "))
		case s.Layers[idle.Layer].Holidays == rotations.HolidaysOnly && len(s.Holidays) == 0:
			r.Warnf(at, "list them in holidays: of the schedule", "layer %s never counts: it is for holidays, and the schedule has none", name)
		default:
			r.Warnf(at, "remove it, or give the later layers windows: a later layer wins where it covers",
				"layer %s never counts: later layers cover all of its time", name)
		}
	}
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

// gaps warns of time in which nobody is on call, but for gaps on purpose. The fallback
// of the policy is paged then, which may be as meant.
func (r *reader) gaps(s rotations.Schedule, planned []rotations.Override, key reading.Value) {
	to := r.Now.AddDate(0, 0, horizon)
	for _, l := range s.Layers {
		if start := l.Start.In(s.Zone); start.Before(r.Now.AddDate(1, 0, 0)) {
			to = latest(to, start.AddDate(0, 0, horizon))
		}
	}
	gaps := slices.DeleteFunc(s.Gaps(r.Now, to, planned), func(g rotations.Gap) bool { return g.Meant })
	if len(gaps) == 0 {
		return
	}
	r.Warnf(key, "add a layer below that covers it, write nobody if it is meant, or leave it to the fallback of the policy",
		"nobody is on call in %s%s%s", s.Name, span(s.At(gaps[0].From, planned)), more(len(gaps)-1, to.In(s.Zone)))
}

// skipped warns of handoffs at wall-clock times that do not exist on some date.
func (r *reader) skipped(s rotations.Schedule, key reading.Value) {
	found := s.Skipped(r.Now, r.Now.AddDate(years, 0, 0))
	for n, l := range s.Layers {
		mine := slices.DeleteFunc(slices.Clone(found), func(f rotations.Skipped) bool { return f.Layer != l.Name })
		if len(mine) == 0 {
			continue
		}
		first := mine[0]
		r.Warnf(r.Place(key.Key+".layers["+strconv.Itoa(n)+"]"), "choose a time that exists every day, or leave it: it comes as soon as it can",
			"layer %s changes at %s, which the clocks skip: that day it comes at %s%s", l.Name, onClock(first.At), spoken(first.Comes),
			more(len(mine)-1, r.Now.AddDate(years, 0, 0)))
	}
}

// onClock gives a wall-clock time for people.
func onClock(c civil.Time) string {
	s := c.String()
	return s[:10] + " " + s[11:]
}

// maxAtOnce is of how many schedules of a policy at the most it is looked who is on call in two of them, and maxPairs how many
// pairs there may be in a file: nobody has as many, and a file has room for thousands.
const (
	maxAtOnce = 50
	maxPairs  = 5000
)

// twice warns of people who are on call in two schedules of a policy at once: it means
// to reach two people, and reaches one.
func (r *reader) twice(c *Config, names []string, policy string, key reading.Value) {
	if n := len(names) * (len(names) - 1) / 2; len(names) > maxAtOnce || r.pairs+n > maxPairs {
		r.Warnf(key, "page fewer schedules", "policy %s pages %d schedules: it is not looked whether somebody is on call in two of them at once", policy, len(names))
		return
	}
	to := r.Now.AddDate(0, 0, horizon)
	shifts := map[string][]rotations.Shift{}
	for i, one := range names {
		for _, other := range names[i+1:] {
			r.pairs++
			for _, name := range []string{one, other} {
				if _, known := shifts[name]; !known {
					shifts[name] = c.Schedules[name].Shifts(r.Now, to, c.Planned[name])
				}
			}
			both := together(shifts[one], shifts[other])
			if len(both) == 0 {
				continue
			}
			first := both[0]
			r.Warnf(key, "let somebody else have one of these shifts", "%s is on call in %s and in %s at once, and policy %s means two people: from %s to %s%s",
				first.person, one, other, policy, spoken(first.from), spoken(first.to), more(len(both)-1, to.In(c.Schedules[one].Zone)))
		}
	}
}

// shared is a span in which somebody has a shift in two schedules.
type shared struct {
	person   string
	from, to time.Time
}

// together returns the spans in which somebody has a shift in both lists, which are in
// order. Spans that touch are one.
func together(a, b []rotations.Shift) []shared {
	var all []shared
	for len(a) > 0 && len(b) > 0 {
		from, to := latest(a[0].From, b[0].From), earliest(a[0].To, b[0].To)
		if from.Before(to) {
			for _, person := range a[0].People {
				if slices.Contains(b[0].People, person) {
					all = joined(all, shared{person, from, to})
				}
			}
		}
		if a[0].To.Before(b[0].To) {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return all
}

func joined(all []shared, next shared) []shared {
	for n := len(all) - 1; n >= 0 && n >= len(all)-4; n-- {
		if all[n].person == next.person && all[n].to.Equal(next.from) {
			all[n].to = next.to
			return all
		}
	}
	return append(all, next)
}

// span names the bounds of a gap.
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

func more(n int, until time.Time) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and once more until " + until.Format(time.DateOnly)
	}
	return fmt.Sprintf(", and %d more times until %s", n, until.Format(time.DateOnly))
}
