package rotations

import "time"

// Change is a clock change: the offset of a zone is another one from an instant on.
type Change struct {
	At time.Time // in the zone
	// Before and After are what the local clock would have shown at that instant, and what it shows.
	Before, After Civil
}

// Skips reports whether a wall-clock time is left out by the change.
func (c Change) Skips(x Civil) bool { return c.Before <= x && x < c.After }

// Changes returns the clock changes of a zone after one instant and before another, in order, most of them if there are more.
// Changes of the name alone are none.
func Changes(zone *time.Location, from, to time.Time, most int) []Change {
	var all []Change
	cal := calendar{zone: zone}
	s := cal.at(from.Unix())
	for len(all) < most && s.end < to.Unix() {
		next := cal.at(s.end)
		if next.offset != s.offset {
			local := epoch + Civil(s.end)
			all = append(all, Change{cal.local(s.end), local + Civil(s.offset), local + Civil(next.offset)})
		}
		s = next
	}
	return all
}

// local returns an instant in the zone.
func (k *calendar) local(u int64) time.Time {
	if k.zone == nil {
		return time.Unix(u, 0).UTC()
	}
	return time.Unix(u, 0).In(k.zone)
}

// Skipped is a handoff, or the border of a window, at a wall-clock time that a clock change leaves out: it comes late.
type Skipped struct {
	Layer string
	At    Civil     // when it should be
	Comes time.Time // when it is
}

// Skipped returns what the schedule's layers plan for times that do not exist, from one instant to another, by layers.
func (s Schedule) Skipped(from, to time.Time) []Skipped {
	var all []Skipped
	const most = 1 << 10
	changes := Changes(s.Zone, from, to, most)
	for i := range s.Layers {
		l := &s.Layers[i]
		if !l.usable() {
			continue
		}
		for _, c := range changes {
			if at, skips := l.skippedBy(c); skips {
				all = append(all, Skipped{l.Name, at, c.At})
			}
		}
	}
	return all
}

// skippedBy returns the first handoff or window's border of a layer that a clock change leaves out.
func (l *Layer) skippedBy(c Change) (at Civil, skips bool) {
	if c.After <= c.Before || c.After <= l.Start {
		return 0, false
	}
	first := max(c.Before, l.Start)
	at = l.handoff(l.shift(first))
	if at < first {
		at = l.handoff(l.shift(first) + 1)
	}
	for i := range l.Only {
		if next := l.Only[i].next(first); next < at {
			at = next
		}
		if next := l.Only[i].closes(first); next < at {
			at = next
		}
	}
	return at, c.Skips(at)
}

// closes returns when the window closes next, at c or later.
func (w Window) closes(c Civil) Civil {
	return w.next(c-w.length()) + w.length()
}
