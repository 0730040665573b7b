package alarms

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestBusy: several messages at a time make the intake busy, and it stays so for a moment after them.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var in Intake
		var leave []func()
		for n := 1; n <= busyFrom; n++ {
			if in.Busy() {
				t.Errorf("busy with %d messages", n-1)
			}
			leave = append(leave, in.enter())
		}
		if !in.Busy() {
			t.Errorf("not busy with %d messages", busyFrom)
		}
		for _, l := range leave {
			l()
		}
		time.Sleep(busyFor - time.Nanosecond)
		if !in.Busy() {
			t.Error("not busy right after them")
		}
		time.Sleep(time.Nanosecond)
		if in.Busy() {
			t.Error("still busy long after them")
		}
		defer in.enter()()
		if in.Busy() {
			t.Error("busy with one message")
		}
	})
}
