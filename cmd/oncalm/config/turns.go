package config

import (
	"slices"
	"strconv"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// repeats warns of people who take several turns of a layer. It may be meant, so that
// somebody is on call more often than others; more often a name was not replaced where
// it should have been. Turns with dates are left out: somebody may go and come back.
func (r *reader) repeats(c *Config, layer reading.Value, turns [][]string) {
	r.Later = append(r.Later, func() {
		first := map[string]int{}
		for n, turn := range turns {
			at, read := r.Places[layer.Key+".people["+strconv.Itoa(n)+"]"]
			if !read || at.Kind == reading.Mapping || slices.ContainsFunc(at.Items, func(n *reading.Node) bool { return n.Kind == reading.Mapping }) {
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
					r.Warnf(at, "name somebody else, unless that is meant", "%s takes turn %d of the layer already", person, before+1)
				}
			}
		}
	})
}
