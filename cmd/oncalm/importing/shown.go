package importing

import (
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
	c.inOrder(c.schedule, c.singles)
}

// inOrder carries over what does not recur: as overrides of what does, or else as the rotation that it shows.
func (p *Plan) inOrder(s *schedule, all []*event) {
	slices.SortStableFunc(all, func(a, b *event) int { return a.from.Compare(b.from) })
	if len(s.Layers) == 0 && len(all) > 0 {
		if p.turns(s, all) {
			return
		}
		p.guessed(s, all)
	}
	for _, e := range all {
		if len(e.people) > 1 {
			p.note("%s: the entry of %s at %s has several people; here only %s stands in", s.Name, list(e.people), e.from.In(s.Zone).Format(spoken), e.people[0])
		}
		p.override(s, rotations.Override{Person: e.people[0], From: e.from, To: e.to})
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
	var groups [][]string
	for _, e := range all {
		if !slices.ContainsFunc(groups, func(g []string) bool { return g[0] == e.people[0] }) {
			groups = append(groups, e.people[:1])
		}
	}
	p.plain(s, rolling{name: "rotation", start: all[0].begin, groups: groups}, week, nil)
	p.note("%s: no order can be seen in the entries: each is an override, and the layer below is a guess: correct its people, start and shift", s.Name)
}
