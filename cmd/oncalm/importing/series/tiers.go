package series

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/rolling"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
)

// A tier is what recurs on one level.
type tier struct {
	level  int
	rounds [][]*Entry // of the same length, so that they may fill each other's pauses
	others []*Entry
}

// layering makes layers of series.
type layering struct{ s *plan.Schedule }

// Layers makes layers of the series of a schedule, those of a higher level above. Of one level, series of the same
// length that fill each other's pauses are one layer in which people take turns; those that pause and meet others are
// woven; and every other is a layer of its own.
//
// The series are put in order by level. Those that cannot be a layer are noted, and [Entry.Lost].
func Layers(s *plan.Schedule, all []*Entry) {
	c := layering{s}
	tiers := c.tiers(all)
	woven := c.woven(tiers)
	for _, t := range tiers {
		c.s.Level = t.level
		before, several := len(c.s.Layers), map[int]bool{}
		for _, group := range woven {
			if top(group) != t.level {
				continue
			}
			from := len(c.s.Layers)
			c.weave(group)
			for i := range c.s.Layers[from:] {
				several[from+i] = slices.ContainsFunc(group, func(o cycle) bool { return o.Level != t.level })
			}
		}
		own := len(c.s.Layers) // those before hide each other as they should
		for _, r := range t.rounds {
			c.round(r)
		}
		for _, e := range t.others {
			c.alone(e)
		}
		c.overlapped(before, own, several)
	}
}

// Woven reports whether entries with different ids would be woven with each other.
func Woven(s *plan.Schedule, all []*Entry) bool {
	c := layering{s}
	return slices.ContainsFunc(c.woven(c.tiers(all)), func(group []cycle) bool {
		return slices.ContainsFunc(group, func(o cycle) bool { return o.UID != group[0].UID })
	})
}

// tiers sorts the series, the lower ones first.
func (c layering) tiers(all []*Entry) []*tier {
	slices.SortStableFunc(all, func(a, b *Entry) int { return a.Level - b.Level })
	var tiers []*tier
	for from := 0; from < len(all); {
		to := from
		for to < len(all) && all[to].Level == all[from].Level {
			to++
		}
		tiers = append(tiers, c.tier(all[from:to]))
		from = to
	}
	return tiers
}

// tier sorts the series of one level.
//
// A round is series that come again after the same time and are equally long, where that time is a whole number of lengths:
// then each lies exactly in a place between the others.
func (c layering) tier(all []*Entry) *tier {
	t := &tier{level: all[0].Level}
	slices.SortStableFunc(all, func(a, b *Entry) int { return a.Begin.Compare(b.Begin) })
	for _, e := range all {
		e.ending(c.s.Zone)
		every, why := e.period()
		if why != "" {
			c.leave(e, why)
			continue
		}
		if every < e.Seconds || every%e.Seconds != 0 || every/e.Seconds > rolling.Most {
			t.others = append(t.others, e)
			continue
		}
		i := slices.IndexFunc(t.rounds, func(r []*Entry) bool {
			other, _ := r[0].period()
			return other == every && r[0].Seconds == e.Seconds &&
				int64(e.Begin.Sub(r[0].Begin)/time.Second)%e.Seconds == 0
		})
		if i < 0 {
			t.rounds = append(t.rounds, []*Entry{e})
			continue
		}
		t.rounds[i] = append(t.rounds[i], e)
	}
	return t
}

// overlapped notes which layers of one level, from one on, overlap others of it, but for those that are of several
// levels.
func (c layering) overlapped(before, own int, several map[int]bool) {
	if len(c.s.Layers)-before > plan.MostPaired {
		c.s.Note("it has %d layers on one level; where they overlap only the last is on call here",
			len(c.s.Layers)-before)
		return
	}
	for i := own; i < len(c.s.Layers); i++ {
		for j := before; j < i; j++ {
			if !several[j] {
				c.s.NoteOverlap(c.s.Layers[j], c.s.Layers[i])
			}
		}
	}
}

// leave notes that a series is no part of the schedule.
func (c layering) leave(e *Entry, why string) {
	e.Lost = true
	c.s.Note("the series of %s from %s %s, which layers cannot express, and is left out",
		plan.List(e.People), c.s.At(e.From), why)
}

// ending works out when the last occurrence ends, on the wall clock of a zone.
func (e *Entry) ending(zone *time.Location) {
	every, counted := e.interval()
	if e.Last.IsZero() || !counted || wall.Unit(e.Rule["FREQ"]) == 0 {
		return
	}
	shifts, step := rolling.Shifts{Start: e.Begin, Seconds: e.Seconds}, every*wall.Unit(e.Rule["FREQ"])
	e.ends = shifts.Ending(wall.Of(e.Last, zone), step, e.Rule["BYDAY"] != "")
}

// period is after how many seconds a series comes again, 0 if only some days of the week count; or why it cannot be
// carried over.
func (e *Entry) period() (seconds int64, why string) {
	size := wall.Unit(e.Rule["FREQ"])
	for key := range e.Rule {
		if !slices.Contains([]string{"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL"}, key) {
			return 0, "has " + key
		}
	}
	every, ok := e.interval()
	if !ok {
		return 0, "has INTERVAL=" + e.Rule["INTERVAL"]
	}
	if size == 0 {
		return 0, "is " + strings.ToLower(e.Rule["FREQ"])
	}
	if days := e.Rule["BYDAY"]; days != "" && (len(days) != 2 || size != wall.Week) {
		return 0, ""
	}
	return every * size, ""
}

// interval is how many units of its frequency are from one entry of a series to the next. It reports false if the
// series names one that is none.
func (e *Entry) interval() (n int64, ok bool) {
	text, given := e.Rule["INTERVAL"]
	if !given {
		return 1, true
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return n, err == nil && n > 0
}
