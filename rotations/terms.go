package rotations

import (
	"math"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Nobody is who takes a turn that is a gap on purpose, and who stands in by an [Override] that takes somebody off call. No
// person may have this name.
const Nobody = "nobody"

// Term is from when until when somebody takes part in a layer, on the wall clock of the schedule's zone; Until is not part of
// it. A zero bound is open.
type Term struct{ From, Until civil.Time }

func (t Term) holds(c civil.Time) bool { return c >= t.From && (t.Until == 0 || c < t.Until) }

// Shadow is somebody who gets the notices of a layer and is not paged.
type Shadow struct {
	Person string
	Term   Term
}

// gap reports whether a turn is nobody's on purpose.
func gap(turn []string) bool { return len(turn) == 1 && turn[0] == Nobody }

// term returns when the j-th person of a place takes part.
func (l *Layer) term(place, j int) Term {
	if place < len(l.Terms) && j < len(l.Terms[place]) {
		return l.Terms[place][j]
	}
	return Term{}
}

// there returns those people of a place who take part at c. It does not allocate if they stand side by side.
func (l *Layer) there(place int, c civil.Time) []string {
	turn := l.People[place]
	first, end, n := len(turn), 0, 0
	for j := range turn {
		if l.term(place, j).holds(c) {
			first, end, n = min(first, j), j+1, n+1
		}
	}
	switch {
	case n == 0:
		return nil
	case n == end-first:
		return turn[first:end:end]
	}
	var all []string
	for j := range turn {
		if l.term(place, j).holds(c) {
			all = append(all, turn[j])
		}
	}
	return all
}

// since returns the first shift for which there is a place: the first handoff at which one of its people takes part, or will
// have.
func (l *Layer) since(place int) int {
	if l.counted != nil {
		return l.counted.since[place]
	}
	from := civil.DistantFuture
	for j := range l.People[place] {
		from = min(from, l.term(place, j).From)
	}
	switch {
	case from <= l.Start:
		return 0
	case from == civil.DistantFuture:
		return math.MaxInt // it has no people
	}
	k := l.shift(from)
	if l.handoff(k) < from {
		k++
	}
	return k
}

// epoch returns how many places there are at shift k, and the next shift at which there are more.
func (l *Layer) epoch(k int) (places, next int) {
	next = math.MaxInt
	for i := range l.People {
		if since := l.since(i); since <= k {
			places++
		} else {
			next = min(next, since)
		}
	}
	return places, next
}

// place returns whose turn shift k is, as an index of People, and how often it has come round since a place was added. It is
// -1 if there is no place yet. Where places are added the turns go on after the one that was last, so that whatever was
// before stays what it was.
func (l *Layer) place(k int) (place, round int) {
	if l.counted != nil {
		return l.counted.place(l, k)
	}
	place = -1
	for from := 0; from <= k; {
		places, next := l.epoch(from)
		if places > 0 {
			steps := min(next-1, k) - from // after the first
			for range steps%places + 1 {
				place = l.following(place, from)
			}
			round = (k - from) / places
		}
		from = next
	}
	return place, round
}

// following returns the place after another, among those that there are at shift k.
func (l *Layer) following(place, k int) int {
	for {
		place = (place + 1) % len(l.People)
		if l.since(place) <= k {
			return place
		}
	}
}

// A duty is who has a shift at a time.
type duty struct {
	people []string // nobody in a turn that is a gap on purpose
	place  int      // whose turn it is
	taken  int      // the place of the people: another one if nobody of that turn is there
}

// duty returns who has shift k at c; false if of all the people nobody is there. A turn of which nobody is there is taken by
// the others, each time by the next of them, so that everybody keeps their own turns and has an equal part in these.
func (l *Layer) duty(k int, c civil.Time) (duty, bool) {
	if l.Terms == nil {
		i := k % len(l.People)
		if gap(l.People[i]) {
			return duty{nil, i, i}, true
		}
		return duty{slices.Clip(l.People[i]), i, i}, true
	}
	place, round := l.place(k)
	if place < 0 {
		return duty{}, false
	}
	if people := l.there(place, c); gap(people) {
		return duty{nil, place, place}, true
	} else if len(people) > 0 {
		return duty{people, place, place}, true
	}
	return l.stand(place, round, k, c)
}

// stand returns who takes shift k, the turn of a place of which nobody is there at c: the others that there are then, in their
// order from there on, begun with another one each round.
func (l *Layer) stand(place, round, k int, c civil.Time) (duty, bool) {
	places, _ := l.epoch(k)
	if places < 2 {
		return duty{}, false
	}
	ahead, other := 1+round%(places-1), place
	for range ahead {
		other = l.following(other, k)
	}
	for range places - 1 {
		if people := l.there(other, c); len(people) > 0 && !gap(people) {
			return duty{people, place, other}, true
		}
		if ahead++; ahead == places { // all the way round
			ahead, other = 1, place
		}
		other = l.following(other, k)
	}
	return duty{}, false
}

// terms returns a span around c in which nobody comes or goes.
func (l *Layer) terms(c civil.Time) (from, to civil.Time) {
	from, to = civil.DistantPast, civil.DistantFuture
	for i := range l.Terms {
		for _, t := range l.Terms[i] {
			for _, edge := range [2]civil.Time{t.From, t.Until} {
				switch {
				case edge == 0:
				case edge <= c:
					from = max(from, edge)
				default:
					to = min(to, edge)
				}
			}
		}
	}
	return from, to
}

// left returns a span around c in which none of the people takes part; false if one does.
func (l *Layer) left(c civil.Time) (from, to civil.Time, left bool) {
	if l.Terms == nil {
		return 0, 0, false
	}
	for i := range l.People {
		for j := range l.People[i] {
			if l.term(i, j).holds(c) {
				return 0, 0, false
			}
		}
	}
	from, to = l.terms(c)
	return from, to, true
}

// Members lists who takes turns in a schedule, or will, from a time on: not those who have left by then.
func (s Schedule) Members(at time.Time) []string {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	var all []string
	for _, l := range s.Layers {
		for place, turn := range l.People {
			for j, person := range turn {
				until := l.term(place, j).Until
				if person != Nobody && (until == 0 || at.Before(until.In(zone))) {
					all = append(all, person)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
