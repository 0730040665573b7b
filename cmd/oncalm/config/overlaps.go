package config

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
)

// placed is an override and where it stands in the file.
type placed struct {
	rotations.Override
	at reading.Value
}

// crowd are overrides of which each can be in force beside the others, as they begin one after the other.
type crowd struct {
	begun   int
	ends    []time.Time // of all of them, in order
	longest *placed     // of those that have begun, whose end is the last
}

func (c *crowd) inForce(at time.Time) int {
	return c.begun - sort.Search(len(c.ends), func(i int) bool { return c.ends[i].After(at) })
}

func (c *crowd) add(o *placed) {
	c.begun++
	if c.longest == nil || c.longest.To.Before(o.To) {
		c.longest = o
	}
}

// overlaps warns of overrides that are in force together: each that begins while others are names the one that lasts longest and
// counts the others. It goes through them once, in the order in which they begin: a file has room for ten thousand.
func (r *reader) overlaps(list []placed) {
	slices.SortStableFunc(list, func(a, b placed) int { return a.From.Compare(b.From) })
	all, of := &crowd{}, map[string]*crowd{"": {}} // of: by the one whose place they take
	for _, o := range list {
		if of[o.For] == nil {
			of[o.For] = &crowd{}
		}
		all.ends, of[o.For].ends = append(all.ends, o.To), append(of[o.For].ends, o.To)
	}
	slices.SortFunc(all.ends, time.Time.Compare)
	for _, c := range of {
		slices.SortFunc(c.ends, time.Time.Compare)
	}
	for i := range list {
		o := &list[i]
		rivals := []*crowd{all}
		if o.For != "" {
			rivals = []*crowd{of[""], of[o.For]}
		}
		r.overlap(o, rivals)
		all.add(o)
		of[o.For].add(o)
	}
}

func (r *reader) overlap(o *placed, rivals []*crowd) {
	var longest *placed
	n := 0
	for _, c := range rivals {
		n += c.inForce(o.From)
		if c.longest != nil && (longest == nil || longest.To.Before(c.longest.To)) {
			longest = c.longest
		}
	}
	if n == 0 || r.Full(reading.Warning) {
		return
	}
	others := ""
	if n > 1 {
		others = fmt.Sprintf(", and %d more then", n-1)
	}
	_, name, _ := strings.Cut(longest.at.Key, ".overrides")
	r.Warnf(o.at, "where both are in force the later one in the file counts", "this override overlaps overrides%s from %s to %s%s",
		name, spoken(o.From), spoken(earliest(o.To, longest.To)), others)
}
