// Package clocks knows the two times that a program lives by, and that they are not the same.
//
// The time on the wall is what people, Slack and SNS go by. It may be wrong, and it may be set at any moment: by a person, by
// NTP minutes after the machine was started, by a virtual machine that is moved. The time that the machine has been up only
// goes forward, one second each second, also while the machine sleeps; but it means nothing to anybody else, and begins anew
// when the machine does. What is to happen so long after its cause is counted by the second (package outbox does); what is to
// happen at a time of the calendar, and what people read, goes by the first.
package clocks

import (
	"os"
	"strings"
	"time"
)

// A Clock is what a program goes by. Its fields are set before it is used, and not changed. A nil *Clock is for tests in a
// bubble of time: a wall that is never set, on a machine that never sleeps.
type Clock struct {
	// Wall reads the time on the wall, with Go's monotonic reading.
	Wall func() time.Time
	// Up is how long the machine has been up, sleep included. It never goes back.
	Up func() time.Duration
	// Boot names the start that Up counts from; empty if that is not known, and then Up says nothing to another process.
	Boot string
}

// System is the clock of this machine.
func System() *Clock {
	begun := time.Now()
	up, boot := uptime, bootName()
	if _, ok := up(); !ok {
		return &Clock{Wall: time.Now, Up: func() time.Duration { return time.Since(begun) }}
	}
	return &Clock{Wall: time.Now, Boot: boot, Up: func() time.Duration { d, _ := up(); return d }}
}

// bootName names the start of the machine, and the offsets of the time namespace in which the process counts from it.
func bootName() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	offsets, _ := os.ReadFile("/proc/self/timens_offsets") // no such file: no such namespaces
	return strings.Join(strings.Fields(string(id)+" "+string(offsets)), " ")
}

// Now is the time on the wall.
func (c *Clock) Now() time.Time {
	if c == nil {
		return time.Now()
	}
	return c.Wall()
}

// Read reads both times at one moment.
func (c *Clock) Read() (wall time.Time, up time.Duration) {
	if c == nil {
		now := time.Now().Round(0)
		return now, now.Sub(time.Unix(0, 0))
	}
	for range 3 {
		up = c.Up()
		wall = c.Wall().Round(0)
		if c.Up()-up < time.Millisecond { // else somebody else was at work between the two
			break
		}
	}
	return wall, up
}

// Name is the [Clock.Boot] of a clock that may be nil.
func (c *Clock) Name() string {
	if c == nil {
		return ""
	}
	return c.Boot
}
