package clocks

import "time"

// A Moment is a point in time that can be kept, and counted from after a restart: by the time that the machine has been up as long
// as it is up, whatever is done to the wall, and by the wall after that.
type Moment struct {
	Wall time.Time     `json:"wall"`
	Up   time.Duration `json:"up,omitempty"`
	Boot string        `json:"boot,omitempty"`
}

// Moment is now.
func (c *Clock) Moment() Moment {
	wall, up := c.Read()
	return Moment{Wall: wall.UTC(), Up: up, Boot: c.Name()}
}

// Since is how much time has passed from an earlier moment to this one. It is negative only by a wall that was set back while the
// machine was down.
func (m Moment) Since(earlier Moment) time.Duration {
	if m.Boot != "" && m.Boot == earlier.Boot {
		return m.Up - earlier.Up
	}
	return m.Wall.Sub(earlier.Wall)
}

// Add is the moment so much later, if nobody sets the wall meanwhile.
func (m Moment) Add(d time.Duration) Moment {
	m.Wall, m.Up = m.Wall.Add(d), m.Up+d
	return m
}
