package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

// TestTalksUnderFaults: whatever Slack does to every third call, an incident gets one channel that is complete, and what is marked there
// is on the timeline once.
func TestTalksUnderFaults(t *testing.T) {
	for name, kind := range map[string]faults.Kind{
		"429": faults.RateLimited("3"), "500": faults.Status(500), "hang": faults.Hang(), "reset": faults.Reset(), "html": faults.HTML(),
		"truncated": faults.Truncated(), "stored, and no answer": faults.StoredButTimedOut(),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, ctx := withChannels(t), context.Background()
				w.wait(time.Second)
				w.slack.Faults.FailEvery(3, kind)
				id := w.alarm("checkout-5xx")
				w.wait(10 * time.Minute)
				w.wantChannels("inc-1-checkout-5xx")
				m := w.says(ana, "inc-1-checkout-5xx", "", "it is the cache")
				began := time.Now()
				w.does(w.slack.Hands.Pin(ctx, ana, m))
				if took := time.Since(began); took > 100*time.Millisecond {
					t.Errorf("the event was answered after %v", took)
				}
				w.wait(10 * time.Minute)
				w.slack.Faults.Clear()
				w.wait(10 * time.Minute)
				if got := w.notes(id); len(got) != 1 || !strings.Contains(got[0], "it is the cache") {
					t.Errorf("notes: %q", got)
				}
				if pins, marks := w.slack.Marks("inc-1-checkout-5xx"); len(pins) != 2 || len(marks) < 2 {
					t.Errorf("pinned %v, bookmarks %+v", pins, marks)
				}
				cards := 0
				for _, m := range w.slack.Messages("inc-1-checkout-5xx") {
					if m.Bot {
						cards++
					}
				}
				if cards != 1 {
					t.Errorf("%d cards", cards)
				}
			})
		})
	}
}
