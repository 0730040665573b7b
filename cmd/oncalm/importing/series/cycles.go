package series

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A cycle is a series that comes again after whole weeks or days.
type cycle struct {
	*Entry
	unit   int64       // in seconds: a week or a day
	n      int64       // after how many units it comes again
	begins []time.Time // its first occurrences, one for each place in a unit, as begin is
	round  int         // which round it is in, counted from 1; 0 for none
	pauses bool        // there are units in which neither it is there nor another of its round
}

// Most is how many series are made layers of. Each is compared with each.
const Most = 400

// Bounds of what becomes one rotation. Those of people stay far below.
const (
	mostTurns  = 200
	mostCycles = 60
)

// cycle returns how a series comes again; false if that is not in whole weeks or days.
//
// With days of the week named, each of them is a place in the week; one that lies before the first occurrence comes a whole
// interval later. Times are in whole minutes, as windows of layers are.
func (e *Entry) cycle() (c cycle, ok bool) {
	every, counted := e.interval()
	days, named := wall.Weekdays(splitDays(e.Rule["BYDAY"]))
	c = cycle{Entry: e, unit: wall.Unit(e.Rule["FREQ"]), n: every}
	if !counted || !named || e.Seconds%60 != 0 || e.Begin.Second() != 0 || c.unit < wall.Day {
		return c, false
	}
	own := wall.Of(e.From, e.Zone).Weekday()
	switch {
	case len(days) == 0:
		c.begins = []time.Time{e.Begin}
		if c.unit == wall.Day && every%7 == 0 {
			c.unit, c.n = wall.Week, every/7
		}
	case e.Seconds > wall.Day || c.unit == wall.Day && every > 1:
		return c, false
	default:
		first := wall.FirstDay(e.Rule["WKST"])
		c.unit = wall.Week
		for _, d := range days {
			at := e.Begin.AddDate(0, 0, int(d-first+7)%7-int(own-first+7)%7)
			if at.Before(e.Begin) {
				at = at.AddDate(0, 0, 7*int(every))
			}
			c.begins = append(c.begins, at)
		}
	}
	return c, c.n <= mostTurns && e.Seconds <= c.n*c.unit
}

// Cyclic reports whether a series comes again in whole weeks or days, so that it can be woven.
func (e *Entry) Cyclic() bool {
	_, ok := e.cycle()
	return ok
}

// weekly is the cycle in weeks: one of days comes again on other days of them, until it is there as it was; false if
// that takes too long. Seven days and n days come together again after n weeks, or fewer.
func (c cycle) weekly() (cycle, bool) {
	if c.unit == wall.Week {
		return c, true
	}
	weeks, first := c.n/wall.GCD(c.n, 7), c.begins[0]
	if weeks > mostTurns {
		return c, false
	}
	c.begins = nil
	for d := int64(0); d < 7*weeks; d += c.n {
		c.begins = append(c.begins, first.AddDate(0, 0, int(d)))
	}
	c.unit, c.n = wall.Week, weeks
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
			if wall.Past(a, b, unit) < c.Seconds || wall.Past(b, a, unit) < o.Seconds {
				return true
			}
		}
	}
	return false
}

// woven takes those groups of series out of the tiers that are woven: those that pause and meet others. Their pauses
// would be nobody's turns, and keep others off call. What it takes out is gone from the tiers, so that no series is carried
// over twice.
func (c layering) woven(tiers []*tier) [][]cycle {
	var groups [][]cycle
	for i, t := range tiers {
		groups = append(groups, meeting(c.cycles(t, i*Most))...)
	}
	groups = c.across(groups)
	groups = slices.DeleteFunc(groups, func(group []cycle) bool {
		return !pausing(group) || plain(group) || !weavable(group)
	})
	done := map[*Entry]bool{}
	for _, group := range groups {
		for _, o := range group {
			done[o.Entry] = true
		}
	}
	isDone := func(e *Entry) bool { return done[e] }
	for _, t := range tiers {
		for i := range t.rounds {
			t.rounds[i] = slices.DeleteFunc(t.rounds[i], isDone)
		}
		t.rounds = slices.DeleteFunc(t.rounds, func(r []*Entry) bool { return len(r) == 0 })
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
	return slices.MaxFunc(group, func(a, b cycle) int { return a.Level - b.Level }).Level
}

// across puts groups that pause together with those of lower levels that have somebody on call in their pauses, and
// with those of levels between. Where one of a higher level comes or goes, that is not possible. It begins again after each
// that it has put together, since what has become larger may reach further.
func (c layering) across(groups [][]cycle) [][]cycle {
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

// under reports whether a cycle counts in the pauses of a group, or stands between it and another of what is put
// together.
func under(group, pauses []cycle, o cycle) bool {
	if slices.ContainsFunc(pauses, func(p cycle) bool { return p.Level > o.Level && p.meets(o) }) {
		return true
	}
	return o.Level < top(group) &&
		slices.ContainsFunc(group, func(g cycle) bool { return g.Level < o.Level && g.meets(o) })
}

// steady reports whether all of a group, but for those of the lowest level, are there already and stay.
func (c layering) steady(group []cycle) bool {
	low := slices.MinFunc(group, func(a, b cycle) int { return a.Level - b.Level }).Level
	later := func(at time.Time) bool { return civil.Of(at).In(c.s.Zone).After(c.s.Plan.Now) }
	return !slices.ContainsFunc(group, func(o cycle) bool {
		return o.Level > low && (!o.Last.IsZero() || slices.ContainsFunc(o.begins, later))
	})
}

// plain reports whether a group is a round of whole weeks or days, or alone in weeks: that is a layer without windows,
// or one with its own.
func plain(group []cycle) bool {
	first := group[0]
	if slices.ContainsFunc(group, func(o cycle) bool { return o.Level != first.Level }) {
		return false
	}
	if len(group) == 1 {
		return first.Rule["FREQ"] == "WEEKLY" && first.Seconds <= wall.Week
	}
	return first.round != 0 && first.Seconds%first.unit == 0 &&
		!slices.ContainsFunc(group, func(o cycle) bool { return o.round != first.round })
}

// fleeting reports whether a series comes later and ends: nobody has a turn before it and after it, too.
func (c layering) fleeting(e *Entry) bool { return !e.Last.IsZero() && e.From.After(c.s.Plan.Now) }

// cycles are those of the series of a tier that have one and are woven with others. Its rounds are counted from a
// number on.
func (c layering) cycles(t *tier, number int) []cycle {
	var all []cycle
	for i, r := range t.rounds {
		every, _ := r[0].period()
		places := map[int64]bool{}
		for _, e := range r {
			places[wall.Past(r[0].Begin, e.Begin, every)] = true
		}
		for _, e := range r {
			if o, ok := e.cycle(); ok && !c.fleeting(e) {
				o.round, o.pauses = number+i+1, int64(len(places)) < every/e.Seconds && (o.n > 1 || len(r) > 1)
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
