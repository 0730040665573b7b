package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/outbox"
)

// TestLatenessCountsFromTheFirstDue: a page that Slack puts off again and again is late, though its next attempt is not.
func TestLatenessCountsFromTheFirstDue(t *testing.T) {
	play(t, func(w *world) {
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Kind: faults.RateLimited("10")})
		w.Alarm("checkout-5xx")
		for _, passed := range []time.Duration{30 * time.Second, 100 * time.Second, 200 * time.Second} {
			w.Wait(passed - late(w))
			if got := late(w); got < passed-time.Second || got > passed+time.Second {
				t.Errorf("after %v the page is late by %v", passed, got)
			}
			if said := w.readyz(); strings.Contains(said, `"ready":true`) != (passed <= time.Minute) {
				t.Errorf("after %v readyz says %s", passed, said)
			}
		}
		w.slack.Faults.Clear()
		w.Wait(40 * time.Second)
		w.Paged("ana", "checkout-5xx")
		if got := late(w); got != 0 {
			t.Errorf("when it is there the page is late by %v", got)
		}
	})
}

// late is by how much the oldest page of a sev1 is behind.
func late(w *world) time.Duration {
	w.t.Helper()
	state, err := w.app.runner.Look(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return state.Behind[outbox.Pages1]
}
