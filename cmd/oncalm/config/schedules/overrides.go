package schedules

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// placed is an override and where it stands in the file.
type placed struct {
	rotations.Override
	at reading.Value
}

// overrides reads who stands in, in a schedule. Times are those of the schedule's zone, as in its layers.
func overrides(s rotations.Schedule, list reading.Value) []rotations.Override {
	const such = "{person: bo, for: ana, from: 2026-02-01T09:00, to: 2026-02-02T09:00}"
	var all []rotations.Override
	var read []placed
	list.List("overrides such as "+such, func(v reading.Value) {
		if o, ok := override(s, v); ok {
			all, read = append(all, o), append(read, placed{o, v})
		}
	})
	overlaps(read)
	return all
}

// override reads one of them. What is over is a warning: such a list is kept for years.
func override(s rotations.Schedule, v reading.Value) (rotations.Override, bool) {
	o := rotations.Override{Schedule: s.Name}
	var from, to civil.Time
	v.Mapping(
		reading.Key("person", func(v reading.Value) { o.Person = somebody(v) }),
		reading.Key("for", func(v reading.Value) { o.For = person(v) }),
		reading.Key("from", func(v reading.Value) { from, o.From = moment(v, s.Zone) }),
		reading.Key("to", func(v reading.Value) { to, o.To = moment(v, s.Zone) }),
	)
	if v.Kind() != reading.Mapping {
		return o, false
	}
	// both lie in the hour that the clocks skip in spring, and are one moment
	if from < to && o.From.Equal(o.To) && !o.From.IsZero() {
		v.In("to").Errorf("give times that exist: the clocks show "+civil.Of(o.To).String()+" next",
			"the clocks of %s skip the time from %s to %s", s.Zone, from, to)
	}
	for _, p := range o.Validate() {
		v.In(p.Path).Lacks(p.Remedy, "%s", p.What)
	}
	if v.Faulty() {
		return o, false
	}
	if !v.File.Now.Before(o.To) {
		v.Warnf("remove it", "this override ended %s and has no effect any more", spoken(o.To))
	}
	return o, true
}

// crowd are overrides of which each can be in force beside the others, as they begin one after the other. How many are in
// force at a time is those that have begun less those that have ended. Both lists are in order, so that costs a search in
// one.
type crowd struct {
	begun   int
	ends    []time.Time // of all of them, in order
	longest *placed     // of those that have begun, whose end is the last
}

// inForce counts those that have begun and not ended.
func (c *crowd) inForce(at time.Time) int {
	return c.begun - sort.Search(len(c.ends), func(i int) bool { return c.ends[i].After(at) })
}

func (c *crowd) add(o *placed) {
	c.begun++
	if c.longest == nil || c.longest.To.Before(o.To) {
		c.longest = o
	}
}

// overlaps warns of overrides that are in force together: each that begins while others are names the one that lasts
// longest and counts the others. It goes through them once, in the order in which they begin: a file has room for ten
// thousand.
func overlaps(list []placed) {
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
		// an override for nobody in particular meets all others; one for somebody meets those for them, and those for
		// nobody
		rivals := []*crowd{all}
		if o.For != "" {
			rivals = []*crowd{of[""], of[o.For]}
		}
		overlap(o, rivals)
		all.add(o)
		of[o.For].add(o)
	}
}

// overlap warns of one override, if others are in force when it begins.
func overlap(o *placed, rivals []*crowd) {
	var longest *placed
	n := 0
	for _, c := range rivals {
		n += c.inForce(o.From)
		if c.longest != nil && (longest == nil || longest.To.Before(c.longest.To)) {
			longest = c.longest
		}
	}
	if n == 0 || o.at.File.Full(reading.Warning) {
		return
	}
	others := ""
	if n > 1 {
		others = fmt.Sprintf(", and %d more then", n-1)
	}
	_, name, _ := strings.Cut(longest.at.Key, ".overrides")
	o.at.Warnf("where both are in force, the later one in the file wins",
		"this override overlaps overrides%s from %s to %s%s",
		name, spoken(o.From), spoken(earliest(o.To, longest.To)), others)
}
