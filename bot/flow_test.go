package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// TestPageToResolved is the way of one incident through Slack.
func TestPageToResolved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)

		page := w.only(w.slack.DM(ana))
		if got, want := labels(page), "Acknowledge, Resolve, Escalate, Snooze, Runbook, Alarm in AWS"; got != want {
			t.Errorf("buttons of the page: %s, want %s", got, want)
		}
		if n := len(w.slack.API.Calls("chat.postMessage")); n != 2 { // the page and the card
			t.Errorf("%d calls of chat.postMessage, want 2", n)
		}
		card := w.only(w.slack.Messages(channel))
		contains(t, card.Text, "checkout-5xx", "triggered")

		w.press(page, "Acknowledge", ana)
		w.wait(time.Second)
		if i := w.head(id); i.Status != incidents.StatusAcknowledged || i.AcknowledgedBy.Name != "ana" {
			t.Errorf("after Acknowledge: %s by %v", i.Status, i.AcknowledgedBy)
		}
		page = w.only(w.slack.DM(ana))
		if got, want := labels(page), "Resolve, Escalate, Snooze, Runbook, Alarm in AWS"; got != want {
			t.Errorf("buttons of the acknowledged page: %s, want %s", got, want)
		}
		contains(t, page.Text, "Acknowledged by ana")
		card = w.only(w.slack.Messages(channel))
		contains(t, card.Text, "acknowledged by ana")
		if got, want := labels(card), "Resolve, Escalate, Snooze, Add note, Runbook, Alarm in AWS"; got != want {
			t.Errorf("buttons of the acknowledged card: %s, want %s", got, want)
		}

		w.press(card, "Resolve", bo)
		w.wait(3 * time.Second)
		if i := w.head(id); i.Status != incidents.StatusResolved {
			t.Errorf("after Resolve: %s", i.Status)
		}
		card = w.only(w.slack.Messages(channel))
		if got, want := labels(card), "Reopen, Runbook, Alarm in AWS"; got != want {
			t.Errorf("buttons of the resolved card: %s, want %s", got, want)
		}
		contains(t, w.only(w.slack.DM(ana)).Text, "Resolved by bo")
		w.wait(time.Hour)
		if n := len(w.slack.DM(bo)); n != 0 {
			t.Errorf("bo got %d pages", n)
		}
		if t.Failed() {
			t.Log(w.logged)
		}
	})
}

func TestWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		for n := range 42 {
			id := w.alarm("checkout-5xx")
			w.wait(time.Second)
			if n < 40 {
				w.typed(ana, "/incident", "resolve "+id+" anyway")
			}
		}
		w.typed(bo, "/incident", "ack 40")
		for _, text := range []string{"", "help", "ack 999999", "ack 3", "ack", "ack 41", "ack 41", "akc 41", "note 41 “the db is slow”", "resolve 41 it went away", "resolve 41 anyway it went away", "ack 41",
			"info", "list", "escalate", "note 503 errors", "pm"} {
			t.Logf("/incident %s\n%s\n", text, w.typed(ana, "/incident", text))
		}
		for _, text := range []string{"", "checkout", "payments", "chekout", "help"} {
			t.Logf("/oncall %s\n%s\n", text, w.typed(ana, "/oncall", text))
		}
	})
}

// Names count in any case, as words do, unless two differ in nothing else.
func TestNamesInAnyCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		for _, text := range []string{"payments", "checkout", "why payments", "schedule payments", "override @cy 2h payments", "feed revoke payments"} {
			want := w.typed(ana, "/oncall", text)
			at := strings.LastIndexByte(text, ' ') + 1
			for _, said := range []string{strings.ToUpper(text[at:]), strings.ToUpper(text[at:at+1]) + text[at+1:]} {
				if got := w.typed(ana, "/oncall", text[:at]+said); got != want {
					t.Errorf("/oncall %s: %s\nwant %s", text[:at]+said, got, want)
				}
			}
		}
	})
}
