package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// accepting are worlds in which ana hands over to bo at 08:00 UTC, once bo accepts, or at 08:30.
func accepting() shop {
	return shop{begin: "2000-01-10T07:45", keys: "remind: 1h\n    handoff: accept\n    accept_within: 30m"}
}

// offer is the last message with a button that accepts.
func (w *world) offer(person string) workspace.Message {
	w.t.Helper()
	for _, m := range slices.Backward(w.slack.DM(slackID(person))) {
		if _, ok := m.Button("Accept"); ok {
			return m
		}
	}
	w.t.Fatalf("at %s: %s was not asked to accept", clock(), person)
	return workspace.Message{}
}

// accepts presses the button for somebody.
func (w *world) accepts(person string) error {
	w.t.Helper()
	border := time.Date(2000, 1, 10, 8, 0, 0, 0, time.UTC)
	return w.app.store.Update(w.t.Context(), func(tx store.Tx) error {
		_, err := w.app.now().overrides.Accept(tx, time.Now(), person, "shop", border)
		return err
	})
}

// answered is what a person was answered last to a button.
func (w *world) answered(person string) string {
	all := w.slack.Ephemerals(slackID(person), slackID(person))
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].Text
}

func TestAcceptedHandoff(t *testing.T) {
	accepting().play(t, func(w *world) {
		w.until("2000-01-10T08:01")
		told := w.allTold()
		w.Alarm("checkout-5xx")
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge") // she is on call still
		w.Restart()
		w.until("2000-01-10T08:10")
		question := w.offer("bo")
		if err := w.accepts("ana"); !errors.Is(err, overrides.ErrNotYours) {
			t.Errorf("ana accepting: %v", err)
		}
		w.Alarm("checkout-404")
		w.Paged("ana", "checkout-404")
		w.Press("bo", question, "Accept")
		w.Wait(5 * time.Second)
		w.Alarm("checkout-500")
		w.Paged("bo", "checkout-500")
		w.Wait(time.Minute)
		goldenText(t, "accept.txt", told+w.allTold())
		if all := w.slack.DM("U0BO"); strings.Contains(string(all[1].Blocks), "oncall/take-over") {
			t.Error("the button is still there")
		}
		if err := w.accepts("bo"); !errors.Is(err, overrides.ErrTooLate) {
			t.Errorf("bo accepting again: %v", err)
		}
		w.until("2000-01-10T08:31")
		w.hears()
		records := w.handed()
		if len(records) != 1 || cmp.Diff([]string{"bo"}, records[0].Accepted) != "" || records[0].Unaccepted != nil {
			t.Errorf("on record: %+v", records)
		}
	})
}

func TestHandoffThatNobodyAccepts(t *testing.T) {
	accepting().play(t, func(w *world) {
		w.until("2000-01-10T08:29")
		told := w.allTold()
		w.Alarm("checkout-5xx")
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Resolve")
		w.until("2000-01-10T08:30")
		w.Alarm("checkout-404")
		w.Press("bo", w.Paged("bo", "checkout-404"), "Resolve")
		goldenText(t, "accept-late.txt", told+w.allTold())
		w.Press("bo", w.offer("bo"), "Accept")
		w.Wait(5 * time.Second)
		if got := w.answered("bo"); !strings.Contains(got, "no longer needs to be accepted") {
			t.Errorf("answered %q", got)
		}
		w.until("2000-01-10T09:30")
		w.hears()
		if records := w.handed(); len(records) != 1 || cmp.Diff([]string{"bo"}, records[0].Unaccepted) != "" {
			t.Errorf("on record: %+v", records)
		}
	})
}

// TestHandoffToAcceptMissed holds that a process that comes back late asks for what is left of the time, or not at all.
func TestHandoffToAcceptMissed(t *testing.T) {
	for name, tt := range map[string]struct {
		down time.Duration
		want []string
	}{
		"in time": {20 * time.Minute, []string{
			"Mon 01-10 08:06 to ana: Your shift for shop goes on until bo accepts.",
			"Mon 01-10 08:06 to bo: Please take over shop from ana.",
		}},
		"too late": {50 * time.Minute, []string{
			"Mon 01-10 08:36 to ana: Your shift for shop is over: bo took over.",
			"Mon 01-10 08:36 to bo: You are on call for shop now.",
			"Mon 01-10 08:36 to channel: shop: bo is on call, after ana, until",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			accepting().play(t, func(w *world) {
				w.Wait(time.Minute)
				w.hears("Mon 01-10 07:45 to bo: Your next shift for shop is coming up.")
				w.stop()
				time.Sleep(tt.down)
				w.start()
				w.Wait(5 * time.Second)
				w.hears(tt.want...)
			})
		})
	}
}

// TestOverridesNeedNoAcceptance holds that what people agreed on in chat takes place at once, is told once, and that those
// who come are told what is open.
func TestOverridesNeedNoAcceptance(t *testing.T) {
	s := accepting()
	s.begin = "2000-01-10T12:00"
	s.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.Says("cy", "/oncall", "me 1h")
		w.Wait(time.Minute)
		w.hears()
		if n := len(w.handed()); n != 1 {
			t.Errorf("%d handoffs on record", n)
		}
		w.Alarm("checkout-5xx")
		w.Press("cy", w.Paged("cy", "checkout-5xx"), "Acknowledge")
		w.Says("cy", "/oncall", "undo")
		w.Wait(time.Minute)
		w.hears("Mon 01-10 12:02 to bo: You are on call for shop now.")
	})
}
