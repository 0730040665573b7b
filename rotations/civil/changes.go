package civil

import "time"

// Change is a clock change: the offset of a zone is another one from an instant on.
type Change struct {
	At time.Time // in the zone
	// Before and After are what the local clock would have shown at that instant, and what it shows.
	Before, After Time
}

// Skips reports whether a wall-clock time is left out by the change.
func (c Change) Skips(x Time) bool { return c.Before <= x && x < c.After }

// Changes returns the clock changes of a zone after one instant and before another, in order, most of them if there are more.
// Changes of the name alone are none.
func Changes(zone *time.Location, from, to time.Time, most int) []Change {
	var all []Change
	cal := Calendar{Zone: zone}
	s := cal.at(from.Unix())
	for len(all) < most && s.end < to.Unix() {
		next := cal.at(s.end)
		if next.offset != s.offset {
			local := epoch + Time(s.end)
			all = append(all, Change{cal.local(s.end), local + Time(s.offset), local + Time(next.offset)})
		}
		s = next
	}
	return all
}

// local returns an instant in the zone.
func (k *Calendar) local(u int64) time.Time {
	if k.Zone == nil {
		return time.Unix(u, 0).UTC()
	}
	return time.Unix(u, 0).In(k.Zone)
}
