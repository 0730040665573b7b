package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// due plays with incidents of which some get a postmortem by themselves.
func due(t *testing.T, rules review.Rules, play func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Reviews = rules })
		w.wait(time.Second)
		play(w)
	})
}

// rated opens an incident that is so bad, led by ana, and resolves it.
func (w *world) rated(severity string) (id string) {
	w.t.Helper()
	id = w.alarm("checkout-5xx", func(o *incidents.Opened) { o.Severity = severity })
	w.wait(2 * time.Second)
	w.tells(ana, "lead "+id)
	w.tells(bo, "resolve "+id+" anyway")
	return id
}

// TestPostmortemsByRule: what the rule names gets a postmortem when it is resolved, and the channel and who leads it are told once, with
// by when it is due, however often it is reopened; the rest gets none, until somebody asks.
func TestPostmortemsByRule(t *testing.T) {
	due(t, review.Rules{All: review.Rule{incidents.Sev1}}, func(w *world) {
		id := w.rated(incidents.Sev1)
		contains(t, last(t, w.slack.Messages(channel)).Text, "Postmortem of incident 1",
			"The draft of the postmortem of 1 (checkout-5xx) is there, to be reviewed by", "ana leads it.", "/incident review 1 @somebody")
		contains(t, last(t, w.slack.DM(ana)).Text, "is there, to be reviewed by", "You lead it.")
		w.tells(bo, "reopen 1")
		w.tells(bo, "resolve 1 anyway")
		if c, a := told(w.slack.Messages(channel), "Postmortem of incident"), told(w.slack.DM(ana), "Postmortem of incident"); c != 1 || a != 1 {
			t.Errorf("the channel is told %d times, ana %d times", c, a)
		}
		contains(t, w.typed(ana, "/incident", "info 1"), "Postmortem: draft, to be reviewed by")
		two := w.rated(incidents.Sev2)
		if info := w.typed(ana, "/incident", "info "+two); strings.Contains(info, "to be reviewed") {
			t.Error(info)
		}
		w.tells(ana, "review "+two, "is a draft; nobody asked for it.")
		w.tells(ana, "review "+two+" @cy", "is in review now, by cy, until")
		contains(t, w.typed(bo, "/incident", "info "+two), "Postmortem: in review (ana), for review by cy, to be reviewed by")
		if c := told(w.slack.Messages(channel), "Postmortem of incident"); c != 1 {
			t.Errorf("the channel is told %d times", c)
		}
		w.sound(id)
		w.sound(two)
	})
	due(t, review.Rules{All: review.Rule{}, Services: map[string]review.Rule{"search": {incidents.Sev1}}}, func(w *world) {
		w.rated(incidents.Sev1)
		if c := told(w.slack.Messages(channel), "Postmortem of incident"); c != 0 {
			t.Errorf("of an incident that gets none the channel is told %d times", c)
		}
		if info := w.typed(ana, "/incident", "info 1"); strings.Contains(info, "to be reviewed") {
			t.Error(info)
		}
	})
	due(t, review.Rules{Services: map[string]review.Rule{"checkout": {incidents.Sev1}}}, func(w *world) {
		id := w.rated(incidents.Sev1)
		w.tells(bo, "reopen 1")
		w.tells(bo, "severity 1 sev4 it is small")
		w.tells(bo, "resolve 1 anyway") // as bad as it was
		contains(t, w.typed(ana, "/incident", "info "+id), "Postmortem: draft, to be reviewed by")
	})
}

// TestReviewers: whom somebody names is asked once, and the others of before not again; whoever asks is none of them.
func TestReviewers(t *testing.T) {
	due(t, review.Rules{All: review.Rule{incidents.Sev1}}, func(w *world) {
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		w.tells(ana, "review 1 @bo", "1 is not resolved yet; nothing changed.")
		w.tells(ana, "resolve 1 anyway")
		w.tells(ana, "review 1 @ana @bo", "You ask for the review: somebody else reviews. Nothing changed.")
		w.tells(ana, "review 1 @bo @dee", "There is no person “dee”; nothing changed.")
		w.tells(ana, "review @bo and @cy", "The postmortem of 1 (checkout-5xx) is in review now, by bo and cy, until")
		for _, who := range []string{bo, cy} {
			if n := told(w.slack.DM(who), "ana asks you to review the postmortem of 1 (checkout-5xx), until"); n != 1 {
				t.Errorf("%s is asked %d times", who, n)
			}
		}
		w.tells(ana, "review 1 @bo @cy", "is for review by bo and cy already; nothing changed.")
		w.tells(ana, "review 1 @cy", "is in review now, by cy")
		if n := told(w.slack.DM(cy), "asks you to review"); n != 1 {
			t.Errorf("cy is asked %d times", n)
		}
		w.tells(bo, "review 1", "Postmortem: in review (ana), for review by cy, to be reviewed by")
		w.press(last(t, w.slack.DM(cy)), "Reviewed", cy)
		w.wait(2 * time.Second)
		contains(t, w.typed(ana, "/incident", "info 1"), "Postmortem: reviewed (cy)")
		w.tells(ana, "review 1 @bo", "is reviewed already; nothing changed.")
		w.tells(ana, "review 1 close", "is closed now.")
		w.sound(id)
	})
}

// TestReviewReminders: whoever has to do something is reminded on the working day before, on the day, and after it, at nine where they
// live, of all that waits for them in one message, whatever is restarted in between; never at night, and not of what is reviewed.
func TestReviewReminders(t *testing.T) {
	due(t, review.Rules{All: review.Rule{incidents.Sev1, incidents.Sev2}}, func(w *world) {
		w.until("2000-01-03 12:00") // a Monday
		w.rated(incidents.Sev2)     // due on Monday, 2000-01-10
		w.rated(incidents.Sev2)
		w.tells(ana, "review 2 @bo")
		for _, step := range []struct {
			at      string
			ana, bo int
		}{
			{"2000-01-07 07:59", 0, 0}, {"2000-01-07 08:01", 1, 0}, // nine for ana, who lives an hour ahead
			{"2000-01-07 09:01", 1, 1}, {"2000-01-10 07:59", 1, 1}, {"2000-01-10 09:01", 2, 2}, {"2000-01-11 09:01", 3, 3},
			{"2000-01-14 20:00", 3, 3}, {"2000-01-17 09:01", 4, 4},
		} {
			w.until(step.at)
			w.restart()
			w.wait(10 * time.Second)
			a, b := told(w.slack.DM(ana), "1 postmortem waits for you"), told(w.slack.DM(bo), "1 postmortem waits for you")
			if a != step.ana || b != step.bo {
				t.Errorf("at %s ana was reminded %d times, bo %d times; want %d and %d", step.at, a, b, step.ana, step.bo)
			}
		}
		contains(t, last(t, w.slack.DM(ana)).Text, "1 checkout-5xx (sev2): a draft, overdue since")
		contains(t, last(t, w.slack.DM(bo)).Text, "2 checkout-5xx (sev2): in review by bo, overdue since", "/incident postmortem 2 reviewed")
		w.tells(ana, "review 1 @bo")
		w.until("2000-01-24 08:50")
		w.stop() // the morning on which it tells is over when it starts again, at night
		w.wait(14 * time.Hour)
		w.restart()
		w.wait(time.Hour)
		if n := told(w.slack.DM(bo), "2 postmortems wait for you"); n != 0 {
			t.Errorf("bo is told %d times at night", n)
		}
		w.until("2000-01-31 09:01")
		if n := told(w.slack.DM(bo), "2 postmortems wait for you"); n != 1 {
			t.Errorf("bo is told %d times of both", n)
		}
		w.tells(bo, "review 1 reviewed")
		w.tells(bo, "review 2 reviewed")
		w.wait(21 * 24 * time.Hour)
		a, b := told(w.slack.DM(ana), "wait for you"), told(w.slack.DM(bo), "2 postmortems wait for you")
		if a != 0 || b != 1 {
			t.Errorf("of what is reviewed ana is told %d times, bo %d times", a, b)
		}
		w.view(func(tx store.Tx) {
			for key := range tx.Range(store.Under("postmortem-due")) {
				t.Errorf("%s waits", key)
			}
		})
	})
}
