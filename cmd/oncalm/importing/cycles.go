package importing

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// A cycle is a series that comes again after whole weeks or days.
type cycle struct {
	*event
	unit   int64       // in seconds: a week or a day
	n      int64       // after how many units it comes again
	begins []time.Time // its first occurrences, one for each place in a unit, as begin is
	round  int         // which round it is in, counted from 1; 0 for none
	pauses bool        // there are units in which neither it is there nor another of its round
}

// Bounds of what becomes one rotation. Those of people stay far below.
const (
	mostTurns  = 200
	mostCycles = 60
)

// cycle returns how a series comes again; false if that is not in whole weeks or days.
func (e *event) cycle() (c cycle, ok bool) {
	every, counted := interval(e)
	days, named := weekdays(splitDays(e.rule["BYDAY"]))
	c = cycle{event: e, unit: unit(e.rule["FREQ"]), n: every}
	if !counted || !named || e.seconds%60 != 0 || e.begin.Second() != 0 || c.unit < day {
		return c, false
	}
	own := wall(e.from, e.zone).Weekday()
	switch {
	case len(days) == 0:
		c.begins = []time.Time{e.begin}
		if c.unit == day && every%7 == 0 {
			c.unit, c.n = week, every/7
		}
	case e.seconds > day || c.unit == day && every > 1:
		return c, false
	default:
		first := time.Monday
		if d, ok := weekday(e.rule["WKST"]); ok {
			first = d
		}
		c.unit = week
		for _, d := range days {
			at := e.begin.AddDate(0, 0, int(d-first+7)%7-int(own-first+7)%7)
			if at.Before(e.begin) {
				at = at.AddDate(0, 0, 7*int(every))
			}
			c.begins = append(c.begins, at)
		}
	}
	return c, c.n <= mostTurns && e.seconds <= c.n*c.unit
}

// weekly is the cycle in weeks: one of days comes again on other days of them, until it is there as it was; false if that takes
// too long.
func (c cycle) weekly() (cycle, bool) {
	if c.unit == week {
		return c, true
	}
	weeks, first := c.n/gcd(c.n, 7), c.begins[0]
	if weeks > mostTurns {
		return c, false
	}
	c.begins = nil
	for d := int64(0); d < 7*weeks; d += c.n {
		c.begins = append(c.begins, first.AddDate(0, 0, int(d)))
	}
	c.unit, c.n = week, weeks
	return c, true
}

// meets reports whether two cycles can be there at one time of the week, or of the day.
func (c cycle) meets(o cycle) bool {
	if c.round != 0 && c.round == o.round {
		return true
	}
	unit := min(c.unit, o.unit)
	for _, a := range c.begins {
		for _, b := range o.begins {
			if past(a, b, unit) < c.seconds || past(b, a, unit) < o.seconds {
				return true
			}
		}
	}
	return false
}

// past is how many seconds after a time of the week, or of the day, another one comes.
func past(from, to time.Time, unit int64) int64 {
	return ((to.Unix()-from.Unix())%unit + unit) % unit
}

// woven takes those groups of series out of the tiers that are woven: those that pause and meet others. Their pauses would be
// nobody's turns, and keep others off call.
func (c *sheet) woven(tiers []*tier) [][]cycle {
	var groups [][]cycle
	for i, t := range tiers {
		groups = append(groups, meeting(c.cycles(t, i*mostSeries))...)
	}
	groups = c.across(groups)
	groups = slices.DeleteFunc(groups, func(group []cycle) bool {
		return !pausing(group) || plain(group) || !weavable(group)
	})
	done := map[*event]bool{}
	for _, group := range groups {
		for _, o := range group {
			done[o.event] = true
		}
	}
	isDone := func(e *event) bool { return done[e] }
	for _, t := range tiers {
		for i := range t.rounds {
			t.rounds[i] = slices.DeleteFunc(t.rounds[i], isDone)
		}
		t.rounds = slices.DeleteFunc(t.rounds, func(r []*event) bool { return len(r) == 0 })
		t.others = slices.DeleteFunc(t.others, isDone)
	}
	return groups
}

// pausing reports whether there are pauses in a group.
func pausing(group []cycle) bool {
	return slices.ContainsFunc(group, func(o cycle) bool { return o.pauses })
}

// top is the highest level of a group.
func top(group []cycle) int {
	return slices.MaxFunc(group, func(a, b cycle) int { return a.level - b.level }).level
}

// across puts groups that pause together with those of lower levels that have somebody on call in their pauses, and with those
// of levels between. Where one of a higher level comes or goes, that is not possible.
func (c *sheet) across(groups [][]cycle) [][]cycle {
	merged := false
	for i := 0; i < len(groups); i++ {
		if !pausing(groups[i]) || !weavable(groups[i]) || !c.gaps(groups[i]) {
			continue
		}
		group, with := slices.Clone(groups[i]), map[int]bool{i: true}
		for more := true; more; {
			more = false
			for j, other := range groups {
				if !with[j] && slices.ContainsFunc(other, func(o cycle) bool { return under(group, groups[i], o) }) {
					group, with[j], more = append(group, other...), true, true
				}
			}
		}
		if len(with) == 1 || !weavable(group) || !c.steady(group) {
			continue
		}
		var rest [][]cycle
		for j, other := range groups {
			if !with[j] {
				rest = append(rest, other)
			}
		}
		groups, merged = append(rest, group), true
		break
	}
	if merged {
		return c.across(groups)
	}
	return groups
}

// under reports whether a cycle counts in the pauses of a group, or stands between it and another of what is put together.
func under(group, pauses []cycle, o cycle) bool {
	if slices.ContainsFunc(pauses, func(p cycle) bool { return p.level > o.level && p.meets(o) }) {
		return true
	}
	return o.level < top(group) && slices.ContainsFunc(group, func(g cycle) bool { return g.level < o.level && g.meets(o) })
}

// steady reports whether all of a group, but for those of the lowest level, are there already and stay.
func (c *sheet) steady(group []cycle) bool {
	low := slices.MinFunc(group, func(a, b cycle) int { return a.level - b.level }).level
	return !slices.ContainsFunc(group, func(o cycle) bool {
		return o.level > low && (!o.last.IsZero() || slices.ContainsFunc(o.begins, func(at time.Time) bool { return civil.Of(at).In(c.Zone).After(c.now) }))
	})
}

// plain reports whether a group is a round of whole weeks or days, or alone in weeks: that is a layer without windows, or one
// with its own.
func plain(group []cycle) bool {
	first := group[0]
	if slices.ContainsFunc(group, func(o cycle) bool { return o.level != first.level }) {
		return false
	}
	if len(group) == 1 {
		return first.rule["FREQ"] == "WEEKLY" && first.seconds <= week
	}
	return first.round != 0 && first.seconds%first.unit == 0 && !slices.ContainsFunc(group, func(o cycle) bool { return o.round != first.round })
}

// fleeting reports whether a series comes later and ends: nobody has a turn before it and after it, too.
func (c *sheet) fleeting(e *event) bool { return !e.last.IsZero() && e.from.After(c.now) }

// cycles are those of the series of a tier that have one and are woven with others. Its rounds are counted from a number on.
func (c *sheet) cycles(t *tier, number int) []cycle {
	var all []cycle
	for i, r := range t.rounds {
		every, _ := period(r[0])
		places := map[int64]bool{}
		for _, e := range r {
			places[past(r[0].begin, e.begin, every)] = true
		}
		for _, e := range r {
			if o, ok := e.cycle(); ok && !c.fleeting(e) {
				o.round, o.pauses = number+i+1, int64(len(places)) < every/e.seconds && (o.n > 1 || len(r) > 1)
				all = append(all, o)
			}
		}
	}
	for _, e := range t.others {
		if o, ok := e.cycle(); ok && !c.fleeting(e) {
			o.pauses = o.n > 1
			all = append(all, o)
		}
	}
	return all
}

// meeting puts those together that meet, or that meet others which do.
func meeting(all []cycle) [][]cycle {
	var groups [][]cycle
	for _, o := range all {
		group := []cycle{o}
		groups = slices.DeleteFunc(groups, func(g []cycle) bool {
			if !slices.ContainsFunc(g, o.meets) {
				return false
			}
			group = append(group, g...)
			return true
		})
		groups = append(groups, group)
	}
	return groups
}
