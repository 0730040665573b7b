package importing

import (
	"cmp"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// single carries over the entries that do not recur. Those that are over count where they show how people take turns.
func (c *sheet) single() {
	all := append(slices.Clone(c.gone), c.singles...)
	if len(c.gone) > 0 && len(c.Layers) == 0 && c.turns(c.schedule, all) {
		return
	}
	c.past.note(c)
	if len(c.singles) == 0 {
		return
	}
	slices.SortStableFunc(c.singles, func(a, b *event) int { return cmp.Or(a.level-b.level, a.from.Compare(b.from)) })
	if len(c.Layers) == 0 {
		if c.turns(c.schedule, slices.Clone(c.singles)) {
			return
		}
		c.level = 0
		c.guessed(c.schedule, c.singles)
	}
	c.overlapping()
	c.beneath()
	for _, e := range c.singles {
		if len(e.people) > 1 {
			c.note("%s: the entry of %s at %s has several people; here only %s stands in", c.Name, list(e.people), e.from.In(c.Zone).Format(spoken), e.people[0])
		}
		o := rotations.Override{Person: e.people[0], From: e.from, To: e.to}
		c.standIn(c.schedule, o, c.recurring(e.level, o))
	}
}

// recurring finds in the series, and in their exceptions, what recurs. Without levels an entry that does not recur stands in for
// those that do.
func (c *sheet) recurring(level int, o rotations.Override) (b beside) {
	from, to := c.looked(o)
	if !c.leveled || !from.Before(to) || c.enough(c.schedule, o, (len(c.series)+len(c.changed))*int(1+to.Sub(from)/(24*time.Hour))) {
		return b
	}
	for _, list := range [][]*event{c.series, c.changed} {
		for _, e := range list {
			if e.lost || e.level < level {
				continue
			}
			for _, at := range e.within(from, to) {
				sh := rotations.Shift{People: e.people, From: later(at.from, from), To: at.to}
				if e.level > level {
					b.above = append(b.above, sh)
				} else {
					b.same = append(b.same, sh)
				}
			}
		}
	}
	c.cut += perShift * (len(b.above) + len(b.same))
	earlier := func(x, y rotations.Shift) int { return x.From.Compare(y.From) }
	slices.SortStableFunc(b.above, earlier)
	slices.SortStableFunc(b.same, earlier)
	return b
}

// overlapping notes which entries of one level that do not recur are at one time: here the later of them counts. That of a higher
// level does there, too.
func (c *sheet) overlapping() {
	var last *event // of those before, that which ends last
	for _, e := range c.singles {
		if last != nil && e.level == last.level && e.from.Before(last.to) && !slices.Equal(e.people, last.people) {
			c.note("%s: at %s the entries of %s and %s are both there; here only %s stands in", c.Name, e.from.In(c.Zone).Format(spoken), list(last.people), list(e.people), e.people[0])
		}
		if last == nil || e.level != last.level || !e.to.Before(last.to) {
			last = e
		}
	}
}

// beneath notes which entries that do not recur are all of their time beneath one of a higher level. They are sorted by level.
func (c *sheet) beneath() {
	all := c.singles[:min(len(c.singles), mostSeries)]
	for i, e := range all {
		j := slices.IndexFunc(all[i+1:], func(o *event) bool { return o.level > e.level && !e.from.Before(o.from) && !o.to.Before(e.to) })
		if j >= 0 {
			c.note("%s: the shift of %s from %s is of a lower level than that of %s then", c.Name, list(e.people), e.from.In(c.Zone).Format(spoken), list(all[i+1+j].people))
		}
	}
}

// turns carries over entries as the rotation that they show, if they show one.
func (p *Plan) turns(s *schedule, all []*event) bool {
	slices.SortStableFunc(all, func(a, b *event) int { return a.from.Compare(b.from) })
	if !p.inferred(s, all) {
		return false
	}
	for _, e := range all {
		s.said = append(s.said, entry{e.people[0], e.from, e.to})
	}
	return true
}

// inferred finds the rotation that shifts show: they follow each other without gaps, are equally long except for the first and
// the last, which may be cut, and the same people come again in the same order, twice at least.
func (p *Plan) inferred(s *schedule, all []*event) bool {
	if len(all) < 4 {
		return false
	}
	inner := all[1 : len(all)-1]
	for i := range all[1:] {
		if !all[i+1].from.Equal(all[i].to) {
			return false
		}
	}
	for _, e := range inner {
		if e.seconds != inner[0].seconds {
			return false
		}
	}
	if all[0].seconds > inner[0].seconds || all[len(all)-1].seconds > inner[0].seconds {
		return false
	}
	for n := 1; 2*n <= len(all); n++ {
		if !repeats(all, n) {
			continue
		}
		var groups [][]string
		for _, e := range all[:n] {
			groups = append(groups, e.people)
		}
		first := inner[0].begin.Add(-time.Duration(inner[0].seconds) * time.Second) // before it was cut
		r := rolling{name: "rotation", start: first, groups: groups}
		p.plain(s, r, inner[0].seconds, nil)
		p.note("%s: the entries do not recur; that people take turns was read from them, from %s to %s", s.Name, all[0].begin.Format(spoken), all[len(all)-1].begin.Format(spoken))
		return len(s.Layers) > 0
	}
	return false
}

func repeats(all []*event, n int) bool {
	for i := n; i < len(all); i++ {
		if !slices.Equal(all[i].people, all[i-n].people) {
			return false
		}
	}
	return true
}

// guessed makes a layer for what comes after single shifts, in which no order can be seen.
func (p *Plan) guessed(s *schedule, all []*event) {
	all = slices.SortedStableFunc(slices.Values(all), func(a, b *event) int { return a.from.Compare(b.from) })
	var groups [][]string
	for _, e := range all {
		if !slices.ContainsFunc(groups, func(g []string) bool { return g[0] == e.people[0] }) {
			groups = append(groups, e.people[:1])
		}
	}
	p.plain(s, rolling{name: "rotation", start: all[0].begin, groups: groups}, week, nil)
	p.note("%s: no order can be seen in the entries of %s from %s on: each is an override, and the layer below is a guess: correct its people, start and shift",
		s.Name, listed(groups), all[0].from.In(s.Zone).Format(spoken))
}
