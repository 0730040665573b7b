package main

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/store"
)

// selfPages lists what the program said of itself, and to whom: the channel's first.
func selfPages(slack *slackfake.Slack) []string {
	var said []string
	of := func(to string, all []workspace.Message) {
		for _, m := range all {
			if m.Metadata != nil && m.Metadata.EventType == "oncalm_self" {
				title, _, _ := strings.Cut(m.Text, "\n")
				said = append(said, to+": "+title)
			}
		}
	}
	of("channel", slack.Messages("C0INCIDENTS"))
	for _, person := range []string{"ana", "bo", "cy"} {
		of(person, slack.DM(slackID(person)))
	}
	return said
}

// fillable gives the world a store that can be full.
func (w *world) fillable() *atomic.Bool {
	full := &atomic.Bool{}
	w.around = func(s store.Store) store.Store { return fullStore{s, full} }
	w.Restart()
	return full
}

// refused posts an alarm for which there is no space.
func (w *world) refused(name string) {
	w.t.Helper()
	if status := w.Post(aws.Example{Name: name}); status != http.StatusServiceUnavailable {
		w.t.Errorf("an alarm on a full disk: %d, want 503", status)
	}
	w.Wait(100 * time.Millisecond)
}

// TestSelfPage fills the store for hours. People are told at once, again from time to
// time, and when there is space; a storm of alarms, and space that comes and goes, make
// it no more.
func TestSelfPage(t *testing.T) {
	play(t, func(w *world) {
		full := w.fillable()
		see := func(when string, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, selfPages(w.slack)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		see("before")
		full.Store(true)
		for range 100 {
			w.refused("checkout-5xx")
		}
		const none, some = "🔴 Oncalm cannot store alarms: no space left", "🟢 Oncalm can store alarms again"
		once := []string{"channel: " + none, "ana: " + none, "cy: " + none} // she is on call, he the fallback
		see("at once", once...)
		dm := w.slack.DM("U0CY")
		wantText := none + "\nThere has been no space left for " + w.cfg.Store + " since at least 00:00 UTC. Alarms are refused, and nobody is paged for them; " +
			"SNS keeps them for as long as the subscription's retry policy lasts. Free some disk space now; nothing else is needed."
		if diff := cmp.Diff(wantText, dm[len(dm)-1].Text); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for n := range 20 {
			w.Wait(time.Minute)
			full.Store(n%2 == 0)
			w.Post(aws.Example{Name: "checkout-5xx"})
		}
		see("while space comes and goes", once...)
		full.Store(true)
		w.Wait(15 * time.Minute)
		see("half an hour later", "channel: "+none, "channel: "+none, "ana: "+none, "ana: "+none, "cy: "+none, "cy: "+none)
		full.Store(false)
		w.Wait(3 * time.Minute)
		var over []string
		for _, who := range []string{"channel: ", "ana: ", "cy: "} {
			over = append(over, who+none, who+none, who+some)
		}
		see("with space", over...)
		w.Wait(5 * time.Hour)
		see("hours later", over...)
		full.Store(true)
		w.refused("checkout-5xx")
		if got := selfPages(w.slack); len(got) != len(over)+3 {
			t.Errorf("full a second time: %q", got)
		}
	})
}

// TestSelfPageWithoutSlack fills the store while Slack is away, and while it takes
// messages without saying so: who is told late is told, and once.
func TestSelfPageWithoutSlack(t *testing.T) {
	for name, kind := range map[string]faults.Kind{"away": faults.Status(503), "silent": faults.StoredButTimedOut()} {
		t.Run(name, func(t *testing.T) {
			play(t, func(w *world) {
				full := w.fillable()
				w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Kind: kind})
				full.Store(true)
				w.refused("checkout-5xx")
				w.Wait(5 * time.Minute)
				w.slack.Faults.Clear()
				w.Wait(time.Minute)
				got := selfPages(w.slack)
				if len(got) != 3 || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "cy: ") }) {
					t.Errorf("told: %q, want the channel, ana and cy, once", got)
				}
				full.Store(false)
			})
		})
	}
}
