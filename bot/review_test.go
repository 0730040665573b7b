package bot

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

// TestReview: a postmortem goes from a draft over the review to its end, by words and by buttons; who asked for the review cannot say that
// it is reviewed, and how far it has come is said where the incident is looked at.
func TestReview(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(ana, "ack")
		w.tells(ana, "postmortem 1 review", "1 is not resolved yet; nothing changed.")
		w.tells(ana, "resolve 1 anyway")
		contains(t, w.typed(ana, "/incident", "info 1"), "Postmortem: draft, to be reviewed by")
		w.tells(ana, "postmortem 1 reviewed", "is not in review; nothing changed. `/incident postmortem 1 review` asks for it.")
		w.tells(ana, "postmortem 1 close", "is not reviewed yet; nothing changed.")
		seq := w.head(id).Seq
		w.tells(ana, "postmortem review", "The postmortem of 1 (checkout-5xx) is in review now. Somebody else than you reads it")
		w.tells(ana, "pm 1 review", "is in review already; nothing changed.")
		w.tells(ana, "postmortem 1 reviewed", "You asked for the review: somebody else says that it is reviewed.")
		if got := w.head(id).Seq; got != seq+2 { // the move, and by when it is due
			t.Errorf("%d events were recorded", got-seq)
		}
		contains(t, w.typed(bo, "/incident", "postmortem 1"), "The draft of the postmortem of incident 1")
		w.press(last(t, w.slack.Ephemerals("C0INC", bo)), "Reviewed", bo)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals("C0INC", bo)).Text, "The postmortem of 1 (checkout-5xx) is reviewed now.")
		contains(t, w.typed(ana, "/incident", "info 1"), "Postmortem: reviewed (bo)")
		w.tells(ana, "action 1 @bo an alarm")
		w.press(last(t, w.slack.Ephemerals("C0INC", bo)), "Close postmortem", bo)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals("C0INC", bo)).Text, "is closed now. 1 action item is still open, and followed up.")
		w.tells(ana, "postmortem 1 draft", "is a draft now.")
		w.wait(30 * 24 * time.Hour)
		contains(t, w.typed(ana, "/incident", "info 1"), "Postmortem: draft (ana), overdue: it was to be reviewed by")
		var to []string
		for _, e := range w.events(id) {
			if b, ok := e.Body.(incidents.Responded); ok && b.Kind() == "review-moved" {
				to = append(to, e.By.Name+" "+b.Fact.(response.ReviewMoved).To)
			}
		}
		if len(to) != 4 || to[0] != "ana in review" || to[1] != "bo reviewed" || to[2] != "bo closed" || to[3] != "ana draft" {
			t.Errorf("%q", to)
		}
		w.sound(id)
	})
}
