package retry

import "time"

// While something more urgent is at work, a group starts at most few attempts in each slice of time: as many as anybody can
// read, and so few that they take next to nothing from what is more urgent.
const (
	slice = 5 * time.Millisecond
	few   = 5
)

// A Ration counts the attempts that were started in a slice of time.
type Ration struct {
	begun time.Time
	given int
}

// Take reports whether one more may start.
func (r *Ration) Take(now time.Time) bool {
	if now.Sub(r.begun) >= slice {
		r.begun, r.given = now, 0
	}
	if r.given == few {
		return false
	}
	r.given++
	return true
}

// Next is when more may start.
func (r *Ration) Next() time.Time { return r.begun.Add(slice) }
