package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
)

// TestNoSearchAfterRefusedConnections: when it is certain that nothing was sent, nothing is looked for: after an outage
// there is more to do.
func TestNoSearchAfterRefusedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Down(true)
		for n := range 20 {
			w.alarm(fmt.Sprintf("alarm-%d", n))
		}
		w.wait(time.Minute)
		w.slack.Down(false)
		w.wait(time.Minute)
		if n := len(w.slack.DM(ana)); n != 20 {
			t.Errorf("%d pages, want 20", n)
		}
		for _, c := range w.slack.Calls("conversations.history", "conversations.open") {
			t.Errorf("%s was called", c.Method)
		}
	})
}

// TestHold: while Slack asks to leave one person's messages alone, nobody tries, and others are not concerned.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Fail(slackfake.Fault{Method: "chat.postMessage", User: ana, Times: 1, Kind: slackfake.RateLimited("20")})
		w.alarm("first")
		w.wait(time.Second)
		for n := range 10 {
			w.alarm(fmt.Sprintf("alarm-%d", n))
		}
		w.wait(15 * time.Second)
		if n := len(w.slack.Calls("chat.postMessage")); n != 1 {
			t.Errorf("%d calls while Slack asked for patience, want 1", n)
		}
		if _, err := w.bot.Page(t.Context(), "9/page/0.0/bo", paging.Page{Person: "bo", Incident: hostile("x")}); err != nil {
			t.Errorf("a page to somebody else: %v", err)
		}
		w.wait(30 * time.Second)
		if n := len(w.slack.DM(ana)); n != 11 {
			t.Errorf("%d pages, want 11", n)
		}
		if n := len(w.slack.Calls("conversations.history")); n != 0 {
			t.Errorf("%d searches for pages that cannot have been sent", n)
		}
	})
}

// TestScopeForSearching: without the scope to search, pages go out, and Slack is not said to bar us.
func TestScopeForSearching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Fail(slackfake.Fault{Method: "conversations.history", Kind: slackfake.Error("missing_scope")})
		w.slack.Fail(slackfake.Fault{Method: "chat.postMessage", Times: 1, Kind: slackfake.Reset()})
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
	for _, k := range []slackfake.Kind{slackfake.Reset(), slackfake.Status(500), slackfake.Status(404), slackfake.HTML(), slackfake.Hang(), slackfake.Error("used_url"), slackfake.RateLimited("1")} {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.wait(time.Second)
			w.alarm("checkout-5xx")
			w.wait(time.Second)
			card := w.only(w.slack.Messages(channel))
			w.slack.Fail(slackfake.Fault{Method: "response_url", Times: 2, Kind: k})
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

func TestResponseURLIsSlacks(t *testing.T) {
	for base, urls := range map[string]map[string]bool{
		"https://slack.com/api/": {
			"https://hooks.slack.com/actions/T1/1/x": true, "https://hooks.slack-gov.com/actions/T1/1/x": true,
			"http://hooks.slack.com/actions/T1/1/x": false, "https://hooks.slack.com.evil.example/x": false, "https://evil.example/hooks.slack.com": false,
			"https://hooks.slack.com@evil.example/": false, "https://slack.com/x": false, "https://hooks.slack.com:8443/x": false,
			"https://169.254.169.254/latest": false, "": false, "://": false,
		},
		"http://127.0.0.1:8080/api/": {
			"http://127.0.0.1:8080/actions/T1/1/x": true, "http://127.0.0.1:8081/actions/x": false, "https://127.0.0.1:8080/x": false,
			"https://hooks.slack.com/actions/x": true,
		},
	} {
		c := &client{base: base}
		for u, want := range urls {
			if got := c.ours(u); got != want {
				t.Errorf("api at %s: ours(%q) = %v, want %v", base, u, got, want)
			}
		}
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
			"response_url":"https://evil.example/actions/x","container":{},"actions":[{"action_id":"escalate","value":"1.0","action_ts":"1.1"}]}`,
			w.slack.TeamID(), w.slack.AppID(), ana)
		form := url.Values{"payload": {payload}}
		r, err := w.slack.Request(t.Context(), "/slack/interactions", "application/x-www-form-urlencoded", []byte(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		seq := w.head("1").Seq
		if resp := w.slack.Send(r); resp.Err != nil || len(resp.Body) != 0 {
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

func TestOutcomes(t *testing.T) {
	o, now := newOutcomes(), time.Now()
	dial := failed("m", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	reset := failed("m", &net.OpError{Op: "read", Err: syscall.ECONNRESET})
	for _, tt := range []struct {
		name    string
		err     error
		perhaps bool
		want    bool
	}{
		{"no connection", dial, true, false},
		{"cut off", reset, false, true},
		{"status", status("m", 500, ""), false, true},
		{"limited", status("m", 429, "7"), true, false},
		{"barred", named("m", "invalid_auth"), true, false},
		{"Slack's own trouble", named("m", "internal_error"), false, true},
		{"done", nil, true, true}, // nothing is known any more: as the outbox says
	} {
		o.note("k", "C1", tt.err, now, false)
		if got := o.unsure("k", tt.perhaps); got != tt.want {
			t.Errorf("%s: unsure %v, want %v", tt.name, got, tt.want)
		}
	}
	o.note("k", "C1", status("m", 429, "7"), now, false)
	if got := o.held("C1", now); got != 7*time.Second {
		t.Errorf("held for %v, want 7 s", got)
	}
	o.note("k", "C1", nil, now, false)
	if got := o.held("C1", now); got > 0 {
		t.Errorf("held for %v after a success", got)
	}
}

// TestTroubles: what each failure means to paging and to the outbox.
func TestTroubles(t *testing.T) {
	for _, tt := range []struct {
		err  error
		page string
	}{
		{nil, "<nil>"},
		{named("m", "ratelimited"), "later"},
		{named("m", "internal_error"), "unreachable"},
		{named("m", ""), "unreachable"},
		{named("m", "token_revoked"), "unreachable"},
		{named("m", "user_disabled"), "undeliverable"},
		{named("m", "a_name_of_tomorrow"), "undeliverable"},
		{named("m", "invalid_blocks"), "undeliverable"},
		{status("m", 429, "abc"), "later"},
		{status("m", 502, ""), "unreachable"},
		{errors.New("a bug of ours"), "other"},
	} {
		if got := kindOf(asPage(tt.err)); got != tt.page {
			t.Errorf("%v is to a page %s, want %s", tt.err, got, tt.page)
		}
	}
	for after, want := range map[string]time.Duration{
		"1": time.Second, "0": time.Second, "-5": time.Second, "30": 30 * time.Second, "999": 2 * time.Minute, "9999999999": 2 * time.Minute, "99999999999999999999": 2 * time.Minute, "abc": impatience, "": impatience, "1.5": impatience,
	} {
		if got := waitOf(status("m", 429, after)); got != want {
			t.Errorf("Retry-After %q: %v, want %v", after, got, want)
		}
	}
}

// TestOddAnswers: what Slack would never answer is not taken for a line that is down.
func TestOddAnswers(t *testing.T) {
	for _, answer := range []string{"[]", "7", `{"ok":"yes"}`, "<html>", ""} {
		err := json.NewDecoder(strings.NewReader(answer)).Decode(&struct {
			OK bool `json:"ok"`
		}{})
		if got := how(err); got != "an answer that is not Slack's" {
			t.Errorf("%q is %q", answer, got)
		}
	}
	_, err := strconv.Atoi("99999999999999999999")
	if got := waitOf(failed("m", err)); got != 2*time.Minute {
		t.Errorf("far too long a wait: %v", got)
	}
}

func kindOf(err error) string {
	if _, ok := errors.AsType[*outbox.Later](err); ok {
		return "later"
	}
	if _, ok := errors.AsType[*outbox.Unreachable](err); ok {
		return "unreachable"
	}
	if _, ok := errors.AsType[*paging.Undeliverable](err); ok {
		return "undeliverable"
	}
	if err == nil {
		return "<nil>"
	}
	return "other"
}

// TestPageInSpiteOfAnAnswerThatCannotBeRead: a page that may have got through is looked for. Where the answer to that cannot
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
				w.slack.Fail(slackfake.Fault{Method: tc.method, Kind: slackfake.JSON(tc.answer)})
				r, err := w.bot.Page(t.Context(), "1/page/0.0/ana", paging.Page{Person: "ana", Incident: hostile("x"), PerhapsSent: true})
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

// TestAcknowledgedWhileSlackIsAsked: an earlier attempt is looked for, which takes a while, and somebody acknowledges meanwhile. The
// page is not sent then.
func TestAcknowledgedWhileSlackIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.slack.Fail(slackfake.Fault{Method: "chat.postMessage", Times: 1, Kind: slackfake.Status(500)})
		w.slack.Fail(slackfake.Fault{Method: "conversations.history", Times: 1, Kind: slackfake.Slow(1800 * time.Millisecond)})
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

// TestWhatWasSentIsKnown: a page that Slack has taken, but that could not be recorded, is neither sent again nor looked for.
// After a start nobody knows of it: it is looked for.
func TestWhatWasSentIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Fail(slackfake.Fault{Method: "conversations.history", Kind: slackfake.RateLimited("30")})
		page := paging.Page{Person: "bo", Incident: hostile("x")}
		first, err := w.bot.Page(t.Context(), "9/page/0.0/bo", page)
		if err != nil {
			t.Fatal(err)
		}
		page.PerhapsSent = true
		again, err := w.bot.Page(t.Context(), "9/page/0.0/bo", page)
		if err != nil || again.Message != first.Message || !again.Adopted {
			t.Errorf("%+v, %v, want what was sent first: %+v", again, err, first)
		}
		if pages, looks := len(w.slack.DM(bo)), len(w.slack.Calls("conversations.history")); pages != 1 || looks != 0 {
			t.Errorf("%d pages and %d searches, want 1 and 0", pages, looks)
		}
		w.restart()
		w.wait(time.Second)
		if _, err = w.bot.Page(t.Context(), "9/page/0.0/bo", page); err != nil {
			t.Fatal(err)
		}
		if looks := w.searches(); looks != 1 {
			t.Errorf("%d searches after a start, want 1", looks)
		}
	})
}
