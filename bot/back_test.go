package bot

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
)

// inBubble begins a world in a bubble with one incident that has paged ana.
func inBubble(t *testing.T, play func(w *world, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		play(w, id)
		w.sound(id)
	})
}

// sound holds that the head of an incident is what its timeline amounts to.
func (w *world) sound(id string) {
	w.t.Helper()
	folded, err := incidents.Fold(id, w.events(id))
	if err != nil {
		w.t.Fatal(err)
	}
	got, headErr := w.head(id).Record()
	want, foldErr := folded.Record()
	if diff := cmp.Diff(string(want), string(got)); headErr != nil || foldErr != nil || diff != "" {
		w.t.Errorf("the head is not what the timeline amounts to: %v %v\n%s", headErr, foldErr, diff)
	}
}

// clear says that the alarm of an incident is OK.
func (w *world) clear(id string) {
	w.t.Helper()
	a := incidents.Alarm{Name: "checkout-5xx", Series: "checkout-5xx", State: incidents.AlarmOK, Changed: time.Now(), Received: time.Now()}
	if _, err := w.book.Record(w.t.Context(), id, incidents.ByAlarm(a.Name), incidents.Reported{Alarm: a}); err != nil {
		w.t.Fatal(err)
	}
	w.wait(2 * time.Second)
}

// TestResolveAsksFirst: while an alarm says ALARM, the button has a question of its own, and the word and a button without one ask.
func TestResolveAsksFirst(t *testing.T) {
	inBubble(t, func(w *world, id string) {
		asks := func() bool {
			return strings.Contains(string(w.only(w.slack.Messages(channel)).Blocks), `"confirm"`)
		}
		if !asks() {
			t.Error("the button does not ask while the alarm says ALARM")
		}
		contains(t, w.typed(bo, "/incident", "resolve the index is back"),
			"1 is not resolved yet: “checkout-5xx” still says ALARM.", "`/incident resolve 1 anyway`")
		w.clear(id)
		if asks() {
			t.Error("the button asks though nothing says ALARM")
		}
		old := w.only(w.slack.Messages(channel))
		now := time.Now()
		again := incidents.Alarm{Name: "other", Series: "other", State: incidents.AlarmFiring, Changed: now, Received: now}
		if _, err := w.book.Record(t.Context(), id, incidents.ByAlarm("other"), incidents.Joined{Alarm: again}); err != nil {
			t.Fatal(err)
		}
		w.press(old, "Resolve", bo) // drawn while nothing fired
		w.wait(3 * time.Second)
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Fatalf("a button that did not ask made it %s", got)
		}
		asked := last(t, w.slack.Ephemerals(channel, bo))
		contains(t, asked.Text, "“other” still says ALARM.")
		w.press(asked, "Resolve it anyway", bo)
		w.wait(3 * time.Second)
		if i := w.head(id); i.Status != incidents.StatusResolved || i.ResolvedBy.Name != "bo" {
			t.Errorf("%s by %s", i.Status, i.ResolvedBy.Name)
		}
	})
}

// TestReopen: from the card and from the page, what was resolved comes back and pages, once.
func TestReopen(t *testing.T) {
	for _, from := range []string{"card", "page"} {
		t.Run(from, func(t *testing.T) {
			inBubble(t, func(w *world, id string) {
				w.press(w.only(w.slack.Messages(channel)), "Resolve", ana)
				w.wait(3 * time.Second)
				m := w.only(w.slack.Messages(channel))
				if from == "page" {
					m = w.only(w.slack.DM(ana))
				}
				w.press(m, "Reopen", ana)
				w.press(m, "Reopen", ana)
				w.wait(5 * time.Second)
				if i := w.head(id); i.Status != incidents.StatusTriggered || i.Run != 1 {
					t.Errorf("%s in run %d", i.Status, i.Run)
				}
				dm := w.slack.DM(ana)
				if len(dm) != 2 {
					t.Fatalf("%d pages, want 2: %v", len(dm), texts(dm))
				}
				if got := labels(dm[0]); strings.Contains(got, "Reopen") {
					t.Errorf("the first page still has %s", got)
				}
				w.wait(6 * time.Minute)
				if n := len(w.slack.DM(bo)); n != 1 {
					t.Errorf("bo has %d pages, want 1: the escalation goes on", n)
				}
			})
		})
	}
}

// TestUndoResolutionMendsThePage: nobody is paged anew for what is open again, so the page of before has its buttons again.
func TestUndoResolutionMendsThePage(t *testing.T) {
	inBubble(t, func(w *world, id string) {
		w.typed(ana, "/incident", "ack")
		w.wait(5 * time.Second)
		acknowledged := labels(w.only(w.slack.DM(ana)))
		w.typed(ana, "/incident", "resolve 1 anyway")
		w.wait(5 * time.Second)
		contains(t, w.only(w.slack.DM(ana)).Text, "Resolved")
		contains(t, w.typed(ana, "/incident", "undo"), "You took back that you resolved 1")
		w.wait(5 * time.Second)
		page := w.only(w.slack.DM(ana))
		contains(t, page.Text, "Acknowledged")
		if got := labels(page); got != acknowledged {
			t.Fatalf("the page has %s, want %s", got, acknowledged)
		}
		w.clear(id)
		w.press(w.only(w.slack.DM(ana)), "Resolve", ana)
		w.wait(5 * time.Second)
		if got := w.head(id).Status; got != incidents.StatusResolved {
			t.Errorf("the button of the page made it %s", got)
		}
		contains(t, labels(w.only(w.slack.DM(ana))), "Reopen")
	})
}

// TestUndoAcknowledgement: the run goes on as if nobody had acknowledged, and pages nobody before their time.
func TestUndoAcknowledgement(t *testing.T) {
	inBubble(t, func(w *world, id string) {
		w.wait(time.Minute)
		w.typed(ana, "/incident", "ack")
		w.wait(time.Minute)
		contains(t, w.typed(bo, "/incident", "undo"), "You did nothing in the last 10 minutes")
		contains(t, w.typed(ana, "/incident", "undo"), "You took back that you acknowledged 1 (checkout-5xx). It is not acknowledged.")
		w.wait(3 * time.Second)
		contains(t, labels(w.only(w.slack.DM(ana))), "Acknowledge")
		if n := len(w.slack.DM(bo)); n != 0 {
			t.Errorf("bo was paged at once, %d times", n)
		}
		w.wait(3 * time.Minute)
		if n := len(w.slack.DM(bo)); n != 1 {
			t.Errorf("bo has %d pages five minutes after the first, want 1", n)
		}
		contains(t, w.typed(ana, "/incident", "undo"), "You did nothing in the last 10 minutes")
		contains(t, w.typed(bo, "/incident", "info"), "ana took the acknowledgement back")
	})
}

// TestUndoLate: the step that came due meanwhile is taken when the acknowledgement is taken back.
func TestUndoLate(t *testing.T) {
	inBubble(t, func(w *world, _ string) {
		w.wait(4 * time.Minute)
		w.typed(ana, "/incident", "ack")
		w.wait(8 * time.Minute)
		w.typed(ana, "/incident", "undo")
		w.wait(3 * time.Second)
		if n := len(w.slack.DM(bo)); n != 1 {
			t.Errorf("bo has %d pages, want 1", n)
		}
	})
}

// TestUndoResolution: what was somebody's is theirs again, and pages nobody; what was nobody's pages.
func TestUndoResolution(t *testing.T) {
	for _, acked := range []bool{false, true} {
		t.Run(fmt.Sprint(acked), func(t *testing.T) {
			inBubble(t, func(w *world, id string) {
				if acked {
					w.typed(bo, "/incident", "ack")
				}
				w.wait(time.Minute)
				w.typed(ana, "/incident", "resolve anyway")
				w.wait(time.Minute)
				w.typed(ana, "/incident", "undo")
				w.wait(3 * time.Second)
				i, want, pages := w.head(id), incidents.StatusTriggered, 2
				if acked {
					want, pages = incidents.StatusAcknowledged, 1
				}
				if n := len(w.slack.DM(ana)); i.Status != want || n != pages || acked && i.AcknowledgedBy.Name != "bo" {
					t.Errorf("%s by %s, %d pages, want %s and %d", i.Status, i.AcknowledgedBy.Name, n, want, pages)
				}
				w.wait(31 * time.Minute)
				if n := len(w.slack.DM(bo)); acked && n != 1 {
					t.Errorf("bo was reminded %d times, want once", n)
				}
			})
		})
	}
}

// TestUndoLeavesOthersAlone: what somebody else did since is not taken back.
func TestUndoLeavesOthersAlone(t *testing.T) {
	inBubble(t, func(w *world, id string) {
		w.typed(ana, "/incident", "ack")
		w.wait(time.Second)
		w.typed(bo, "/incident", "resolve anyway")
		w.wait(time.Second)
		contains(t, w.typed(ana, "/incident", "undo"), "You acknowledged 1, and it has changed since; nothing changed.")
		w.wait(11 * time.Minute)
		contains(t, w.typed(bo, "/incident", "undo"), "You did nothing in the last 10 minutes")
		if got := w.head(id).Status; got != incidents.StatusResolved {
			t.Errorf("it is %s", got)
		}
	})
}

// TestUndoNote: the note is struck, and shown nowhere.
func TestUndoNote(t *testing.T) {
	inBubble(t, func(w *world, _ string) {
		w.typed(ana, "/incident", "note it was me")
		w.wait(time.Second)
		contains(t, w.typed(ana, "/incident", "undo"), "You took back that you noted “it was me” on 1")
		w.wait(3 * time.Second)
		if got := w.typed(ana, "/incident", "info"); strings.Contains(got, "it was me") {
			t.Errorf("the note is still there: %s", got)
		}
	})
}

// TestSnooze: nobody is paged until then, whoever had acknowledged or was to be paged next; then it pages from the first step on.
func TestSnooze(t *testing.T) {
	for _, acked := range []bool{false, true} {
		t.Run(fmt.Sprint(acked), func(t *testing.T) {
			inBubble(t, func(w *world, id string) {
				if acked {
					w.typed(bo, "/incident", "ack")
				}
				m := w.only(w.slack.DM(ana))
				w.press(m, "Snooze", ana)
				w.wait(3 * time.Second)
				w.press(last(t, w.slack.Ephemerals(m.Channel, ana)), "30 min", ana)
				w.wait(3 * time.Second)
				contains(t, w.only(w.slack.Messages(channel)).Text, "snoozed by ana")
				contains(t, w.only(w.slack.DM(ana)).Text, "Snoozed by ana")
				w.wait(29 * time.Minute)
				if a, b := len(w.slack.DM(ana)), len(w.slack.DM(bo)); a != 1 || b != 0 {
					t.Errorf("while it is snoozed ana has %d pages and bo %d", a, b)
				}
				w.restart()
				w.wait(2 * time.Minute)
				if n := len(w.slack.DM(ana)); n != 2 {
					t.Errorf("when it is over ana has %d pages, want 2", n)
				}
				w.press(w.slack.DM(ana)[1], "Acknowledge", ana)
				w.wait(3 * time.Second)
				if got := w.head(id).Status; got != incidents.StatusAcknowledged {
					t.Errorf("it is %s", got)
				}
			})
		})
	}
}

// TestSnoozeUntil: a time is one in the zone of whoever writes, and not too far away.
func TestSnoozeUntil(t *testing.T) {
	inBubble(t, func(w *world, id string) { // midnight UTC, one o'clock for ana
		w.typed(ana, "/incident", "snooze until 9:00 we wait for AWS")
		if h := w.head(id).Held; h == nil || !h.Until.Equal(time.Date(2000, 1, 1, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", h)
		}
		contains(t, w.typed(ana, "/incident", "info"), "ana snoozed it until", "we wait for AWS")
		contains(t, w.typed(ana, "/incident", "snooze 48h"), "24 hours at the longest")
		contains(t, w.typed(ana, "/incident", "snooze tomorrow"), "nothing changed")
		contains(t, w.typed(ana, "/incident", "ack"), "You acknowledged 1")
		w.wait(9 * time.Hour)
		if n := len(w.slack.DM(ana)); n < 2 { // reminders, since it is hers
			t.Errorf("%d messages", n)
		}
		for _, m := range w.slack.DM(ana)[1:] {
			contains(t, m.Text, "Still open")
		}
	})
}

// TestLateNoteIsKept: a note behind an acknowledgement is kept, though somebody was faster.
func TestLateNoteIsKept(t *testing.T) {
	inBubble(t, func(w *world, _ string) {
		w.typed(ana, "/incident", "ack")
		contains(t, w.typed(bo, "/incident", "ack 1 the index is missing"), "1 was acknowledged just now by ana; nothing changed.",
			"Your note is on its timeline.")
		contains(t, w.typed(ana, "/incident", "info"), "bo: the index is missing")
	})
}

// TestNextIsShown: page, card and info say whom it pages next, and when.
func TestNextIsShown(t *testing.T) {
	inBubble(t, func(w *world, _ string) {
		for _, m := range []string{string(w.only(w.slack.DM(ana)).Blocks), string(w.only(w.slack.Messages(channel)).Blocks)} {
			contains(t, m, "Next: ", `"bo"`, "if nobody acknowledges")
		}
		contains(t, w.typed(ana, "/incident", "info"), "Next: bo at")
		w.typed(ana, "/incident", "ack")
		w.wait(3 * time.Second)
		if got := string(w.only(w.slack.Messages(channel)).Blocks); strings.Contains(got, "Next:") {
			t.Error("after an acknowledgement the card says who is next")
		}
	})
}
