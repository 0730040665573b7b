package config

import (
	"slices"
	"strconv"
)

// repeats warns of people who take several turns of a layer. It may be meant, so that
// somebody is on call more often than others; more often a name was not replaced where
// it should have been. Turns with dates are left out: somebody may go and come back.
func (r *reader) repeats(c *Config, layer value, turns [][]string) {
	r.later = append(r.later, func() {
		first := map[string]int{}
		for n, turn := range turns {
			at, read := r.places[layer.key+".people["+strconv.Itoa(n)+"]"]
			if !read || at.kind == mapping || slices.ContainsFunc(at.items, func(n *node) bool { return n.kind == mapping }) {
				continue
			}
			for _, person := range turn {
				before, again := first[person]
				_, known := c.People[person]
				switch {
				case !known:
				case !again:
					first[person] = n
				case before != n:
					r.warnf(at, "name somebody else, unless that is meant", "%s takes turn %d of the layer already", person, before+1)
				}
			}
		}
	})
}
