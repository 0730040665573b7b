package importing

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A tier is what recurs on one level.
type tier struct {
	level  int
	rounds [][]*event // of the same length, so that they may fill each other's pauses
	others []*event
}

// layers makes layers of the series, those of a higher level above. Of one level, series of the same length that fill each other's
// pauses are one layer in which people take turns; those that pause and meet others are woven; and every other is a layer of its
// own.
func (c *sheet) layers() {
	tiers := c.tiers()
	woven := c.woven(tiers)
	for _, t := range tiers {
		c.level = t.level
		before, several := len(c.Layers), map[int]bool{}
		for _, group := range woven {
			if top(group) != t.level {
				continue
			}
			from := len(c.Layers)
			c.weave(group)
			for i := range c.Layers[from:] {
				several[from+i] = slices.ContainsFunc(group, func(o cycle) bool { return o.level != t.level })
			}
		}
		own := len(c.Layers) // those before hide each other as they should
		for _, r := range t.rounds {
			c.round(r)
		}
		for _, e := range t.others {
			c.alone(e)
		}
		c.overlapped(before, own, several)
	}
}

// tiers sorts the series, the lower ones first.
func (c *sheet) tiers() []*tier {
	slices.SortStableFunc(c.series, func(a, b *event) int { return a.level - b.level })
	var tiers []*tier
	for from := 0; from < len(c.series); {
		to := from
		for to < len(c.series) && c.series[to].level == c.series[from].level {
			to++
		}
		tiers = append(tiers, c.tier(c.series[from:to]))
		from = to
	}
	return tiers
}

// tier sorts the series of one level.
func (c *sheet) tier(all []*event) *tier {
	t := &tier{level: all[0].level}
	slices.SortStableFunc(all, func(a, b *event) int { return a.begin.Compare(b.begin) })
	for _, e := range all {
		e.ending(c.Zone)
		every, why := period(e)
		if why != "" {
			c.leave(e, why)
			continue
		}
		if every < e.seconds || every%e.seconds != 0 || every/e.seconds > most {
			t.others = append(t.others, e)
			continue
		}
		i := slices.IndexFunc(t.rounds, func(r []*event) bool {
			other, _ := period(r[0])
			return other == every && r[0].seconds == e.seconds && int64(e.begin.Sub(r[0].begin)/time.Second)%e.seconds == 0
		})
		if i < 0 {
			t.rounds = append(t.rounds, []*event{e})
			continue
		}
		t.rounds[i] = append(t.rounds[i], e)
	}
	return t
}

// overlapped notes which layers of one level, from one on, overlap others of it, but for those that are of several levels.
func (c *sheet) overlapped(before, own int, several map[int]bool) {
	if len(c.Layers)-before > mostPaired {
		c.note("%s: it has %d layers on one level; where they overlap only the last is on call here", c.Name, len(c.Layers)-before)
		return
	}
	for i := own; i < len(c.Layers); i++ {
		for j := before; j < i; j++ {
			if !several[j] {
				c.overlaps(c.schedule, c.Layers[j], c.Layers[i])
			}
		}
	}
}

// mostPaired is how many layers are compared with each other.
const mostPaired = 40

// leave notes that a series is no part of the schedule.
func (c *sheet) leave(e *event, why string) {
	e.lost = true
	c.note("%s: the series of %s from %s %s, which layers cannot express, and is left out", c.Name, list(e.people), e.from.In(c.Zone).Format(spoken), why)
}

// ending works out when the last occurrence ends, on the wall clock of a zone.
func (e *event) ending(zone *time.Location) {
	every, counted := interval(e)
	if e.last.IsZero() || !counted || unit(e.rule["FREQ"]) == 0 {
		return
	}
	last := wall(e.last.Time, zone)
	e.ends = rolling{start: e.begin, seconds: e.seconds}.ending(last, every*unit(e.rule["FREQ"]), e.rule["BYDAY"] != "")
}

// period is after how many seconds a series comes again, 0 if only some days of the week count; or why it cannot be carried over.
func period(e *event) (seconds int64, why string) {
	size := unit(e.rule["FREQ"])
	for key := range e.rule {
		if !slices.Contains([]string{"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL"}, key) {
			return 0, "has " + key
		}
	}
	every, ok := interval(e)
	if !ok {
		return 0, "has INTERVAL=" + e.rule["INTERVAL"]
	}
	if size == 0 {
		return 0, "is " + strings.ToLower(e.rule["FREQ"])
	}
	if days := e.rule["BYDAY"]; days != "" && (len(days) != 2 || size != week) {
		return 0, ""
	}
	return every * size, ""
}

// interval is how many units of its frequency are from one entry of a series to the next. It reports false if the series names
// one that is none.
func interval(e *event) (n int64, ok bool) {
	text, given := e.rule["INTERVAL"]
	if !given {
		return 1, true
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return n, err == nil && n > 0
}

// round makes a layer of series that follow each other; several in one place are on call together.
func (c *sheet) round(r []*event) {
	every, _ := period(r[0])
	places := make([][]*event, every/r[0].seconds)
	for _, e := range r {
		at := int64(e.begin.Sub(r[0].begin)/time.Second) / e.seconds % int64(len(places))
		places[at] = append(places[at], e)
	}
	if len(r) == 1 && len(places) > 1 {
		c.alone(r[0])
		return
	}
	out := rolling{name: nameOf(r), start: r[0].begin}
	ends, all := together(r, every)
	terms := [][]rotations.Term{}
	for _, place := range places {
		if all { // they are there from the first turn on, and end together
			place = slices.Clone(place)
			for i, e := range place {
				same := *e
				same.ends, place[i] = 0, &same
			}
		}
		turn, term, ok := c.turn(place, r[0].begin, every)
		if !ok {
			c.note("%s: some come and go more than once in the turns of %s; here they stay", c.Name, list(turn))
		}
		out.groups, terms = append(out.groups, turn), append(terms, term)
	}
	if slices.ContainsFunc(places, func(place []*event) bool { return len(place) == 0 }) {
		c.note("%s: there are pauses between the turns of %s; they are nobody's turns here", c.Name, list(out.groups[0]))
	}
	if all {
		out.ends = ends
	} else {
		out.terms = terms
	}
	c.plain(c.schedule, out, r[0].seconds, nil)
}

// turn returns who has the turns of a place, and from when until when; nobody has them where there are pauses.
func (c *sheet) turn(place []*event, first time.Time, every int64) (people []string, terms []rotations.Term, ok bool) {
	slices.SortStableFunc(place, func(a, b *event) int { return a.begin.Compare(b.begin) })
	ok = true
	add := func(who string, t rotations.Term) {
		if i := slices.Index(people, who); i < 0 {
			people, terms = append(people, who), append(terms, t)
		} else if terms[i].Until == t.From && t.From != 0 {
			terms[i].Until = t.Until
		} else if terms[i].From <= t.From && (terms[i].Until == 0 || t.Until != 0 && t.Until <= terms[i].Until) {
			return // they are there by another series
		} else {
			ok = false
		}
	}
	covered := civil.Time(0) // until when somebody has the turns; 0 for ever
	for i, e := range place {
		t := rotations.Term{Until: e.ends}
		if e.begin.Sub(first) >= time.Duration(every)*time.Second {
			t.From = civil.Of(e.begin)
		}
		// The one before comes last a turn before the next begins: in between others have their turns.
		if i == 0 && t.From != 0 {
			add(nobody, rotations.Term{Until: t.From})
		}
		if i > 0 && covered != 0 && t.From > covered {
			if t.From >= covered+civil.Time(every) {
				add(nobody, rotations.Term{From: covered, Until: t.From})
			} else {
				for j := range terms {
					if terms[j].Until == covered {
						terms[j].Until = t.From
					}
				}
			}
		}
		for _, who := range e.people {
			add(who, t)
		}
		if i == 0 || covered != 0 && (t.Until == 0 || t.Until > covered) {
			covered = t.Until
		}
	}
	switch {
	case len(place) == 0:
		add(nobody, rotations.Term{})
	case covered != 0:
		add(nobody, rotations.Term{From: covered})
	}
	return people, terms, ok
}

// together is when a round ends: with the last of its series, if none of the others would come again before that, and none
// begins later than the first turns.
func together(r []*event, every int64) (ends civil.Time, all bool) {
	for _, e := range r {
		ends = max(ends, e.ends)
	}
	for _, e := range r {
		if e.begin.Sub(r[0].begin) >= time.Duration(every)*time.Second {
			return 0, false
		}
		if ends == 0 {
			continue
		}
		if next := e.ends + civil.Time(every-e.seconds); e.ends == 0 || next < ends {
			return 0, false
		}
	}
	return ends, true
}

// alone makes a layer of one series.
func (c *sheet) alone(e *event) {
	every, _ := interval(e)
	r := rolling{name: cmp.Or(e.called, list(e.people)), start: e.begin, seconds: e.seconds, interval: every, groups: [][]string{e.people}, weekday: time.Monday, ends: e.ends}
	if first, ok := weekday(e.rule["WKST"]); ok {
		r.weekday = first
	}
	days, ok := weekdays(splitDays(e.rule["BYDAY"]))
	why := "is by the month"
	switch {
	case !ok:
	case e.rule["FREQ"] == "WEEKLY":
		why = c.weekly(c.schedule, r, days)
	case e.rule["FREQ"] == "DAILY" && (r.interval == 1 || len(days) == 0):
		why = c.daily(c.schedule, r, days)
	default:
		why = "repeats " + strings.ToLower(e.rule["FREQ"])
	}
	if why != "" {
		c.leave(e, why)
	}
}
