package clocks

import (
	"time"

	"golang.org/x/sys/unix"
)

// uptime is how long the machine has been up, sleep included.
func uptime() (time.Duration, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
