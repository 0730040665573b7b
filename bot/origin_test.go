package bot

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// TestBeforeWeKnowOurselves: until Slack has told who we are, nothing is carried out, and everybody is told so.
func TestBeforeWeKnowOurselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		page := w.only(w.slack.DM(ana))
		w.stop()
		w.slack.Faults.Fail(faults.Fault{Method: "auth.test", Kind: faults.Status(500)})
		forget(t, w.disk)
		w.open(w.disk)
		w.wait(time.Second)
		contains(t, w.typed(ana, "/incident", "ack"), "still starting")
		w.press(page, "Acknowledge", ana)
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals(page.Channel, ana)).Text, "still starting")
		r := w.slack.Bot.Event(t.Context(), hands.Event{Fields: map[string]any{"type": "app_uninstalled"}})
		if r.Status != http.StatusServiceUnavailable {
			t.Errorf("an event is answered with %d", r.Status)
		}
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("the incident is %s", got)
		}
		if strings.Contains(w.bot.Status().Problem, "revoked") {
			t.Error("the event was carried out")
		}
		w.slack.Faults.Clear()
		w.wait(4 * time.Second)
		contains(t, w.typed(ana, "/incident", "ack"), "You acknowledged 1")
	})
}

// forget takes away what was stored of who we are, as in a store that was never used with this token.
func forget(t *testing.T, s store.Store) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if tx.Get(identityKey) == nil {
			t.Error("nothing was stored of who we are")
		}
		tx.Delete(identityKey)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWeKnowOurselvesAfterARestart: who acknowledges after a restart is heard while Slack does not answer.
func TestWeKnowOurselvesAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		page := w.only(w.slack.DM(ana))
		w.stop()
		w.slack.Faults.Fail(faults.Fault{Method: "auth.test", Kind: faults.Status(500)})
		w.open(w.disk)
		w.wait(time.Second)
		w.press(page, "Acknowledge", ana)
		w.wait(time.Second)
		if got := w.head(id).Status; got != incidents.StatusAcknowledged {
			t.Errorf("the incident is %s", got)
		}
	})
}
