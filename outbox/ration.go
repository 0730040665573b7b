package outbox

import "time"

// While something more urgent is at work, a group starts at most few attempts in each slice of time: as many as anybody can
// read, and so few that they take next to nothing from what is more urgent.
const (
	slice = 5 * time.Millisecond
	few   = 5
)

// ration counts the attempts that were started in a slice of time.
type ration struct {
	begun time.Time
	given int
}

// take reports whether one more may start.
func (r *ration) take(now time.Time) bool {
	if now.Sub(r.begun) >= slice {
		r.begun, r.given = now, 0
	}
	if r.given == few {
		return false
	}
	r.given++
	return true
}

// next is when more may start.
func (r *ration) next() time.Time { return r.begun.Add(slice) }
