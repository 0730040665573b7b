package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/home"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/incidents"
)

// homeOf has somebody open the home tab, and returns it.
func (w *world) homeOf(user string) string {
	w.t.Helper()
	e := hands.Event{Fields: map[string]any{"type": home.Opening, "user": user, "channel": "D0", "tab": "home"}}
	if r := w.slack.Bot.Event(context.Background(), e); r.Err != nil {
		w.t.Fatal(r.Err)
	}
	w.wait(2 * time.Second)
	tab, ok := w.slack.Home(user)
	if !ok {
		w.t.Fatal("there is no home tab")
	}
	return string(tab.Blocks)
}

// TestHome: somebody's duty, shifts, action items, and what is open, worst first.
func TestHome(t *testing.T) {
	led(t, func(w *world, id string) {
		w.alarm("search-slow", func(o *incidents.Opened) { o.Severity = incidents.Sev1 })
		w.tells(bo, "action 1 @ana enlarge the pool due fri")
		w.tells(bo, "action 1 @bo not hers")
		tab := w.homeOf(ana)
		contains(t, tab, "on call", "payments", "Your next shifts", "search-slow", "checkout-5xx", "Acknowledge 1", "Acknowledge 2",
			"Your action items", "1-1", "enlarge the pool", "Done 1-1", "As of ")
		if strings.Contains(tab, "not on call") || strings.Contains(tab, "not hers") ||
			strings.Index(tab, "search-slow") > strings.Index(tab, "checkout-5xx") {
			t.Error(tab)
		}
		was, _ := w.slack.Home(ana)
		if r := hands.PressInHome(context.Background(), w.slack.Hands, was, "Done 1-1", ana); r.Err != nil {
			t.Fatal(r.Err)
		}
		w.wait(2 * time.Second)
		if is, _ := w.slack.Home(ana); strings.Contains(string(is.Blocks), "enlarge the pool") {
			t.Error("what is done is still in the tab")
		}
		contains(t, w.homeOf(cy), "not on call", "You have no further shift in the next 28 days.")
		w.sound(id)
	})
}

// TestHomeButtons: a button acknowledges, the tab shows so, and no message says it as well; what is refused is said in one.
func TestHomeButtons(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "lead 1")
		w.homeOf(ana)
		was, _ := w.slack.Home(ana)
		before := len(w.slack.DM(ana))
		for _, want := range []int{0, 1} {
			if r := hands.PressInHome(context.Background(), w.slack.Hands, was, "Acknowledge 1", ana); r.Err != nil {
				t.Fatal(r.Err)
			}
			w.wait(2 * time.Second)
			if n := len(w.slack.DM(ana)) - before; n != want {
				t.Errorf("%d messages more, want %d: %v", n, want, texts(w.slack.DM(ana)))
			}
		}
		if i := w.head(id); i.AcknowledgedBy.Name != "ana" {
			t.Errorf("%+v", i)
		}
		tab, _ := w.slack.Home(ana)
		contains(t, string(tab.Blocks), "acknowledged by ")
		if strings.Contains(string(tab.Blocks), "Acknowledge 1") {
			t.Error("the button is still there")
		}
	})
}

// TestHomeFollows: what happens is to be seen in a tab that was opened lately, and not in one that nobody looks at.
func TestHomeFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		if tab := w.homeOf(ana); strings.Contains(tab, "checkout-5xx") {
			t.Error(tab)
		}
		w.alarm("checkout-5xx")
		w.wait(10 * time.Second)
		tab, _ := w.slack.Home(ana)
		contains(t, string(tab.Blocks), "checkout-5xx", "Acknowledge 1")
		w.wait(time.Hour)
		w.alarm("search-slow")
		w.wait(10 * time.Second)
		if tab, _ := w.slack.Home(ana); strings.Contains(string(tab.Blocks), "search-slow") {
			t.Error("the tab is drawn though nobody has looked at it for an hour")
		}
		if _, ok := w.slack.Home(bo); ok {
			t.Error("the tab of somebody was drawn who never opened it")
		}
	})
}

// TestHomeOfStrangers: they learn nothing; and the other tab draws nothing.
func TestHomeOfStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		if tab := w.homeOf("U0MAL"); !strings.Contains(tab, "not in Oncalm's people list") || strings.Contains(tab, "checkout") {
			t.Error(tab)
		}
		w.slack.Bot.Event(context.Background(), hands.Event{Fields: map[string]any{"type": home.Opening, "user": bo, "tab": "messages"}})
		w.wait(2 * time.Second)
		if _, ok := w.slack.Home(bo); ok {
			t.Error("the home tab was drawn for who opened the other one")
		}
	})
}
