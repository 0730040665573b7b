package alarms

import (
	"sync/atomic"
	"time"
)

// tide is how many messages come in.
type tide struct {
	taking atomic.Int64 // at this moment
	busy   atomic.Int64 // when they were many for the last time, in Unix nanoseconds
}

// Messages pour in when so many are being taken in at a time, and for so long after.
const (
	busyFrom = 4
	busyFor  = 20 * time.Millisecond
)

// Busy reports whether messages pour in. They come before what follows from those that are in the store: these are safe, while
// whoever sends does not wait for long.
func (t *tide) Busy() bool { return time.Now().UnixNano()-t.busy.Load() < int64(busyFor) }

// enter counts a message until leave is called.
func (t *tide) enter() (leave func()) {
	if t.taking.Add(1) >= busyFrom {
		t.busy.Store(time.Now().UnixNano())
	}
	return func() { t.taking.Add(-1) }
}
