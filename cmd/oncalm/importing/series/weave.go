package series

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/rolling"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
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

// weavable reports whether cycles can be woven: there are not too many of them, and they come again as they were before
// long.
func weavable(group []cycle) bool {
	if len(group) > mostCycles {
		return false
	}
	_, _, ok := even(group)
	return ok
}

// even brings cycles to one unit.
func even(group []cycle) (same []cycle, size int64, ok bool) {
	same = slices.SortedStableFunc(slices.Values(group), func(a, b cycle) int { return a.Begin.Compare(b.Begin) })
	size = same[0].unit
	if slices.ContainsFunc(same, func(o cycle) bool { return o.unit != size }) {
		size = wall.Week
		for i := range same {
			if same[i], ok = same[i].weekly(); !ok {
				return nil, 0, false
			}
		}
	}
	return same, size, turnsOf(same) <= mostTurns
}

// weave makes the layers of cycles, one for each strip. If there always is somebody, the longest strip is beneath the
// others and needs no windows.
func (c layering) weave(group []cycle) {
	group, size, _ := even(group)
	start := frame(group, size)
	all := strips(spun(group, start, size, c.s.Plan.Now, c.s.Zone))
	covered := int64(0)
	for _, s := range all {
		covered += s.length()
	}
	longest := slices.IndexFunc(all, func(s *strip) bool {
		return !slices.ContainsFunc(all, func(o *strip) bool { return o.length() > s.length() })
	})
	ending := slices.ContainsFunc(group, func(o cycle) bool { return !o.Last.IsZero() })
	if covered == size && !ending && !c.gaps(group) {
		whole := all[longest]
		whole.pieces = []piece{{0, size}}
		all = slices.Insert(slices.Delete(all, longest, longest+1), 0, whole)
	}
	for _, s := range all {
		c.strip(s, start, size)
	}
}

// gaps reports whether there would be turns of nobody.
func (c layering) gaps(group []cycle) bool {
	group, size, _ := even(group)
	for _, s := range strips(spun(group, frame(group, size), size, c.s.Plan.Now, c.s.Zone)) {
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
		if turns *= o.n / wall.GCD(turns, o.n); turns > mostTurns {
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
				if inside := wall.Past(at, b, size); inside > 0 && inside+o.Seconds > size {
					cut++
				}
			}
		}
		if cut < least {
			best, least = at, cut
		}
	}
	first := slices.MinFunc(all, time.Time.Compare)
	return first.Add(-time.Duration(wall.Past(best, first, size)) * time.Second)
}

// spun are the threads of cycles. When a thread began does not matter if that was before now.
func spun(group []cycle, start time.Time, size int64, now time.Time, zone *time.Location) []thread {
	var all []thread
	for _, o := range group {
		for _, at := range o.begins {
			begun := !civil.Of(at).In(zone).After(now)
			for from := int64(at.Sub(start) / time.Second); from < int64(at.Sub(start)/time.Second)+o.Seconds; {
				n := from / size
				to := min((n+1)*size, int64(at.Sub(start)/time.Second)+o.Seconds)
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

// strips are the pieces of a unit, those together in which the same threads are. A strip is known by its threads, so that
// the hours of several days in which the same people take turns are one layer.
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
				key += fmt.Sprintf("%p %d ", t.Entry, t.first)
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

// length is how much of a unit a strip is.
func (s *strip) length() (seconds int64) {
	for _, p := range s.pieces {
		seconds += p.to - p.from
	}
	return seconds
}

// only are the windows of a strip.
func (s *strip) only(start time.Time, size int64) []civil.Window {
	var spans []wall.Span
	for _, p := range s.pieces {
		at := start.Add(time.Duration(p.from) * time.Second)
		switch {
		case p.to-p.from == size:
			return nil
		case size == wall.Week:
			spans = append(spans, wall.Span{On: at.Weekday(), From: wall.SecondOf(at), Seconds: p.to - p.from})
		default:
			spans = append(spans, wall.Daily(wall.EveryDay(), wall.SecondOf(at), p.to-p.from)...)
		}
	}
	all, _ := wall.Windows(spans) // they are in whole minutes, as the cycles are
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
		case (p-t.first)%t.n != 0 || len(there) > 0 && there[0].Level > t.Level:
		case len(there) > 0 && there[0].Level < t.Level:
			there = []thread{t}
		default:
			there = append(there, t)
		}
	}
	return there
}

// strip makes a layer of a strip.
func (c layering) strip(s *strip, start time.Time, size int64) {
	turns := turnsOf(s.cycles())
	var used []cycle
	var events []*Entry
	late := false
	for p := range turns {
		for _, t := range s.place(p) {
			used, events, late = append(used, t.cycle), append(events, t.Entry), late || t.first >= t.n
		}
	}
	out := rolling.Shifts{Name: nameOf(events), Start: start}
	ends, together := c.endOf(used)
	if together = together && !late; together {
		out.Ends = ends
	}
	var terms [][]rotations.Term
	for p := range turns {
		var place []*Entry
		for _, t := range s.place(p) {
			first := p
			for first < t.first {
				first += turns
			}
			e := *t.Entry
			e.Begin = start.Add(time.Duration(first*size) * time.Second)
			if together {
				e.ends = 0
			}
			place = append(place, &e)
		}
		turn, term, ok := placed(place, start.Add(time.Duration(p*size)*time.Second), turns*size)
		if !ok {
			c.s.Note("some come and go more than once in the turns of %s; here they stay", plan.List(turn))
		}
		out.Groups, terms = append(out.Groups, turn), append(terms, term)
	}
	if !together {
		out.Terms = terms
	}
	if slices.ContainsFunc(out.Groups, plan.Gap) {
		c.s.Note("there are pauses between the turns of %s; they are nobody's turns here",
			plan.Listed(slices.DeleteFunc(slices.Clone(out.Groups), plan.Gap)))
	}
	out.Plain(c.s, size, s.only(start, size))
}

// endOf is when the last of some cycles ends; false if they do not end together, so that none would come again before
// that.
func (c layering) endOf(group []cycle) (ends civil.Time, together bool) {
	for _, o := range group {
		ends = max(ends, o.ends)
	}
	for _, o := range group {
		if ends == 0 {
			continue
		}
		endless := *o.Entry
		endless.Last, endless.Gone = time.Time{}, nil
		if o.ends == 0 || o.ends < ends && len(endless.Within(o.ends.In(c.s.Zone), ends.In(c.s.Zone))) > 0 {
			return 0, false
		}
	}
	return ends, true
}
