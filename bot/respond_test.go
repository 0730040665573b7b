package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

// led begins a world in a bubble, with a channel that waits for news, and one incident that has paged ana.
func led(t *testing.T, play func(w *world, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) {
			o.Watched = alarms.Services{All: []alarms.Service{{Name: "checkout", Stakeholders: []string{"C0GEN"}}}}
			o.PagesNobody = func(severity string) bool { return severity == incidents.Sev4 }
		})
		w.wait(time.Second)
		id := w.alarm("checkout-5xx", func(o *incidents.Opened) {
			o.Alarm.Description = "More than 5 % of checkouts fail.\n" + strings.Repeat("Look at the pool first. ", 20) + "Then call Bo."
		})
		w.wait(2 * time.Second)
		play(w, id)
		w.sound(id)
	})
}

func (w *world) tells(user, text string, parts ...string) {
	w.t.Helper()
	contains(w.t, w.typed(user, "/incident", text), parts...)
	w.wait(2 * time.Second)
}

// TestSeverity: a raise pages again, a lowering pages nobody, and one that pages nobody at all ends the paging.
func TestSeverity(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(ana, "ack")
		w.tells(bo, "sev 1 sev1 all customers are hit", "1 (checkout-5xx) is sev1 now; it was sev2. It pages anew")
		if i, n := w.head(id), len(w.slack.DM(ana)); i.Status != incidents.StatusTriggered || n != 2 {
			t.Errorf("after a raise it is %s and ana has %d pages", i.Status, n)
		}
		contains(t, w.slack.DM(ana)[1].Text, "sev1: ")
		w.tells(bo, "severity sev1", "1 is sev1 already; nothing changed.")
		w.tells(bo, "severity bad", "There is no severity “bad”; nothing changed. Severities: sev1, sev2, sev3 and sev4.")
		w.tells(ana, "ack")
		w.tells(bo, "severity sev3 only a few", "Nobody is paged for that.")
		if i, n := w.head(id), len(w.slack.DM(ana)); i.Status != incidents.StatusAcknowledged || n != 2 {
			t.Errorf("after a lowering it is %s and ana has %d pages", i.Status, n)
		}
		w.tells(bo, "undo", "It is sev1 again.")
		w.tells(bo, "sev sev4 a false alarm", "Nobody is paged for it any more.")
		contains(t, w.typed(bo, "/incident", "info"), "bo rated it sev4", "a false alarm")
		w.wait(time.Hour)
		if a, b := len(w.slack.DM(ana)), len(w.slack.DM(bo)); a != 2 || b != 0 {
			t.Errorf("of a sev4 ana has %d pages and bo %d", a, b)
		}
		w.tells(bo, "undo", "You did nothing in the last 10 minutes")
	})
}

// TestSeverityThatStopsPaging: an escalation in progress ends when the incident turns out to be one that can wait.
func TestSeverityThatStopsPaging(t *testing.T) {
	led(t, func(w *world, _ string) {
		w.tells(ana, "sev sev4")
		w.wait(time.Hour)
		if n := len(w.slack.DM(bo)); n != 0 {
			t.Errorf("bo has %d pages", n)
		}
		w.tells(ana, "sev sev2", "It pages anew")
		if n := len(w.slack.DM(ana)); n != 2 {
			t.Errorf("ana has %d pages, want 2", n)
		}
	})
}

// TestRoles: whoever acknowledges is asked who leads; roles are handed over in a word, and whoever gets one is told.
func TestRoles(t *testing.T) {
	led(t, func(w *world, id string) {
		w.press(w.only(w.slack.DM(ana)), "Acknowledge", ana)
		w.wait(2 * time.Second)
		asked := last(t, w.slack.Ephemerals(w.slack.DM(ana)[0].Channel, ana))
		contains(t, asked.Text, "Nobody leads it yet.")
		w.press(asked, "I lead", ana)
		w.wait(2 * time.Second)
		if got := w.head(id).Response.Lead; got != "ana" {
			t.Errorf("%q leads", got)
		}
		contains(t, string(w.only(w.slack.Messages(channel)).Blocks), "lead: ")
		w.tells(ana, "lead @bo", "bo is lead of 1 (checkout-5xx) now; it was ana. They get a message.")
		contains(t, last(t, w.slack.DM(bo)).Text, "ana made you lead of incident 1")
		w.tells(ana, "role comms cy", "cy is comms of 1")
		w.tells(ana, "role king @bo", "There is no role “king”; nothing changed. Roles: lead, comms and scribe.")
		w.tells(ana, "role scribe @boo", "There is no person “boo”; nothing changed. Did you mean `bo`?")
		w.tells(bo, "roles", "Lead: bo", "Comms: cy", "Scribe: nobody")
		w.tells(ana, "undo", "You took back that you changed who is comms of 1")
		w.tells(bo, "role lead nobody", "Nobody is lead of 1 (checkout-5xx) now; it was bo.")
		if got := w.head(id).Response; got.Lead != "" || got.Comms != "" {
			t.Errorf("%+v", got)
		}
	})
}

// TestNoQuestionForSmallThings: of a sev3, and where somebody leads, nobody is asked.
func TestNoQuestionForSmallThings(t *testing.T) {
	for _, say := range []string{"sev sev3", "lead bo"} {
		led(t, func(w *world, _ string) {
			w.tells(bo, say)
			if got := w.typed(ana, "/incident", "ack"); strings.Contains(got, "leads") {
				t.Errorf("after %s: %s", say, got)
			}
		})
	}
}

// TestUpdate: the channels of the stakeholders are told once, in a form of their own, and whoever leads is reminded of the next one.
func TestUpdate(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "lead")
		w.tells(ana, "update identified the database is full <!channel>, we make room. Next in 30m", "Updated 1 (checkout-5xx). It goes to 1 channel.")
		m := w.only(w.slack.Messages("general"))
		contains(t, m.Text, "checkout: the database is full")
		contains(t, string(m.Blocks), "identified", "next update by", "we make room")
		if strings.Contains(string(m.Blocks), "Next in 30m") || strings.Contains(string(m.Blocks), `"broadcast"`) || len(m.Buttons()) > 0 {
			t.Errorf("the update is %s", m.Blocks)
		}
		r := w.head(id).Response
		if r.Stage != response.Identified || time.Until(r.Next).Round(time.Minute) != 30*time.Minute {
			t.Errorf("%+v", r)
		}
		contains(t, string(w.only(w.slack.Messages(channel)).Blocks), "Update: ", "the database is full")
		w.restart()
		w.wait(31 * time.Minute)
		contains(t, last(t, w.slack.DM(bo)).Text, "The next update of incident 1 (checkout-5xx) is due")
		told := len(w.slack.DM(bo))
		w.tells(bo, "update monitoring it looks well, next at 23:00")
		w.tells(bo, "update nothing new, next in 10m")
		w.tells(bo, "resolve anyway")
		w.wait(24 * time.Hour)
		if n := len(w.slack.DM(bo)) - told; n != 0 {
			t.Errorf("reminded %d times though it is over: %v", n, texts(w.slack.DM(bo)))
		}
		if n := len(w.slack.Messages("general")); n != 1 {
			t.Errorf("%d updates in the channel, though the configuration names none since the restart", n)
		}
	})
}

// TestTexts: what it is about, who is hurt, what it is called and what is left to do stand on the card or the timeline.
func TestTexts(t *testing.T) {
	led(t, func(w *world, id string) {
		w.wait(2 * time.Hour)
		w.tells(ana, "summary the pool of the database is full", "The card of 1")
		w.tells(ana, "impact from 2:02 to 2:40 one checkout in five fails", "The impact of 1")
		w.tells(ana, "rename Checkout fails", "1 is called “Checkout fails” now; it was “checkout-5xx”.")
		w.tells(ana, "action @bo an alarm on the pool due mon", "An action item of 1 (Checkout fails) for bo, due", "“an alarm on the pool”")
		w.tells(ana, "action by the way", "“by the way”")
		for _, empty := range []string{"summary", "impact", "impact from 2:02 to 2:40", "rename", "action @bo", "update", "update monitoring"} {
			w.tells(ana, empty, "Nothing changed.")
		}
		contains(t, string(w.only(w.slack.Messages(channel)).Blocks), "Summary: ", "the pool of the database is full", "Impact: ",
			"one checkout in five fails", "Checkout fails", "2 action items")
		contains(t, w.typed(bo, "/incident", "info"), "Then call Bo.", "planned an action item for bo")
		var f response.Affected
		for _, e := range w.events(id) {
			if b, ok := e.Body.(incidents.Responded); ok && b.Kind() == "affected" {
				f = b.Fact.(response.Affected)
			}
		}
		if f.Text != "one checkout in five fails" || f.From.Format("15:04") != "01:02" || f.To.Format("15:04") != "01:40" {
			t.Errorf("%+v", f) // ana lives an hour ahead
		}
		w.tells(ana, "undo", "which cannot be taken back")
	})
}

// TestNearlyRead: what is meant as a time, a stage or a severity and cannot be read as one is never left in the text without a word.
func TestNearlyRead(t *testing.T) {
	led(t, func(w *world, id string) {
		seq := w.head(id).Seq
		for typed, says := range map[string]string{
			"update db is down, next in 30":                          "I do not understand when the next one comes. Nothing changed.",
			"update db is down, next at 25:00":                       "I do not understand when the next one comes.",
			"update db is down, next in 30 minuts":                   "I do not understand when the next one comes.",
			"update idenitfied db is down":                           "There is no stage “idenitfied”; nothing changed. Did you mean `identified`?",
			"update 1 monitorng: it looks well":                      "Did you mean `monitoring`?",
			"impact from tomorrow 10:00 to tomorrow 11:00 no basket": "No impact was noted: ",
			"action write it down due 2026-02-30":                    "I do not understand when that is due.",
			"severity 1 sev 9":                                       "There is no severity “sev9”",
		} {
			w.tells(ana, typed, says)
		}
		if got := w.head(id).Seq; got != seq {
			t.Errorf("%d events were recorded", got-seq)
		}
		w.tells(ana, "sev 1 sev 3 only a few", "is sev3 now")
		w.tells(ana, "update it is the next in line", "Updated")
		w.tells(ana, "update we restart the next: 3 of 5 zones", "Updated")
		w.tells(ana, "action pay what is due to Amazon", "“pay what is due to Amazon”")
		w.tells(ana, "action lower the limit by 30 in all zones", "An action item")
	})
}

// TestWhy: who was paged, how, what became of it, and who is next.
func TestWhy(t *testing.T) {
	led(t, func(w *world, _ string) {
		contains(t, w.typed(bo, "/incident", "why"), "ana was paged by Slack, delivered", "you are on call for payments (step 1 of 2)",
			"Next: bo at")
		w.wait(6 * time.Minute)
		contains(t, w.typed(bo, "/incident", "why 1"), "bo was paged by Slack", "Next: ana at")
		w.tells(ana, "ack")
		contains(t, w.typed(bo, "/incident", "why"), "Next: nobody but ana")
	})
}
