package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
)

// TestOverridesOfOthers: where commanders are named, others put themselves on call, and nobody else: neither by the word nor by the form,
// nor by the button of a plan that they might carry out when they made it.
func TestOverridesOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commanders := func(who string) func(o *Options) {
			return func(o *Options) { o.Rights = rights.Rules{rights.Commander: {who}} }
		}
		w := begin(t, commanders("bo"))
		w.wait(time.Second)
		const no = "You may not put somebody else on call; nothing was done."
		contains(t, w.typed(ana, "/oncall", "override @cy 2h payments"), no, "Who may: bo.")
		contains(t, w.typed(ana, "/oncall", "override @ana fri 9-17 payments"), "Should I put you on call")
		planned := w.said(bo, "override @cy fri 9-17 payments")
		w.stop()
		w.open(w.disk, commanders("cy"))
		w.wait(time.Second)
		w.press(planned, "Confirm", bo)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals(channel, bo)).Text, no)
		if made := w.made(); len(made) > 0 {
			t.Errorf("%+v", made)
		}
		w.press(w.said(cy, "override @ana fri 9-17 payments"), "Confirm", cy)
		w.wait(2 * time.Second)
		if made := w.made(); len(made) != 1 {
			t.Errorf("%+v", made)
		}
	})
}

// TestLongSilences: only commanders silence for more than a day.
func TestLongSilences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) {
			o.Rights = rights.Rules{rights.Commander: {"bo"}}
			o.Watched = alarms.Services{Default: "checkout", All: []alarms.Service{{Name: "checkout"}}}
			o.Silences = &silences.Book{Incidents: o.Book}
		})
		w.wait(time.Second)
		for _, tt := range []struct{ user, said, want string }{
			{ana, "silence a-* 25h we move", "You may not silence alarms for more than 24 hours; nothing was done."},
			{ana, "silence a-* 24h we move", "Silenced: a-*"},
			{bo, "silence c-* 48h we move", "Silenced: c-*"},
		} {
			contains(t, w.typed(tt.user, "/oncall", tt.said), tt.want)
		}
	})
}

// TestAddNote: the button of the card opens a form, and what is filled in is noted, once, also if the incident was triggered again.
func TestAddNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.press(w.only(w.slack.Messages(channel)), "Add note", bo)
		form, ok := w.slack.View(bo)
		if !ok || !strings.Contains(string(form.Blocks), "what you saw or did") {
			t.Fatalf("%t %s", ok, form.Blocks)
		}
		ctx := context.Background()
		if r := w.slack.Hands.SubmitView(ctx, bo, map[string]string{"text": " "}); r.Errors["text"] == "" {
			t.Errorf("an empty note was taken: %+v", r)
		}
		w.tells(ana, "ack 1", "You acknowledged")
		w.tells(ana, "escalate 1", "You escalated")
		if r := w.slack.Hands.SubmitView(ctx, bo, map[string]string{"text": "<!channel> 3 & 4 are *full*"}); r.Err != nil || len(r.Errors) > 0 {
			t.Fatal(r.Err, r.Errors)
		}
		w.wait(2 * time.Second)
		after, _ := w.slack.View(bo)
		contains(t, string(after.Blocks), "Noted on ")
		var notes []string
		for _, e := range w.events(id) {
			if n, ok := e.Body.(incidents.Noted); ok {
				notes = append(notes, e.By.Name+": "+n.Text)
			}
		}
		if got := strings.Join(notes, "\n"); got != "bo: <!channel> 3 & 4 are *full*" {
			t.Errorf("notes: %s", got)
		}
		if card := w.only(w.slack.Messages(channel)); strings.Contains(string(card.Blocks), "<!channel>") {
			t.Errorf("the card rings: %s", card.Blocks)
		}
		w.sound(id)
	})
}
