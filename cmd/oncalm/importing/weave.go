package importing

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A thread is a piece of a cycle that lies in one unit, at the same seconds of each.
type thread struct {
	cycle
	piece
	first int64 // the number of the unit in which it is first
}

// A piece of a unit, in seconds from its begin.
type piece struct{ from, to int64 }

// A strip is pieces of a unit in which the same threads are.
type strip struct {
	threads []thread
	pieces  []piece
}

// weavable reports whether cycles can be woven: there are not too many of them, and they come again as they were before long.
func weavable(group []cycle) bool {
	if len(group) > mostCycles {
		return false
	}
	_, _, ok := even(group)
	return ok
}

// even brings cycles to one unit.
func even(group []cycle) (same []cycle, size int64, ok bool) {
	same = slices.SortedStableFunc(slices.Values(group), func(a, b cycle) int { return a.begin.Compare(b.begin) })
	size = same[0].unit
	if slices.ContainsFunc(same, func(o cycle) bool { return o.unit != size }) {
		size = week
		for i := range same {
			if same[i], ok = same[i].weekly(); !ok {
				return nil, 0, false
			}
		}
	}
	return same, size, turnsOf(same) <= mostTurns
}

// weave makes the layers of cycles, one for each strip. If there always is somebody, the longest strip is beneath the others and
// needs no windows.
func (c *sheet) weave(group []cycle) {
	group, size, _ := even(group)
	start := frame(group, size)
	all := strips(spun(group, start, size, c.now, c.Zone))
	covered := int64(0)
	for _, s := range all {
		covered += s.length()
	}
	longest := slices.IndexFunc(all, func(s *strip) bool {
		return !slices.ContainsFunc(all, func(o *strip) bool { return o.length() > s.length() })
	})
	if covered == size && !c.gaps(group) && !slices.ContainsFunc(group, func(o cycle) bool { return !o.last.IsZero() }) {
		whole := all[longest]
		whole.pieces = []piece{{0, size}}
		all = slices.Insert(slices.Delete(all, longest, longest+1), 0, whole)
	}
	for _, s := range all {
		c.strip(s, start, size)
	}
}

// gaps reports whether there would be turns of nobody.
func (c *sheet) gaps(group []cycle) bool {
	group, size, _ := even(group)
	for _, s := range strips(spun(group, frame(group, size), size, c.now, c.Zone)) {
		for p := range turnsOf(s.cycles()) {
			if len(s.place(p)) == 0 {
				return true
			}
		}
	}
	return false
}

// turnsOf is after how many units all cycles come again as they were, or more than are allowed.
func turnsOf(group []cycle) int64 {
	turns := int64(1)
	for _, o := range group {
		if turns *= o.n / gcd(turns, o.n); turns > mostTurns {
			break
		}
	}
	return turns
}

// frame returns when units begin: at a begin of a cycle where the fewest others are cut in two, and before all of them.
func frame(group []cycle, size int64) time.Time {
	var all []time.Time
	for _, o := range group {
		all = append(all, o.begins...)
	}
	best, least := all[0], len(all)+1
	for _, at := range all {
		cut := 0
		for _, o := range group {
			for _, b := range o.begins {
				if inside := past(at, b, size); inside > 0 && inside+o.seconds > size {
					cut++
				}
			}
		}
		if cut < least {
			best, least = at, cut
		}
	}
	first := slices.MinFunc(all, time.Time.Compare)
	return first.Add(-time.Duration(past(best, first, size)) * time.Second)
}

// spun are the threads of cycles. When a thread began does not matter if that was before now.
func spun(group []cycle, start time.Time, size int64, now time.Time, zone *time.Location) []thread {
	var all []thread
	for _, o := range group {
		for _, at := range o.begins {
			begun := !civil.Of(at).In(zone).After(now)
			for from := int64(at.Sub(start) / time.Second); from < int64(at.Sub(start)/time.Second)+o.seconds; {
				n := from / size
				to := min((n+1)*size, int64(at.Sub(start)/time.Second)+o.seconds)
				t := thread{o, piece{from - n*size, to - n*size}, n}
				if begun {
					t.first %= o.n
				}
				all = append(all, t)
				from = to
			}
		}
	}
	return all
}

// strips are the pieces of a unit, those together in which the same threads are.
func strips(all []thread) []*strip {
	var borders []int64
	for _, t := range all {
		borders = append(borders, t.from, t.to)
	}
	slices.Sort(borders)
	borders = slices.Compact(borders)
	var list []*strip
	known := map[string]*strip{}
	for i := range len(borders) - 1 {
		one, key := &strip{pieces: []piece{{borders[i], borders[i+1]}}}, ""
		for _, t := range all {
			if t.from <= borders[i] && borders[i+1] <= t.to {
				one.threads = append(one.threads, t)
				key += fmt.Sprintf("%p %d ", t.event, t.first)
			}
		}
		s := known[key]
		switch {
		case key == "":
		case s == nil:
			known[key] = one
			list = append(list, one)
		case s.pieces[len(s.pieces)-1].to == borders[i]:
			s.pieces[len(s.pieces)-1].to = borders[i+1]
		default:
			s.pieces = append(s.pieces, one.pieces...)
		}
	}
	return list
}

func (s *strip) length() (seconds int64) {
	for _, p := range s.pieces {
		seconds += p.to - p.from
	}
	return seconds
}

// only are the windows of a strip.
func (s *strip) only(start time.Time, size int64) []civil.Window {
	var spans []span
	for _, p := range s.pieces {
		at := start.Add(time.Duration(p.from) * time.Second)
		switch {
		case p.to-p.from == size:
			return nil
		case size == week:
			spans = append(spans, span{at.Weekday(), secondOf(at), p.to - p.from})
		default:
			spans = append(spans, daily(everyDay(), secondOf(at), p.to-p.from)...)
		}
	}
	all, _ := windows(spans) // they are in whole minutes, as the cycles are
	return all
}

// cycles are those that are in a strip.
func (s *strip) cycles() []cycle {
	var all []cycle
	for _, t := range s.threads {
		all = append(all, t.cycle)
	}
	return all
}

// place is who is there in the p-th unit, and in each that comes after all turns: those of the highest level.
func (s *strip) place(p int64) []thread {
	var there []thread
	for _, t := range s.threads {
		switch {
		case (p-t.first)%t.n != 0 || len(there) > 0 && there[0].level > t.level:
		case len(there) > 0 && there[0].level < t.level:
			there = []thread{t}
		default:
			there = append(there, t)
		}
	}
	return there
}

// strip makes a layer of a strip.
func (c *sheet) strip(s *strip, start time.Time, size int64) {
	turns := turnsOf(s.cycles())
	var used []cycle
	var events []*event
	late := false
	for p := range turns {
		for _, t := range s.place(p) {
			used, events, late = append(used, t.cycle), append(events, t.event), late || t.first >= t.n
		}
	}
	out := rolling{name: nameOf(events), start: start}
	ends, together := c.endOf(used)
	if together = together && !late; together {
		out.ends = ends
	}
	var terms [][]rotations.Term
	for p := range turns {
		var place []*event
		for _, t := range s.place(p) {
			first := p
			for first < t.first {
				first += turns
			}
			e := *t.event
			e.begin = start.Add(time.Duration(first*size) * time.Second)
			if together {
				e.ends = 0
			}
			place = append(place, &e)
		}
		turn, term, ok := c.turn(place, start.Add(time.Duration(p*size)*time.Second), turns*size)
		if !ok {
			c.note("%s: some come and go more than once in the turns of %s; here they stay", c.Name, list(turn))
		}
		out.groups, terms = append(out.groups, turn), append(terms, term)
	}
	if !together {
		out.terms = terms
	}
	if slices.ContainsFunc(out.groups, gap) {
		c.note("%s: there are pauses between the turns of %s; they are nobody's turns here", c.Name, listed(slices.DeleteFunc(slices.Clone(out.groups), gap)))
	}
	c.plain(c.schedule, out, size, s.only(start, size))
}

// gap reports whether a turn is nobody's.
func gap(turn []string) bool { return slices.Equal(turn, []string{nobody}) }

// endOf is when the last of some cycles ends; false if they do not end together, so that none would come again before that.
func (c *sheet) endOf(group []cycle) (ends civil.Time, together bool) {
	for _, o := range group {
		ends = max(ends, o.ends)
	}
	for _, o := range group {
		if ends == 0 {
			continue
		}
		endless := *o.event
		endless.last, endless.gone = until{}, nil
		if o.ends == 0 || o.ends < ends && len(endless.within(o.ends.In(c.Zone), ends.In(c.Zone))) > 0 {
			return 0, false
		}
	}
	return ends, true
}
