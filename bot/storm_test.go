package bot

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// gust opens many incidents at once, on four services with three severities, none of them sev1.
func (w *world) gust(many int) (ids []string) {
	w.t.Helper()
	services := []string{"checkout", "search", "orders", "mail"}
	for n := range many {
		service, severity := services[n%len(services)], []string{incidents.Sev2, incidents.Sev3, incidents.Sev4}[n%3]
		ids = append(ids, w.alarm(fmt.Sprintf("%s-host-%02d", service, n), func(o *incidents.Opened) {
			o.Service, o.Severity = service, severity
		}))
	}
	return ids
}

// storms lists the cards of storms.
func (w *world) storms() (all []workspace.Message) {
	for _, m := range w.slack.Messages(channel) {
		if m.Metadata != nil && m.Metadata.EventType == "oncalm_storm" {
			all = append(all, m)
		}
	}
	return all
}

// own lists the cards of incidents, by their keys.
func (w *world) own() (keys []string) {
	for _, m := range w.slack.Messages(channel) {
		if m.Metadata != nil && m.Metadata.EventType == cardEvent {
			keys = append(keys, m.Value("key"))
		}
	}
	return keys
}

func (w *world) alone(id string) {
	w.t.Helper()
	if got := w.own(); len(got) != 1 || got[0] != id+"/card" {
		w.t.Errorf("cards of their own: %q, want only that of %s", got, id)
	}
}

// resolve lets alarms be OK again.
func (w *world) resolve(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		if _, err := w.book.Record(w.t.Context(), id, incidents.ByAlarm("a"), incidents.Resolved{}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestStormCard: many incidents at once have one card, which is kept current from the first to the last of them.
func TestStormCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		ids := w.gust(40)
		w.wait(time.Second)
		golden(t, "storm.json", shown(t, w.only(w.slack.Messages(channel))))

		w.resolve(ids[:10]...)
		w.typed(bo, "/incident", "ack "+ids[12])
		w.wait(5 * time.Second)
		w.alone(ids[12])
		contains(t, w.only(w.storms()).Text, "30 incidents are open", "1 of them acknowledged", "Resolved: 10")

		w.wait(3 * time.Minute)
		golden(t, "storm-over.json", shown(t, w.only(w.storms())))
		w.resolve(ids[10:]...)
		w.wait(10 * time.Second)
		golden(t, "storm-resolved.json", shown(t, w.only(w.storms())))
		w.wait(2 * time.Hour)
		if left := w.keys("storm/"); len(left) != 1 {
			t.Errorf("of a storm that is long over is left %q, want only its number", left)
		}

		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		if !has(w.slack.Messages(channel), id+"/card") {
			t.Error("after the storm an incident has no card")
		}
	})
}

// keys lists what is stored under a prefix.
func (w *world) keys(prefix string) (all []string) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx store.Tx) error {
		for k := range tx.Range(prefix, store.After(prefix)) {
			all = append(all, k)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestStormIsLookedAtNowAndThen: each look at the card of a storm is one at all its incidents, so that many that open are no
// reason for as many looks.
func TestStormIsLookedAtNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		for range 1200 {
			w.gust(1)
			w.wait(8 * time.Millisecond)
		}
		err := w.db.View(t.Context(), func(tx store.Tx) error {
			if e, ok := outbox.In(tx, time.Now()).Get("storm/1/card"); !ok || e.Arming > 30 {
				t.Errorf("the card was to be drawn %d times in 10 s, or never (%v)", e.Arming, ok)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.wait(3 * time.Second)
		contains(t, w.only(w.storms()).Text, "1200 incidents are open")
	})
}

// TestNoStorm: five at once have a card each, and so has what opens now and then.
func TestNoStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.gust(5)
		w.wait(time.Minute)
		for n := range 20 {
			w.alarm(fmt.Sprintf("alarm-%d", n))
			w.wait(10 * time.Second)
		}
		if got := len(w.own()); got != 25 || len(w.storms()) > 0 {
			t.Errorf("%d cards and %d storms, want 25 cards", got, len(w.storms()))
		}
	})
}

// TestSmallStorm: a storm of few lasts as long as any other, so that those join who waited before it began.
func TestSmallStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.gust(6)
		w.wait(time.Minute)
		contains(t, w.only(w.slack.Messages(channel)).Text, "Storm · 6 incidents are open")
		w.wait(2 * time.Minute)
		contains(t, w.only(w.slack.Messages(channel)).Text, "storm is over · 6 incidents")
	})
}

// TestUrgentInAStorm: a sev1 has a card of its own, at once, and is counted.
func TestUrgentInAStorm(t *testing.T) {
	urgent := func(o *incidents.Opened) { o.Severity = incidents.Sev1 }
	for _, before := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.wait(time.Second)
			var id string
			if before {
				id = w.alarm("checkout-5xx", urgent)
				w.wait(time.Second)
			}
			w.gust(20)
			w.wait(time.Second)
			if !before {
				id = w.alarm("checkout-5xx", urgent)
				w.wait(time.Second)
			}
			w.alone(id)
			w.wait(3 * time.Second)
			contains(t, w.only(w.storms()).Text, "21 incidents are open", "1 sev1")
		})
	}
}

// TestOpenFromAStorm: the list has a button for each incident, the worst first, which shows it and brings its card; so does
// typing.
func TestOpenFromAStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		ids := w.gust(45)
		w.wait(time.Second)
		w.press(w.only(w.storms()), "Show all 45", bo)
		w.wait(time.Second)
		list := func() workspace.Message { return last(t, w.slack.Ephemerals(channel, bo)) }
		golden(t, "storm-list.json", shown(t, list()))
		if n := len(list().Buttons()); n != 21 || !strings.Contains(list().Buttons()[0].Label, "Open 1 · checkout-host-00") {
			t.Errorf("%d buttons: %s", n, labels(list()))
		}
		w.press(list(), "Next 20", bo)
		w.wait(time.Second)
		w.press(list(), "Next 5", bo)
		w.wait(time.Second)
		contains(t, list().Text, "these are 41 to 45")
		button := list().Buttons()[4]
		w.press(list(), button.ActionID, bo)
		w.wait(2 * time.Second)
		opened := strings.TrimPrefix(button.ActionID, "storm/open/")
		contains(t, string(list().Blocks), "Incident "+opened, "Back to the list")
		w.alone(opened)
		w.press(list(), "Back to the list", bo)
		w.wait(time.Second)
		contains(t, list().Text, "these are 1 to 20")

		w.typed(ana, "/incident", "info "+ids[3])
		w.typed(ana, "/incident", "info "+ids[3])
		w.wait(5 * time.Second)
		if got := w.own(); len(got) != 2 || got[1] != ids[3]+"/card" {
			t.Errorf("cards of their own: %q", got)
		}
	})
}

// TestManyAcknowledgedAtOnce: one press for all brings one card, not all.
func TestManyAcknowledgedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		ids := w.gust(40)
		w.wait(time.Second)
		now := time.Now()
		err := w.db.Update(t.Context(), func(tx store.Tx) error {
			for _, id := range ids {
				e := incidents.Event{By: incidents.Person("ana"), Body: incidents.Acknowledged{}}
				if _, err := w.book.Append(tx, now, id, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.wait(time.Minute)
		w.alone(ids[0])
		contains(t, w.only(w.storms()).Text, "40 of them acknowledged")
	})
}

// TestStormSurvives: whenever the program ends, and whatever becomes of a call meanwhile, there is one card of the storm in the
// end, it tells of all, and no incident has two.
func TestStormSurvives(t *testing.T) {
	for n, ms := range []int{0, 100, 299, 301, 1000, 2100, 2500, 5000, 30_000, 121_000} {
		lives := time.Duration(ms) * time.Millisecond
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.wait(time.Second)
			w.slack.Faults.Fail(faults.Fault{
				Method: "chat.postMessage", Channel: "C0INC", Skip: n % 3, Times: 2, Kind: faults.StoredButTimedOut(),
			})
			ids := w.gust(30)
			urgent := w.alarm("checkout-5xx", func(o *incidents.Opened) { o.Severity = incidents.Sev1 })
			w.wait(lives)
			w.restart()
			w.wait(lives)
			w.typed(bo, "/incident", "ack "+ids[7])
			w.restart()
			w.wait(5 * time.Minute)
			w.resolve(ids[:7]...)
			w.wait(2 * time.Minute)
			contains(t, w.only(w.storms()).Text, "storm is over", "Resolved: 7")
			own := w.own()
			seen := map[string]bool{}
			for _, key := range own {
				if seen[key] {
					t.Errorf("after %v: two cards %s", lives, key)
				}
				seen[key] = true
			}
			if !seen[urgent+"/card"] || !seen[ids[7]+"/card"] || len(own) > 8 {
				t.Errorf("after %v: cards of their own: %q", lives, own)
			}
		})
	}
}
