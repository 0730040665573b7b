package bot

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

func (w *world) view(do func(store.Tx)) {
	w.t.Helper()
	if err := w.db.View(w.t.Context(), func(tx store.Tx) error { do(tx); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

// untold counts incidents whose timeline says of no page that it was delivered.
func (w *world) untold(ids []string) (n int) {
	w.t.Helper()
	w.view(func(tx store.Tx) {
		for _, id := range ids {
			i, err := incidents.Head(tx, id)
			if err != nil {
				w.t.Fatal(err)
			}
			delivered := false
			for _, p := range i.Pages {
				delivered = delivered || !p.Delivered.IsZero()
			}
			if !delivered {
				n++
			}
		}
	})
	return n
}

// storm lets many alarms fire at once.
func (w *world) storm(many int) (ids []string) {
	w.t.Helper()
	for n := range many {
		ids = append(ids, w.alarm(fmt.Sprintf("storm-%d", n)))
	}
	return ids
}

// TestJointPage: who is paged for many incidents at once gets few messages, each incident says in which it was told, and one
// press acknowledges all.
func TestJointPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := beginJoined(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		ids := w.storm(300)
		w.wait(100 * time.Millisecond)
		if n := len(w.slack.DM(ana)); n != 2 {
			t.Errorf("%d messages at once, want 2", n)
		}
		w.wait(2 * time.Second)
		if n := w.untold(ids); n != 0 {
			t.Errorf("%d incidents were not told after two seconds", n)
		}
		dm := w.slack.DM(ana)
		if len(dm) != 3 {
			t.Fatalf("%d messages, want 3", len(dm))
		}
		contains(t, dm[2].Text, "298 incidents on 1 service")
		contains(t, string(dm[2].Blocks), "Acknowledge all takes in 2 incidents of which you were told before.")
		contains(t, w.typed(bo, "/incident", "info "+ids[250]), "in one message with 297 others")
		w.press(dm[2], "Acknowledge all", ana)
		w.wait(5 * time.Second)
		taken := 0
		for _, id := range ids {
			w.view(func(tx store.Tx) {
				if i, err := incidents.Head(tx, id); err == nil && i.AcknowledgedBy == incidents.Person("ana") {
					taken++
				}
			})
		}
		if taken != 300 {
			t.Errorf("%d incidents were acknowledged, want 300: those of which ana was told before too", taken)
		}
		contains(t, w.slack.DM(ana)[2].Text, "nothing waits for you any more")
		if n := len(w.slack.API.Calls("chat.update")); n > 3 {
			t.Errorf("%d edits of one message", n)
		}
		w.wait(3 * time.Minute)
		if n := len(w.slack.DM(ana)); n != 3 {
			t.Errorf("%d messages after it was acknowledged", n)
		}
	})
}

// TestShowAll: the list behind the button shows all of them, and each can be acknowledged there.
func TestShowAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := beginJoined(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.storm(25)
		w.wait(2 * time.Second)
		joint := last(t, w.slack.DM(ana))
		w.press(joint, "Show all", ana)
		w.wait(time.Second)
		first := last(t, w.slack.Ephemerals(joint.Channel, ana))
		contains(t, first.Text, "Incidents 1 to 15 of 23")
		w.press(first, "Show more", ana)
		w.wait(time.Second)
		more := last(t, w.slack.Ephemerals(joint.Channel, ana))
		contains(t, more.Text, "Incidents 16 to 23 of 23")
		id := regexp.MustCompile(`Acknowledge (\d+)`).FindStringSubmatch(string(more.Blocks))[1]
		w.press(more, "Acknowledge "+id, ana)
		w.wait(2 * time.Second)
		w.view(func(tx store.Tx) {
			if i, err := incidents.Head(tx, id); err != nil || i.Status != incidents.StatusAcknowledged {
				t.Errorf("%v %v", i.Status, err)
			}
		})
		contains(t, string(last(t, w.slack.DM(ana)).Blocks), "22 not acknowledged, 1 acknowledged")
	})
}

// TestWorseComesAtOnce: in a storm, what is worse than all that was told does not wait.
func TestWorseComesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := beginJoined(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.storm(50)
		w.wait(2 * time.Second)
		w.storm(50)
		w.alarm("worst", func(o *incidents.Opened) { o.Severity = incidents.Sev1 })
		w.wait(100 * time.Millisecond)
		contains(t, last(t, w.slack.DM(ana)).Text, "sev1: worst")
		w.wait(57 * time.Second)
		if n := len(w.slack.DM(ana)); n > 10 {
			t.Errorf("%d messages in a minute", n)
		}
	})
}

// TestJointPageOverARestart: what was told in a joint message is not told again after a restart, whether it was known or not
// that the message had come through; and nothing is forgotten.
func TestJointPageOverARestart(t *testing.T) {
	for name, kind := range map[string]faults.Kind{
		"known": faults.Slow(0), "stored, no answer": faults.StoredButTimedOut(), "not stored": faults.Hang(),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := beginJoined(t, func(o *Options) { o.Channel = "" })
				w.wait(time.Second)
				ids := w.storm(40)
				w.wait(500 * time.Millisecond)
				w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Kind: kind})
				w.wait(3 * time.Second)
				w.restart()
				w.slack.Faults.Clear()
				w.wait(2 * time.Minute)
				if n := w.untold(ids); n != 0 {
					t.Errorf("%d incidents were not told", n)
				}
				joints := 0
				for _, m := range w.slack.DM(ana) {
					if strings.Contains(m.Text, "38 incidents") {
						joints++
					}
				}
				if joints != 1 {
					t.Errorf("%d joint messages, want 1", joints)
				}
			})
		})
	}
}

// TestJointPageWaitsForSlack: while Slack asks to leave a person alone, nobody tries, and all is told together when it ends.
func TestJointPageWaitsForSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := beginJoined(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", User: ana, Times: 1, Kind: faults.RateLimited("20")})
		w.alarm("first")
		w.wait(time.Second)
		ids := w.storm(30)
		w.wait(15 * time.Second)
		if n := len(w.slack.API.Calls("chat.postMessage")); n != 1 {
			t.Errorf("%d calls while Slack asked for patience, want 1", n)
		}
		w.wait(15 * time.Second)
		if n, calls := w.untold(ids), len(w.slack.API.Calls("chat.postMessage")); n != 0 || calls > 4 {
			t.Errorf("%d incidents were not told, after %d calls", n, calls)
		}
	})
}
