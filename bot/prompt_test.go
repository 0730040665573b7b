package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slack/incoming"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/store"
)

// remembered is what was answered to a request; "" if nothing is remembered of it.
func (w *world) remembered(d deed, by doer) (answer string) {
	w.t.Helper()
	id := incoming.ByTrigger(by.trigger)
	if d.kind == "plain" {
		_, rest, _ := strings.Cut(w.telling(d, by), `"ts":"`)
		ts, _, _ := strings.Cut(rest, `"`)
		id = "slack:D0" + by.user + "/" + ts
	}
	err := w.disk.View(w.t.Context(), func(tx store.Tx) error {
		answer, _ = requests.Recall(tx, id)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return answer
}

// TestAnsweredAtOnce: while Slack hangs for ten seconds at each call, all that people do is answered within 100 ms; what opens a form
// within 1.6 s, and then in words. Time in a bubble passes only while all wait, so any wait would show.
func TestAnsweredAtOnce(t *testing.T) {
	for name, hangs := range map[string]faults.Kind{"answers late": faults.Slow(10 * time.Second), "never answers": faults.Hang()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := everything(t)
				w.begun()
				w.wait(10 * time.Second)
				w.slack.Faults.Fail(faults.Fault{Kind: hangs})
				for _, d := range w.deeds() {
					w.promptly(d)
				}
				w.slack.Faults.Clear()
			})
		})
	}
}

// promptly does something, and holds that it is answered in time.
func (w *world) promptly(d deed) {
	w.t.Helper()
	most := 100 * time.Millisecond
	if d.waits {
		most = 1600 * time.Millisecond
	}
	by := w.by(ana)
	r := w.done(d, by)
	if r.Err != nil || r.Took > most {
		w.t.Errorf("%s: %v after %s", d, r.Err, r.Took)
	}
	told := string(r.Body)
	if d.kind != "typed" && d.kind != "form" {
		told = w.remembered(d, by)
	}
	if told == "" && d.kind != "event" {
		w.t.Errorf("%s: nothing is said about it", d)
	}
	if waited := r.Took > 100*time.Millisecond; waited && !strings.Contains(told, `"text"`) {
		w.t.Errorf("%s: no words in place of the form: %s", d, told)
	}
}

// TestAnsweredAtOnceCanFail: a form that opens slowly is waited for, which shows.
func TestAnsweredAtOnceCanFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := everything(t)
		w.slack.Faults.Fail(faults.Fault{Method: "views.open", Kind: faults.Slow(500 * time.Millisecond)})
		if r := w.done(deed{kind: "typed", room: "incident", word: "declare"}, w.by(ana)); r.Took < 500*time.Millisecond {
			t.Errorf("answered after %s", r.Took)
		}
	})
}
