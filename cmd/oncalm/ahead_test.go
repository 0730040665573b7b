package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// TestLookAhead holds what the channel is told at the begin of a week.
func TestLookAhead(t *testing.T) {
	noon := func(day int) time.Time { return time.Date(2000, 1, day, 12, 0, 0, 0, time.UTC) }
	tests := map[string]struct {
		shop
		scene func(*world)
	}{
		"nothing":     {shop{}, func(*world) {}},
		"usual gaps":  {shop{shift: `1d, only: [{days: mon-fri}]`}, func(*world) {}},
		"deactivated": {shop{deactivated: true}, func(*world) {}},
		"a gap":       {shop{start: "2000-01-12T09:00"}, func(*world) {}},
		"two that meet": {shop{}, func(w *world) {
			w.override("1", rotations.Override{Person: "ana", For: "bo", From: noon(11), To: noon(13)})
			w.override("2", rotations.Override{Person: "cy", For: "bo", From: noon(12), To: noon(14)})
		}},
		"idle": {shop{}, func(w *world) {
			w.override("1", rotations.Override{Person: "cy", For: "ana", From: noon(11), To: noon(13)})
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.begin, tt.keys = "2000-01-10T07:00", "remind: 0s\n    handoff: none"
			tt.play(t, func(w *world) {
				w.Wait(time.Minute)
				tt.scene(w)
				w.until("2000-01-10T08:01")
				goldenText(t, "ahead-"+strings.ReplaceAll(name, " ", "-")+".txt", w.allTold())
			})
		})
	}
}

// TestLookAheadMissed holds that a look that was missed is made up for once, and that one that was planned otherwise is not.
func TestLookAheadMissed(t *testing.T) {
	s := shop{begin: "2000-01-10T07:00", keys: "remind: 0s\n    handoff: none", deactivated: true}
	s.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.stop()
		time.Sleep(16 * 24 * time.Hour) // three were missed, and bo has a shift next week
		w.start()
		w.Wait(time.Minute)
		w.hears("Wed 01-26 07:01 to channel: On call in the week ahead: one thing to look at.")
		w.Restart()
		w.Wait(time.Minute)
		w.hears()
		w.text += "\nhandoffs: {look_ahead: wed 10:00}\n"
		w.configure("", "")
		w.until("2000-01-26T09:01")
		w.hears("Wed 01-26 09:00 to channel: On call in the week ahead: one thing to look at.")
	})
}
