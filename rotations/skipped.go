package rotations

import (
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Skipped is a handoff, or the border of a window, at a wall-clock time that a clock change leaves out: it comes late.
type Skipped struct {
	Layer string
	At    civil.Time // when it should be
	Comes time.Time  // when it is
}

// Skipped returns what the schedule's layers plan for times that do not exist, from one instant to another, by layers.
func (s Schedule) Skipped(from, to time.Time) []Skipped {
	var all []Skipped
	const most = 1 << 10
	changes := civil.Changes(s.Zone, from, to, most)
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
func (l *Layer) skippedBy(c civil.Change) (at civil.Time, skips bool) {
	if c.After <= c.Before || c.After <= l.Start {
		return 0, false
	}
	first := max(c.Before, l.Start)
	at = l.handoff(l.shift(first))
	if at < first {
		at = l.handoff(l.shift(first) + 1)
	}
	for i := range l.Only {
		if next := l.Only[i].Next(first); next < at {
			at = next
		}
		if next := l.Only[i].Closes(first); next < at {
			at = next
		}
	}
	return at, c.Skips(at)
}
