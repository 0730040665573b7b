package bot

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/paging"
)

// TestNoSearchAfterRefusedConnections: when it is certain that nothing was sent, nothing is searched for: after an outage
// there is more to do.
func TestNoSearchAfterRefusedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Down(true)
		for n := range 20 {
			w.alarm(fmt.Sprintf("alarm-%d", n))
		}
		w.wait(time.Minute)
		w.slack.Faults.Down(false)
		w.wait(time.Minute)
		if n := len(w.slack.DM(ana)); n != 20 {
			t.Errorf("%d pages, want 20", n)
		}
		for _, c := range w.slack.API.Calls("conversations.history", "conversations.open") {
			t.Errorf("%s was called", c.Method)
		}
	})
}

// TestHold: while Slack asks to leave one person's messages alone, nobody tries, and others are not concerned.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", User: ana, Times: 1, Kind: faults.RateLimited("20")})
		w.alarm("first")
		w.wait(time.Second)
		for n := range 10 {
			w.alarm(fmt.Sprintf("alarm-%d", n))
		}
		w.wait(15 * time.Second)
		if n := len(w.slack.API.Calls("chat.postMessage")); n != 1 {
			t.Errorf("%d calls while Slack asked for patience, want 1", n)
		}
		if _, err := w.bot.Pages().Page(t.Context(), "9/page/0.0/bo",
			paging.Page{Person: "bo", Incident: bottest.Incident("x")}); err != nil {
			t.Errorf("a page to somebody else: %v", err)
		}
		w.wait(30 * time.Second)
		if n := len(w.slack.DM(ana)); n != 11 {
			t.Errorf("%d pages, want 11", n)
		}
		if n := len(w.slack.API.Calls("conversations.history")); n != 0 {
			t.Errorf("%d searches for pages that cannot have been sent", n)
		}
	})
}

// TestScopeForSearching: without the scope to search, pages go out, and Slack is not said to bar us.
func TestScopeForSearching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "conversations.history", Kind: faults.Error("missing_scope")})
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 1, Kind: faults.Reset()})
		w.alarm("checkout-5xx")
		w.wait(time.Minute)
		w.only(w.slack.DM(ana))
		if strings.Contains(w.logged.String(), "E2010") || w.bot.Status().Problem != "" {
			t.Errorf("a missing scope for history counts as a missing token: %+v", w.bot.Status())
		}
	})
}

// TestResponseURLIsSecret: whoever knows it can speak as the bot.
func TestResponseURLIsSecret(t *testing.T) {
	for _, k := range []faults.Kind{
		faults.Reset(), faults.Status(500), faults.Status(404), faults.HTML(), faults.Hang(), faults.Error("used_url"),
		faults.RateLimited("1"),
	} {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.wait(time.Second)
			w.alarm("checkout-5xx")
			w.wait(time.Second)
			card := w.only(w.slack.Messages(channel))
			w.slack.Faults.Fail(faults.Fault{Method: "response_url", Times: 2, Kind: k})
			w.press(card, "Escalate", ana)
			w.wait(time.Hour)
			w.stop()
			for _, secret := range []string{"/actions/", "hooks.slack.com", w.slack.Token(), w.slack.SigningSecret()} {
				if strings.Contains(w.logged.String(), secret) {
					t.Errorf("after %s the log tells %s:\n%s", k, secret, w.logged)
				}
			}
			if w.bot.Status().Problem != "" {
				t.Errorf("after %s: %+v", k, w.bot.Status())
			}
		})
	}
}

// hosts takes note of every host that a client wants to reach.
type hosts struct {
	next http.RoundTripper
	mu   sync.Mutex
	seen map[string]bool
}

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	h.seen[r.URL.Host] = true
	h.mu.Unlock()
	if r.URL.Path == "/api/chat.postMessage" {
		return &http.Response{
			StatusCode: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://evil.example/api/"}}, Body: http.NoBody, Request: r,
		}, nil
	}
	return h.next.RoundTrip(r)
}

// TestOnlySlackIsReached: neither a redirection nor a forged response address leads us elsewhere.
func TestOnlySlackIsReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hosts{seen: map[string]bool{}}
		w := begin(t, func(o *Options) { h.next, o.Transport = o.Transport, h })
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		payload := fmt.Sprintf(`{"type":"block_actions","team":{"id":%q},"api_app_id":%q,"user":{"id":%q},"trigger_id":"1.2",
			"response_url":"https://evil.example/actions/x","container":{},
			"actions":[{"action_id":"escalate","value":"1.0","action_ts":"1.1"}]}`,
			w.slack.TeamID(), w.slack.AppID(), ana)
		form := url.Values{"payload": {payload}}
		r, err := w.slack.Bot.Request(t.Context(), "/slack/interactions",
			"application/x-www-form-urlencoded", []byte(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		seq := w.head("1").Seq
		if resp := w.slack.Bot.Send(r); resp.Err != nil || len(resp.Body) != 0 {
			t.Errorf("%v %s", resp.Err, resp.Body)
		}
		w.wait(time.Minute)
		if w.head("1").Seq == seq {
			t.Error("the button did nothing")
		}
		if len(h.seen) != 1 || !h.seen["slack.com"] {
			t.Errorf("reached %v", h.seen)
		}
	})
}

// TestPageInSpiteOfAnAnswerThatCannotBeRead: a page that may have got through is searched for. Where the answer to that cannot
// be read it goes out all the same, and among messages of any form ours is found.
func TestPageInSpiteOfAnAnswerThatCannotBeRead(t *testing.T) {
	const odd = `{"type":"message","ts":"1.1","metadata":"none"},{"ts":7,"blocks":[{"type":"context","elements":[{"type":"hologram"}]}]},
		{"ts":"1.2","blocks":[{"type":"input","element":{"type":"hologram"}}],"metadata":{"event_type":"oncalm_page","event_payload":{"key":9}}}`
	for name, tc := range map[string]struct {
		method, answer string
		adopted        string
	}{
		"a channel in another form":    {"conversations.open", `{"ok":true,"channel":"D1"}`, ""},
		"no channel":                   {"conversations.open", `{"ok":true}`, ""},
		"messages in another form":     {"conversations.history", `{"ok":true,"messages":{"a":1}}`, ""},
		"only messages in other forms": {"conversations.history", `{"ok":true,"messages":[` + odd + `]}`, ""},
		"ours among them": {"conversations.history", `{"ok":true,"messages":[` + odd +
			`,{"ts":"1.3","metadata":{"event_type":"oncalm_page","event_payload":{"key":"1/page/0.0/ana","more":[]}}}]}`, "1.3"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t, func(o *Options) { o.Channel = "" })
				w.wait(time.Second)
				w.slack.Faults.Fail(faults.Fault{Method: tc.method, Kind: faults.JSON(tc.answer)})
				r, err := w.bot.Pages().Page(t.Context(), "1/page/0.0/ana",
					paging.Page{Person: "ana", Incident: bottest.Incident("x"), PerhapsSent: true})
				if err != nil || r.Adopted != (tc.adopted != "") || r.Adopted && r.Message != tc.adopted {
					t.Errorf("%+v, %v", r, err)
				}
				if n := len(w.slack.DM(ana)); r.Adopted == (n == 1) {
					t.Errorf("%d messages to ana", n)
				}
			})
		})
	}
}

// TestAcknowledgedWhileSlackIsAsked: an earlier attempt is searched for, which takes a while, and somebody acknowledges meanwhile. The
// page is not sent then.
func TestAcknowledgedWhileSlackIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 1, Kind: faults.Status(500)})
		w.slack.Faults.Fail(faults.Fault{
			Method: "conversations.history", Times: 1, Kind: faults.Slow(1800 * time.Millisecond),
		})
		w.alarm("checkout-5xx")
		w.wait(2400 * time.Millisecond)
		if n := w.searches(); n != 1 {
			t.Fatalf("%d calls have looked for the page by now, want one that waits for its answer", n)
		}
		w.typed(bo, "/incident", "ack")
		w.wait(time.Minute)
		if pages := w.slack.DM(ana); len(pages) != 0 {
			t.Errorf("paged after somebody acknowledged: %q", texts(pages))
		}
	})
}

// TestWhatWasSentIsKnown: a page that Slack has taken, but that could not be recorded, is neither sent again nor searched for.
// After a start nobody knows of it: it is searched for.
func TestWhatWasSentIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "conversations.history", Kind: faults.RateLimited("30")})
		page := paging.Page{Person: "bo", Incident: bottest.Incident("x")}
		first, err := w.bot.Pages().Page(t.Context(), "9/page/0.0/bo", page)
		if err != nil {
			t.Fatal(err)
		}
		page.PerhapsSent = true
		again, err := w.bot.Pages().Page(t.Context(), "9/page/0.0/bo", page)
		if err != nil || again.Message != first.Message || !again.Adopted {
			t.Errorf("%+v, %v, want what was sent first: %+v", again, err, first)
		}
		if pages, looks := len(w.slack.DM(bo)), len(w.slack.API.Calls("conversations.history")); pages != 1 || looks != 0 {
			t.Errorf("%d pages and %d searches, want 1 and 0", pages, looks)
		}
		w.restart()
		w.wait(time.Second)
		if _, err = w.bot.Pages().Page(t.Context(), "9/page/0.0/bo", page); err != nil {
			t.Fatal(err)
		}
		if looks := w.searches(); looks != 1 {
			t.Errorf("%d searches after a start, want 1", looks)
		}
	})
}
