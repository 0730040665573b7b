// Package clocks knows the two times that a program lives by, and that they are not the same.
//
// The time on the wall is what people, Slack and SNS go by. It may be wrong, and it may be set at any moment: by a person, by
// NTP minutes after the machine was started, by a virtual machine that is moved. The time that the machine has been up only
// goes forward, one second each second, also while the machine sleeps; but it means nothing to anybody else, and starts again
// when the machine does. What is to happen so long after its cause is counted by the second (package outbox does); what is to
// happen at a time of the calendar, and what people read, goes by the first.
package clocks

import (
	"os"
	"strings"
	"sync/atomic"
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
	c, boot := &uptimes{begun: time.Now(), ask: uptime}, bootName()
	if _, ok := uptime(); !ok {
		c.ask, boot = nil, ""
	}
	return &Clock{Wall: time.Now, Boot: boot, Up: c.up}
}

// uptimes tells how long the machine has been up. The kernel is asked a few times a second at most: in between Go's own clock counts,
// which stands still while the machine sleeps.
type uptimes struct {
	begun time.Time
	ask   func() (time.Duration, bool) // the kernel; nil if it does not know

	asked  atomic.Int64 // when, since begun by Go's clock; in nanoseconds, as is
	behind atomic.Int64 // by how much Go's clock since begun is behind the kernel: it only grows
}

// askEvery is how long Go's clock is trusted.
const askEvery = 100 * time.Millisecond

func (u *uptimes) up() time.Duration {
	since := time.Since(u.begun)
	if u.ask == nil {
		return since
	}
	if asked := u.asked.Load(); asked == 0 || since-time.Duration(asked) >= askEvery {
		// The kernel first: whoever is delayed between the two finds too little, and the next finds more.
		told, _ := u.ask()
		since = time.Since(u.begun)
		for {
			behind := u.behind.Load()
			if found := int64(told - since); found <= behind || u.behind.CompareAndSwap(behind, found) {
				break
			}
		}
		u.asked.Store(int64(since))
	}
	return since + time.Duration(u.behind.Load())
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
