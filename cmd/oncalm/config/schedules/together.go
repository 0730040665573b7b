package schedules

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
)

// maxAtOnce is of how many schedules of a policy at the most it is looked who is on call in two of them, and maxPairs
// how many pairs there may be in a file: nobody has as many, and a file has room for thousands.
const (
	maxAtOnce = 50
	maxPairs  = 5000
)

// Pairs are schedules that somebody looks at together. It is one for the whole file, so that the work is bounded however
// many policies there are.
type Pairs struct {
	Schedules map[string]rotations.Schedule
	Planned   map[string][]rotations.Override

	compared int
}

// Check warns of people who are on call in two schedules of a policy at once, which stands at key: it means to reach
// two people, and reaches one.
func (p *Pairs) Check(names []string, policy string, key reading.Value) {
	if n := len(names) * (len(names) - 1) / 2; len(names) > maxAtOnce || p.compared+n > maxPairs {
		key.Warnf("page fewer schedules",
			"policy %s pages %d schedules: whether somebody is on call in two of them at once is not checked",
			policy, len(names))
		return
	}
	to := key.File.Now.AddDate(0, 0, horizon)
	shifts := map[string][]rotations.Shift{}
	for i, one := range names {
		for _, other := range names[i+1:] {
			p.compared++
			for _, name := range []string{one, other} {
				if _, known := shifts[name]; !known {
					shifts[name] = p.Schedules[name].Shifts(key.File.Now, to, p.Planned[name])
				}
			}
			both := together(shifts[one], shifts[other])
			if len(both) == 0 {
				continue
			}
			first := both[0]
			key.Warnf("let somebody else have one of these shifts",
				"%s is on call in %s and in %s at once, and policy %s means two people: from %s to %s%s",
				first.person, one, other, policy, spoken(first.from), spoken(first.to),
				more(len(both)-1, to.In(p.Schedules[one].Zone)))
		}
	}
}

// shared is a span in which somebody has a shift in two schedules.
type shared struct {
	person   string
	from, to time.Time
}

// together returns the spans in which somebody has a shift in both lists, which are in
// order. Spans that touch are one. It goes through both lists once: of two shifts the one that ends first can have nothing
// in common with what comes later in the other list.
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

// joined adds a span, or lengthens the one of the same person that ends where it begins. That is among the last few: a
// shift has few people.
func joined(all []shared, next shared) []shared {
	for n := len(all) - 1; n >= 0 && n >= len(all)-4; n-- {
		if all[n].person == next.person && all[n].to.Equal(next.from) {
			all[n].to = next.to
			return all
		}
	}
	return append(all, next)
}
