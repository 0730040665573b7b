package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// TestWhich: with several open, a word without an id asks which, and its buttons say the same word.
func TestWhich(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		first := w.alarm("checkout-5xx")
		second := w.alarm("checkout-slow")
		w.wait(time.Second)

		w.typed(ana, "/incident", "ack")
		asked := last(t, w.slack.Ephemerals(channel, ana))
		if got, want := labels(asked), "1 · sev2 · checkout-5xx, 2 · sev2 · checkout-slow"; got != want {
			t.Errorf("buttons: %s, want %s", got, want)
		}
		w.press(asked, "incident/ack/2", ana)
		w.wait(time.Second)
		if got := w.head(second).Status; got != incidents.StatusAcknowledged {
			t.Errorf("the one that was chosen is %s", got)
		}
		if got := w.head(first).Status; got != incidents.StatusTriggered {
			t.Errorf("the other one is %s", got)
		}
		answered := last(t, w.slack.Ephemerals(channel, ana))
		contains(t, answered.Text, "You acknowledged 2 (checkout-slow)")
		if answered.TS != asked.TS {
			t.Error("the answer does not take the place of the question")
		}

		w.typed(bo, "/incident", "note “the disk is <full>”")
		w.press(last(t, w.slack.Ephemerals(channel, bo)), "incident/note/1", bo)
		w.wait(time.Second)
		contains(t, w.typed(bo, "/incident", "info 1"), "bo: the disk is &lt;full&gt;")
		w.typed(bo, "/incident", "pm")
		w.press(last(t, w.slack.Ephemerals(channel, bo)), "incident/postmortem/1", bo)
		w.wait(time.Second)
		contains(t, string(last(t, w.slack.Ephemerals(channel, bo)).Blocks), "Postmortem of 1")
	})
}

func last(t *testing.T, all []workspace.Message) workspace.Message {
	t.Helper()
	if len(all) == 0 {
		t.Fatal("there is no message")
	}
	return all[len(all)-1]
}

// TestStaleButtons: what may be done is decided when a button is pressed.
func TestStaleButtons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		page := w.only(w.slack.DM(ana))
		w.typed(bo, "/incident", "resolve anyway")
		w.wait(3 * time.Minute)
		w.press(page, "Acknowledge", ana)
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals(ana, ana)).Text, "1 was resolved 3 min ago by bo; nothing changed.")

		if _, err := w.book.Record(context.Background(), id, incidents.ByAlarm("checkout-5xx"), incidents.Reopened{}); err != nil {
			t.Fatal(err)
		}
		w.wait(time.Second)
		w.press(page, "Acknowledge", ana)
		w.wait(time.Second)
		contains(t, last(t, w.slack.Ephemerals(ana, ana)).Text, "before 1 was triggered again; nothing was changed")
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("a button of the run before made it %s", got)
		}
		pages := w.slack.DM(ana)
		if len(pages) != 2 || labels(pages[0]) != "Runbook, Alarm in AWS" || !strings.HasPrefix(labels(pages[1]), "Acknowledge") {
			t.Errorf("pages of both runs: %d", len(pages))
		}
		w.press(pages[1], "Escalate", ana)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals(ana, ana)).Text, "You escalated 1")
		w.only(w.slack.DM(bo))
	})
}

// TestEscalateAfterAcknowledge: pages that had said "acknowledged" ask again.
func TestEscalateAfterAcknowledge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.typed(ana, "/incident", "ack")
		w.wait(time.Second)
		w.typed(ana, "/incident", "escalate")
		w.wait(2 * time.Second)
		if got := labels(w.slack.DM(ana)[0]); !strings.HasPrefix(got, "Acknowledge") {
			t.Errorf("buttons after escalating: %s", got)
		}
		w.only(w.slack.DM(bo))
		contains(t, w.only(w.slack.Messages(channel)).Text, "triggered")
	})
}

// TestSlowPage: somebody acknowledges while the page is still on its way. When it is there, it does not ask any more.
func TestSlowPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", User: ana, Times: 1, Kind: faults.Slow(8 * time.Second)})
		w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		w.typed(bo, "/incident", "ack")
		w.wait(10 * time.Second)
		if got := labels(w.only(w.slack.DM(ana))); strings.Contains(got, "Acknowledge") {
			t.Errorf("the page still asks: %s", got)
		}
	})
}

// TestLateAnswer: an answer that nobody can be told any more is not tried for ever.
func TestLateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		card := w.only(w.slack.Messages(channel))
		w.slack.Faults.Fail(faults.Fault{Method: "response_url", Kind: faults.Status(500)})
		w.press(card, "Escalate", ana)
		w.wait(40 * time.Minute)
		calls := len(w.slack.API.Calls("response_url"))
		w.wait(time.Hour)
		if n := len(w.slack.API.Calls("response_url")) - calls; n != 0 || calls != uses {
			t.Errorf("%d attempts in the first 40 minutes, then %d more", calls, n)
		}
	})
}

// TestCardChannel: a channel that takes no cards costs no page, is named once with the remedy, and gets its cards later.
func TestCardChannel(t *testing.T) {
	for code, remedy := range map[string]string{
		"is_archived": "unarchive", "not_in_channel": "/invite @oncalm", "channel_not_found": "/invite @oncalm", "restricted_action": "let the app post",
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Channel: "C0INC", Kind: faults.Error(code)})
				for n := range 3 {
					w.alarm(fmt.Sprintf("alarm-%d", n))
					w.wait(5 * time.Second)
				}
				if n := len(w.slack.DM(ana)); n != 3 {
					t.Errorf("%d pages, want 3", n)
				}
				contains(t, w.bot.Status().Channel, code, remedy)
				if n := strings.Count(w.logged.String(), "does not accept cards"); n != 1 {
					t.Errorf("logged %d times", n)
				}
				before := len(w.slack.API.Calls("chat.postMessage"))
				w.wait(4 * time.Minute)
				if n := len(w.slack.API.Calls("chat.postMessage")) - before; n > 12 { // each card once a minute
					t.Errorf("%d more attempts in 4 min", n)
				}
				w.slack.Faults.Clear()
				w.wait(15 * time.Minute)
				if n := len(w.cards()); n != 3 {
					t.Errorf("%d cards after the channel was mended, want 3", n)
				}
				if s := w.bot.Status().Channel; s != "" {
					t.Errorf("still complains: %s", s)
				}
			})
		})
	}
}

// TestNoChannel: without a channel there are no cards, and nothing else is different.
func TestNoChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.press(w.only(w.slack.DM(ana)), "Acknowledge", ana)
		w.wait(time.Minute)
		if n := len(w.slack.Messages(channel)); n != 0 {
			t.Errorf("%d cards", n)
		}
	})
}

// TestPageIsOneCall: in the good case a page costs one call.
func TestPageIsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		before := len(w.slack.API.Calls())
		w.alarm("checkout-5xx")
		w.wait(20 * time.Second) // later people are asked about
		if n := len(w.slack.API.Calls()) - before; n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
}

// TestSlackHangs: no request waits for Slack. Time in a bubble passes only when everybody waits, so any wait would show.
func TestSlackHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		card := w.only(w.slack.Messages(channel))
		w.slack.Faults.Fail(faults.Fault{Kind: faults.Hang()})
		for _, text := range []string{"", "list", "info", "note it hangs", "ack", "escalate", "resolve anyway", "pm"} {
			if r := w.slack.Hands.Command(t.Context(), ana, channel, "/incident", text); r.Err != nil ||
				r.Took > 100*time.Millisecond {
				t.Errorf("/incident %s: %v after %v", text, r.Err, r.Took)
			}
		}
		for _, button := range []string{"Acknowledge", "Resolve", "Escalate"} {
			if r := w.slack.Hands.Press(t.Context(), card, button, bo); r.Err != nil || r.Took > 100*time.Millisecond {
				t.Errorf("%s: %v after %v", button, r.Err, r.Took)
			}
		}
		w.slack.Faults.Clear()
		w.wait(2 * time.Minute)
		if n := len(w.slack.Ephemerals(channel, bo)); n != 3 { // refusals: ana had resolved it
			t.Errorf("%d late answers, want 3", n)
		}
	})
}

// failing is a store whose writes fail.
type failing struct {
	store.Store
	err error
}

func (f *failing) Update(context.Context, func(store.Tx) error) error { return f.err }

// TestStoreFails: what cannot be written down is told, with what to do, and with status 200.
func TestStoreFails(t *testing.T) {
	for err, want := range map[error]string{
		store.ErrFull:            "Nothing was changed: there is no space left",
		store.ErrClosed:          "Nothing was changed: Oncalm is stopping",
		store.ErrUnknownOutcome:  "I cannot tell whether that was done",
		context.DeadlineExceeded: "I cannot tell whether that was done",
		errors.New("odd"):        "it is our fault",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.wait(time.Second)
			w.alarm("checkout-5xx")
			w.wait(5 * time.Second)
			card := w.only(w.slack.Messages(channel))
			w.stop()
			w.bot.o.Book.Store = &failing{w.db, fmt.Errorf("update: %w", err)}
			contains(t, w.typed(ana, "/incident", "ack"), want)
			w.press(card, "Acknowledge", ana)
			synctest.Wait()
			contains(t, last(t, w.slack.Ephemerals(channel, ana)).Text, want)
			w.bot.o.Book.Store = w.db
			w.bot.router.End()
		})
	}
}

// TestNumberOfNoIncident: a number that no incident can have is not the reason for resolving another one, nor a note of it.
func TestNumberOfNoIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		for _, text := range []string{"resolve 99999999999", "resolve 0042", "resolve 0001", "escalate #01 x", "resolve #0042 anyway it went away", "escalate 1234567890", "ack 0042", "note #0042 x", "info 0042",
			"note 0042 is the ticket", "note 0001 is another", "note 12345678901"} {
			contains(t, w.typed(ana, "/incident", text), "is not the number of an incident. Open now: 1.")
		}
		if i := w.head(id); i.Status != incidents.StatusTriggered {
			t.Errorf("the one that is open is %s", i.Status)
		}
		for _, text := range []string{"note #deploy says so", "note 1 0042 is the ticket", "note 5xx again"} {
			contains(t, w.typed(ana, "/incident", text), "Noted on 1")
		}
	})
}

// TestOnCallOfPerson: who asks for a person is told so, and not of a word that is far from it.
func TestOnCallOfPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		got := w.typed(ana, "/oncall", "@bo")
		contains(t, got, " is a person")
		if strings.Contains(got, "Did you mean") {
			t.Error(got)
		}
	})
}

// TestLongNote: who writes more than a note holds is told.
func TestLongNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		contains(t, w.typed(ana, "/incident", "note "+strings.Repeat("ü", 3000+1)), "Only the first 3000 characters")
		if got := w.typed(ana, "/incident", "note "+strings.Repeat("ü", 3000)); got != "Noted on 1 (checkout-5xx)." {
			t.Errorf("of one that fits: %s", got)
		}
		const cut = "Only the first 500 characters of the reason are kept"
		contains(t, w.typed(ana, "/incident", "escalate "+strings.Repeat("ü", 500+1)), cut)
		contains(t, w.typed(ana, "/incident", "resolve anyway "+strings.Repeat("ü", 500+1)), cut)
	})
}
