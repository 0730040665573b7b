package main

import (
	"testing"
	"time"
)

// TestSilenceOfWhatIsHeld: an alarm whose page is held, and that is silenced meanwhile, pages nobody when its hold is over, and pages when
// the silence is.
func TestSilenceOfWhatIsHeld(t *testing.T) {
	play(t, func(w *world) {
		w.configure(`alarms: ["checkout-*"]`, `alarms: ["checkout-*"], hold: 2m`)
		w.Alarm("checkout-5xx")
		w.Wait(time.Minute)
		w.Quiet()
		w.hearsOf("bo", "silence checkout-* 1h we deploy", "1 incident that is open: 1")
		w.Wait(30 * time.Minute)
		w.Quiet()
		w.Wait(31 * time.Minute)
		w.Paged("ana", "checkout-5xx")
		w.Wait(5 * time.Minute)
		w.Paged("bo", "checkout-5xx")
	})
}
