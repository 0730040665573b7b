package bot

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
)

// owing makes a world in which so many pages to ana are enqueued since before the start, of each service one.
func owing(t *testing.T, n int, sent bool) *world {
	w := begin(t, func(o *Options) { o.Channel = "" })
	w.wait(time.Second)
	kind := faults.Hang()
	if sent {
		kind = faults.StoredButTimedOut()
	}
	w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Kind: kind})
	for k := range n {
		w.alarm(fmt.Sprintf("alarm-%d", k), func(o *incidents.Opened) { o.Alarm.Series = fmt.Sprint(k) })
	}
	w.wait(3 * time.Second)
	w.slack.Faults.Clear()
	return w
}

// searchFaults are ways in which a search comes to nothing.
func searchFaults() map[string]faults.Kind {
	return map[string]faults.Kind{
		"limited": faults.RateLimited("30"), "slow": faults.Slow(8 * time.Second), "hanging": faults.Hang(),
		"500":       faults.Status(500),
		"forbidden": faults.Error("missing_scope"), "nowhere": faults.Error("channel_not_found"), "HTML": faults.HTML(),
		"malformed": faults.JSON(`{"ok":true,"messages":7}`), "truncated": faults.Truncated(), "reset": faults.Reset(),
		"barred": faults.Error("invalid_auth"),
	}
}

// TestWhoCannotLookSends: pages that are enqueued after a restart go out within seconds, whatever becomes of searching, and say
// that they may be a repeat.
func TestWhoCannotLookSends(t *testing.T) {
	for name, kind := range searchFaults() {
		for _, method := range []string{"conversations.history", "conversations.open"} {
			t.Run(name+" "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := owing(t, 30, false)
					w.slack.Faults.Fail(faults.Fault{Method: method, Kind: kind})
					w.restart()
					w.wait(10 * time.Second)
					pages := w.slack.DM(ana)
					if len(pages) != 30 {
						t.Fatalf("%d pages after 10 s, want 30", len(pages))
					}
					contains(t, pages[0].Text, "repeat")
					if n := len(w.slack.API.Calls(method)); n > 3 {
						t.Errorf("%s was tried %d times", method, n)
					}
					if p := w.bot.Status().Problem; p != "" {
						t.Errorf("paging is said to be in trouble: %s", p)
					}
				})
			})
		}
	}
}

// TestOneSearchForAll: pages that an earlier attempt had brought through are found, all by one search, however many messages
// came since.
func TestOneSearchForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := owing(t, 30, true)
		sent := len(w.slack.DM(ana))
		for n := range 450 {
			if _, err := w.slack.Hands.Say(t.Context(), ana, w.slack.DM(ana)[0].Channel, fmt.Sprintf("hm %d", n)); err != nil {
				t.Fatal(err)
			}
		}
		w.restart()
		w.wait(10 * time.Second)
		found := 0
		for _, m := range w.slack.DM(ana) {
			if m.Metadata != nil && m.Metadata.EventType == pages.Event {
				found++
			}
		}
		if sent != 30 || found != 30 {
			t.Errorf("%d pages after %d that had got through, want 30", found, sent)
		}
		if n := w.searches(); n != 3 {
			t.Errorf("%d calls for one search of 480 messages, want 3", n)
		}
		for _, i := range []string{"1", "17", "30"} {
			if w.head(i).PagesTo("ana")[0].Delivered.IsZero() {
				t.Errorf("the page of %s is not recorded as delivered", i)
			}
		}
	})
}

// searches counts the calls that searched for messages. Another one only asks at the start whether we are in the channel.
func (w *world) searches() (n int) {
	for _, c := range w.slack.API.Calls("conversations.history") {
		if c.Args["limit"] != "1" {
			n++
		}
	}
	return n
}

// TestSearchesForTheChannel: the same rule holds for what goes to the channel.
func TestSearchesForTheChannel(t *testing.T) {
	for name, kind := range searchFaults() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				w.wait(time.Second)
				w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Channel: channel, Times: 1, Kind: faults.Reset()})
				w.slack.Faults.Fail(faults.Fault{Method: "conversations.history", Kind: kind})
				w.alarm("checkout-5xx")
				if err := w.bot.SelfPage(t.Context(), "", SelfPage{Key: "full/1", Since: time.Now(), Title: "full", Text: "full"}); err != nil {
					t.Log(err) // the fault met this one
				}
				err := w.bot.SelfPage(t.Context(), "", SelfPage{Key: "full/1", Since: time.Now(), Title: "full", Text: "full"})
				if err != nil {
					t.Errorf("the second attempt: %v", err)
				}
				w.wait(15 * time.Second)
				var all strings.Builder
				for _, m := range w.slack.Messages(channel) {
					all.WriteString(m.Text + "\n")
				}
				contains(t, all.String(), "checkout-5xx", "full", "repeat")
			})
		})
	}
}
