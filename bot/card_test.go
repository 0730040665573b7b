package bot

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// TestAdoptedAfterRestart: a page and a card that were sent, but not recorded before the process ended, are found again.
func TestAdoptedAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 2, Kind: faults.StoredButTimedOut()})
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.restart()
		w.wait(time.Minute)
		w.only(w.slack.DM(ana))
		w.only(w.slack.Messages(channel))
		var adopted bool
		err := w.db.View(t.Context(), func(tx store.Tx) error {
			events, err := incidents.Timeline(tx, id)
			for _, e := range events {
				if d, ok := e.Body.(incidents.Delivered); ok {
					adopted = d.Adopted
				}
			}
			return err
		})
		if err != nil || !adopted {
			t.Errorf("the delivery was not adopted (%v)\n%s", err, w.logged)
		}
	})
}

// TestOldPageIsNotAdopted: a message with the same key from before, of a store that was lost, is not taken for the page.
func TestOldPageIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.alarm("checkout-5xx")
		w.wait(time.Hour)
		w.typed(ana, "/incident", "resolve anyway")
		old := len(w.slack.DM(ana))
		w.disk = newMemory()
		w.restart()
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", User: ana, Times: 1, Kind: faults.Status(500)})
		w.alarm("checkout-5xx")
		w.wait(time.Minute)
		if n := len(w.slack.DM(ana)); n != old+1 {
			t.Errorf("%d pages, want %d", n, old+1)
		}
	})
}

// TestStorm: pages of a storm go out at once; the cards of sev1s, which always have one, keep Slack's pace, and nothing spins
// meanwhile.
func TestStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 150
		w := begin(t)
		w.wait(time.Second)
		urgent := func(o *incidents.Opened) { o.Severity = incidents.Sev1 }
		var ids []string
		for n := range many {
			ids = append(ids, w.alarm(fmt.Sprintf("alarm-%d", n), urgent))
		}
		w.wait(time.Second)
		if n := len(w.slack.Messages(channel)); n > 5 {
			t.Errorf("%d cards in the first second", n)
		}
		// What people do is shown without waiting, on cards that are there.
		w.press(w.slack.Messages(channel)[0], "Acknowledge", bo)
		w.wait(3 * time.Second)
		contains(t, w.slack.Messages(channel)[0].Text, "acknowledged by bo")
		// Half of them end before their card was ever drawn.
		for _, id := range ids[many/2:] {
			if _, err := w.book.Record(context.Background(), id, incidents.ByAlarm("a"), incidents.Resolved{}); err != nil {
				t.Fatal(err)
			}
		}
		w.wait(4 * many * time.Second)
		drawn := 0
		for _, c := range w.slack.API.Calls("chat.postMessage", "chat.update") {
			if c.Args["channel"] == "C0INC" {
				drawn++
				if c.Outcome != "ok" {
					t.Errorf("%s: %s", c.Method, c.Outcome)
				}
			}
		}
		if n := w.drawings.Load(); n > int64(drawn+50) {
			t.Errorf("%d attempts to draw cards %d times: they spin while they wait", n, drawn)
		}
		cards := w.slack.Messages(channel)
		if len(cards) != many {
			t.Errorf("%d cards, want %d", len(cards), many)
		}
		for n, m := range cards[1:] {
			if gap := m.Posted.Sub(cards[n].Posted); n > 12 && gap < 900*time.Millisecond {
				t.Errorf("card %d came %v after the one before it", n, gap)
			}
		}
	})
}

// TestStormOfEdits: when many incidents end at once, their cards keep the pace of edits, and what people do meanwhile is shown
// before.
func TestStormOfEdits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 60
		w := begin(t)
		var ids []string
		for n := range many {
			ids = append(ids, w.alarm(fmt.Sprintf("alarm-%d", n)))
			w.wait(10 * time.Second)
		}
		drawn, before := w.drawings.Load(), len(w.slack.API.Calls("chat.update"))
		for _, id := range ids[1:] {
			if _, err := w.book.Record(context.Background(), id, incidents.ByAlarm("a"), incidents.Resolved{}); err != nil {
				t.Fatal(err)
			}
		}
		w.wait(time.Second)
		card := w.slack.Messages(channel)[0]
		w.press(card, "Acknowledge", bo)
		w.wait(time.Second)
		contains(t, w.slack.Messages(channel)[0].Text, "acknowledged by bo")
		w.wait(2 * many * time.Second)
		if n := w.drawings.Load() - drawn; n > many+10 {
			t.Errorf("%d attempts for %d cards: they spin while they wait", n, many)
		}
		edits := 0
		var last time.Time
		for _, c := range w.slack.API.Calls("chat.update")[before:] {
			if c.Args["channel"] != "C0INC" {
				continue // pages
			}
			if edits++; edits > 13 && c.At.Sub(last) < time.Second {
				t.Errorf("edit %d came %v after the one before it", edits, c.At.Sub(last))
			}
			last = c.At
		}
		if edits != many {
			t.Errorf("%d edits, want %d", edits, many)
		}
	})
}

func has(all []workspace.Message, key string) bool {
	for _, m := range all {
		if m.Value("key") == key {
			return true
		}
	}
	return false
}

// TestCardsAfterAnOutage: what has waited does not go all at once, also after a restart.
func TestCardsAfterAnOutage(t *testing.T) {
	for _, restart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.wait(time.Second)
			w.slack.Faults.Down(true)
			for n := range 30 {
				w.alarm(fmt.Sprintf("alarm-%d", n), func(o *incidents.Opened) { o.Severity = incidents.Sev1 }) // they have a card each
				w.wait(10 * time.Second)
			}
			if restart {
				w.restart()
			}
			w.slack.Faults.Down(false)
			w.wait(3 * time.Minute)
			cards := w.slack.Messages(channel)
			if len(cards) != 30 {
				t.Fatalf("%d cards, want 30", len(cards))
			}
			for n := 4; n < len(cards); n++ {
				if gap := cards[n].Posted.Sub(cards[n-4].Posted); gap < 900*time.Millisecond {
					t.Errorf("card %d came %v after the fourth before it", n, gap)
				}
			}
		})
	}
}

// TestNoNeedlessEdits: a page that says what it should is left alone.
func TestNoNeedlessEdits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.typed(ana, "/incident", "ack")
		w.wait(4 * time.Hour) // with reminders
		if n := len(w.slack.DM(ana)); n < 5 {
			t.Fatalf("%d messages, want the page and reminders", n)
		}
		if n := len(w.slack.API.Calls("chat.update")); n != 1 {
			t.Errorf("%d edits, want 1", n)
		}
	})
}

// TestManyChangesAreOneEdit: what happens within a moment is drawn once, and the card ends with the last of it.
func TestManyChangesAreOneEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		id := w.alarm("checkout-5xx")
		w.wait(time.Minute)
		before := len(w.slack.API.Calls("chat.update"))
		for n := range 50 {
			body := incidents.Noted{Text: fmt.Sprintf("line %d", n)}
			if _, err := w.book.Record(context.Background(), id, incidents.Person("ana"), body); err != nil {
				t.Fatal(err)
			}
			w.wait(10 * time.Millisecond)
		}
		w.wait(10 * time.Second)
		if n := len(w.slack.API.Calls("chat.update")) - before; n < 1 || n > 4 {
			t.Errorf("%d edits for 50 notes in half a second", n)
		}
		contains(t, string(w.only(w.slack.Messages(channel)).Blocks), "line 49", "line 48", "line 47")
	})
}

// TestDeletedCard: who deletes a card gets another with the next change.
func TestDeletedCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.alarm("checkout-5xx")
		w.wait(10 * time.Second)
		w.slack.Faults.Fail(faults.Fault{
			Method: "chat.update", Channel: "C0INC", Times: 1, Kind: faults.Error("message_not_found"),
		})
		w.typed(ana, "/incident", "ack")
		w.wait(10 * time.Second)
		cards := w.slack.Messages(channel)
		if len(cards) != 2 {
			t.Fatalf("%d cards, want 2", len(cards))
		}
		w.typed(ana, "/incident", "resolve anyway")
		w.wait(10 * time.Second)
		contains(t, w.slack.Messages(channel)[1].Text, "resolved by ana")
	})
}

// TestAmbiguousCard: a card whose posting has no known outcome is found, not posted again.
func TestAmbiguousCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.slack.Faults.Fail(faults.Fault{
			Method: "chat.postMessage", Channel: "C0INC", Times: 1, Kind: faults.StoredButTimedOut(),
		})
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.typed(ana, "/incident", "ack")
		w.wait(time.Minute)
		contains(t, w.only(w.slack.Messages(channel)).Text, "acknowledged by ana")
	})
}

// TestDamagedEvidence: of a long story, what is new is told also if what the alarm said cannot be read any more.
func TestDamagedEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		id := w.alarm("checkout-5xx")
		w.wait(10 * time.Second)
		for range 120 {
			if _, err := w.book.Record(t.Context(), id, incidents.Person("ana"), incidents.Noted{Text: "looking"}); err != nil {
				t.Fatal(err)
			}
		}
		err := w.db.Update(t.Context(), func(tx store.Tx) error {
			tx.Put("incident/0000000"+id+"/event/00000001", []byte("{"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.typed(ana, "/incident", "ack")
		w.wait(time.Minute)
		contains(t, w.only(w.slack.Messages(channel)).Text, "acknowledged by ana")
		contains(t, w.typed(ana, "/incident", "info"), "acknowledged", "looking")
	})
}

// TestCardKeepsTheNewest: an older version never takes the place of a newer one.
func TestCardKeepsTheNewest(t *testing.T) {
	m := newMemory()
	for _, r := range []cardRecord{{slack.Ref{Channel: "C1", TS: "1.1"}, 5}, {slack.Ref{Channel: "C1", TS: "1.2"}, 4}} {
		if err := m.Update(t.Context(), func(tx store.Tx) error { return saveCard(tx, "1", r) }); err != nil {
			t.Fatal(err)
		}
	}
	err := m.View(t.Context(), func(tx store.Tx) error {
		if r, err := readCard(tx, "1"); err != nil || r.Seq != 5 {
			t.Errorf("%+v, %v", r, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
