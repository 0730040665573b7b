package bot

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/notes"
)

// TestTimeline: all lines are shown in the order of what happened, each with its number; what is wrong is struck or written again, and
// never silently.
func TestTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Minute)
		w.typed(ana, "/incident", "note it is the database")
		w.typed(bo, "/incident", "note 1999-12-31 23:50 the first call")
		got := w.typed(ana, "/incident", "timeline")
		contains(t, got, "Timeline of incident 1, lines 1 to 5 of 5, at your own time.", "bo: the first call (written ",
			"ana: it is the database")
		if first, opened := strings.Index(got, "the first call"), strings.Index(got, "opened as sev2"); first > opened {
			t.Errorf("what happened first stands first:\n%s", got)
		}
		line := ""
		for _, e := range w.events(id) {
			if b, ok := e.Body.(incidents.Noted); ok && b.Text == "it is the database" {
				line = strconv.Itoa(e.Seq)
			}
		}
		contains(t, w.typed(bo, "/incident", "strike 1"), "Line 1 of incident 1 is nothing that somebody wrote")
		contains(t, w.typed(bo, "/incident", "strike 99"), "Line 99 of incident 1 is nothing that somebody wrote")
		contains(t, w.typed(bo, "/incident", "strike"), "Which line? `/incident timeline 1` shows")
		contains(t, w.typed(bo, "/incident", "edit "+line), "What should line "+line+" say?")
		contains(t, w.typed(bo, "/incident", "edit 1 "+line+" today 23:59 x"), "I changed nothing: today 23:59 is still to come.")
		contains(t, w.typed(bo, "/incident", "edit 1 "+line+" it is the cache"), "is struck, and reads now:", "it is the cache",
			"It said: ana: it is the database")
		contains(t, w.typed(bo, "/incident", "edit 1 "+line+" no"), "was struck by bo", "already; nothing was changed")
		contains(t, w.typed(cy, "/incident", "strike #1 "+strconv.Itoa(w.head(id).Seq)+" it was neither"), "Struck line ", "bo: it is the cache")
		w.wantNotes(id, "ana 00:01:01 it is the database ~bo: edited", "bo 23:50:00 the first call",
			"bo 00:01:01 it is the cache ~cy: it was neither")
		got = w.typed(ana, "/incident", "timeline 1")
		contains(t, got, "lines 1 to 4 of 4", "2 lines were struck.")
		if strings.Contains(got, "cache") {
			t.Errorf("what was struck is shown:\n%s", got)
		}
		contains(t, w.typed(ana, "/incident", "timeline 7"), "No incident “7”.")
	})
}

// TestLongTimeline: all of a long timeline can be reached, and no text in it is too long for Slack.
func TestLongTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		for n := range 60 {
			w.typed(ana, "/incident", "note "+strings.Repeat("x", 600)+" number "+strconv.Itoa(n))
		}
		w.typed(ana, "/incident", "timeline "+id)
		shown := last(t, w.slack.Ephemerals(channel, ana))
		pages := 1
		for ; ; pages++ {
			bottest.JudgeSent(t, shown.Text, shown.Blocks)
			if _, ok := shown.Button("Earlier"); !ok {
				break
			}
			w.press(shown, "Earlier", ana)
			w.wait(time.Second)
			shown = last(t, w.slack.Ephemerals(channel, ana))
		}
		contains(t, shown.Text, "lines 1 to 24 of ")
		if pages != 3 {
			t.Errorf("%d pages", pages)
		}
	})
}

// TestAddToTimeline: the menu of a message opens a form, and what it says is on the timeline with its time and its kind, also where the
// bot may not read.
func TestAddToTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later()
		w, ctx := captures(t, false), context.Background()
		w.wait(time.Second)
		m := w.says(bo, "general", "", "shall we roll back?")
		w.slack.Hands.MessageShortcut(ctx, m, capture.Callback, ana)
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals("general", ana)).Text, "There is no incident yet")
		first, second := w.alarm("checkout-5xx"), w.alarm("search-5xx")
		w.wait(2 * time.Second)
		card := w.slack.Messages(channel)[0]
		w.slack.Hands.MessageShortcut(ctx, card, capture.Callback, ana)
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals(channel, ana)).Text, "one of Oncalm's own")

		minute := strconv.FormatInt(spoken.Time(m.TS).Unix()/60*60, 10) // what a form that knows no seconds sends back
		for range 3 {                                                   // the same form three times, and what was noted stays
			w.slack.Hands.MessageShortcut(ctx, m, capture.Callback, ana)
			r := w.slack.Hands.SubmitView(ctx, ana, map[string]string{"incident": second, "kind": "question", "time": minute})
			if r.Err != nil || r.Errors != nil {
				t.Fatal(r.Err, r.Errors)
			}
			w.wait(time.Second)
		}
		w.wantNotes(second, "bo 00:00:01 shall we roll back?")
		events := w.events(second)
		if b, _ := events[len(events)-1].Body.(incidents.Noted); b.Sort != notes.Question || b.Captured != "ana" {
			t.Errorf("%+v", b)
		}
		contains(t, w.typed(ana, "/incident", "timeline 2"), "bo: shall we roll back? (question)")

		secret := w.says("U0MAL", "elsewhere", "", "<!channel> the vendor says yes")
		w.slack.Hands.MessageShortcut(ctx, secret, capture.Callback, cy)
		if r := w.slack.Hands.SubmitView(ctx, cy, map[string]string{"incident": first, "time": "4102444800"}); r.Errors["time"] == "" {
			t.Errorf("a time that is still to come: %v", r)
		}
		if r := w.slack.Hands.SubmitView(ctx, cy, map[string]string{"incident": first, "time": "1009843200", "kind": "decision"}); r.Errors != nil {
			t.Error(r.Errors)
		}
		w.wait(time.Second)
		w.wantNotes(first, "mal 00:00:00 <!channel> the vendor says yes")
		view, _ := w.slack.View(cy)
		contains(t, string(view.Blocks), "It goes onto the timeline of ")
	})
}

// TestAddToTimelineWithoutForm: if Slack does not open the form, whoever wanted it is told; and strangers get none.
func TestAddToTimelineWithoutForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later()
		w, ctx := captures(t, false), context.Background()
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		m := w.says(bo, "general", "", "hm")
		w.slack.Hands.MessageShortcut(ctx, m, capture.Callback, "U0MAL")
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals("general", "U0MAL")).Text, "You are not in Oncalm's people list")
		w.slack.Faults.Fail(faults.Fault{Method: "views.open", Kind: faults.Hang()})
		began := time.Now()
		r := w.slack.Hands.MessageShortcut(ctx, m, capture.Callback, ana)
		if took := time.Since(began); r.Err != nil || took > 1600*time.Millisecond {
			t.Errorf("%v after %v", r.Err, took)
		}
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals("general", ana)).Text, "Slack did not open the form")
		if got := w.slack.Messages("general"); len(got) != 1 || got[0].Text != "hm" {
			t.Errorf("the message itself is left alone: %v", texts(got))
		}
	})
}

// TestSlackWasAway: that Slack was away, and a page therefore late, stands on the timeline, once.
func TestSlackWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.slack.Faults.Down(true)
		id := w.alarm("checkout-5xx")
		w.wait(7 * time.Minute) // two steps
		w.slack.Faults.Down(false)
		w.wait(2 * time.Minute)
		var got []string
		for _, e := range w.events(id) {
			if d, ok := e.Body.(incidents.Delayed); ok {
				got = append(got, d.Since.Format(time.TimeOnly)+" "+d.Until.Format(time.TimeOnly))
			}
		}
		if len(got) != 1 || !strings.HasPrefix(got[0], "00:00:01 00:07:") {
			t.Errorf("%q", got)
		}
		contains(t, w.typed(ana, "/incident", "timeline"), "Slack did not answer from", ", so pages were late")
		second := w.alarm("search-5xx") // which is not late
		w.wait(time.Minute)
		for _, e := range w.events(second) {
			if _, ok := e.Body.(incidents.Delayed); ok {
				t.Error("a page that was not late")
			}
		}
	})
}

// elsewhere is a channel in which the bot is not.
func elsewhere() workspace.Channel {
	return workspace.Channel{ID: "C0ELSE", Name: "elsewhere", Members: []string{ana, bo, cy, "U0MAL"}}
}
