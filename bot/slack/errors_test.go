package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
)

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
			if got := c.Ours(u); got != want {
				t.Errorf("api at %s: ours(%q) = %v, want %v", base, u, got, want)
			}
		}
	}
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
		if got := o.Unsure("k", tt.perhaps); got != tt.want {
			t.Errorf("%s: unsure %v, want %v", tt.name, got, tt.want)
		}
	}
	o.note("k", "C1", status("m", 429, "7"), now, false)
	if got := o.Held("C1", now); got != 7*time.Second {
		t.Errorf("held for %v, want 7 s", got)
	}
	o.note("k", "C1", nil, now, false)
	if got := o.Held("C1", now); got > 0 {
		t.Errorf("held for %v after a success", got)
	}
}

// TestTroubles: what each failure amounts to.
func TestTroubles(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want Trouble
	}{
		{nil, 0},
		{named("m", "ratelimited"), Limited},
		{named("m", "internal_error"), Unreachable},
		{named("m", ""), Unreachable},
		{named("m", "token_revoked"), Barred},
		{named("m", "user_disabled"), Refused},
		{named("m", "a_name_of_tomorrow"), Refused},
		{named("m", "invalid_blocks"), Unreadable},
		{status("m", 429, "abc"), Limited},
		{status("m", 502, ""), Unreachable},
		{errors.New("a bug of ours"), 0},
	} {
		if got := TroubleOf(tt.err); got != tt.want {
			t.Errorf("%v is %s, want %s", tt.err, got, tt.want)
		}
	}
	for after, want := range map[string]time.Duration{
		"1": time.Second, "0": time.Second, "-5": time.Second, "30": 30 * time.Second, "999": 2 * time.Minute, "9999999999": 2 * time.Minute,
		"99999999999999999999": 2 * time.Minute, "abc": impatience, "": impatience, "1.5": impatience,
	} {
		if got := WaitOf(status("m", 429, after)); got != want {
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
		if got := how(err); got != "a response that is not Slack's" {
			t.Errorf("%q is %q", answer, got)
		}
	}
	_, err := strconv.Atoi("99999999999999999999")
	if got := WaitOf(failed("m", err)); got != 2*time.Minute {
		t.Errorf("far too long a wait: %v", got)
	}
}

func TestPace(t *testing.T) {
	p := NewPace()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	quick := Tempo{"x", time.Second, 3}
	var got []time.Duration
	for n := range 6 {
		got = append(got, p.Reserve(fmt.Sprint(n), quick, start).Sub(start))
	}
	for n, want := range []time.Duration{0, 0, 0, time.Second, 2 * time.Second, 3 * time.Second} {
		if got[n] != want {
			t.Errorf("slot %d after %v, want %v", n, got[n], want)
		}
	}
	if when, ok := p.Start("4", quick, start); ok || when.Sub(start) != 2*time.Second {
		t.Errorf("start before its time: %v %v", when.Sub(start), ok)
	}
	if _, ok := p.Start("4", quick, start.Add(2*time.Second)); !ok {
		t.Error("no start at its time")
	}
	p.AtOnce("5", start)
	if _, ok := p.Start("5", quick, start); !ok {
		t.Error("what may go at once does not")
	}
	if at := p.Reserve("later", quick, start.Add(time.Hour)); at != start.Add(time.Hour) {
		t.Errorf("after a quiet hour: %v", at)
	}
	p.Forget("later")
	if len(p.slots) != 4 {
		t.Errorf("%d times are kept, want 4", len(p.slots))
	}
}

// TestSkim: the quick way to read an answer never takes what the slow way would not, and reads the same.
func TestSkim(t *testing.T) {
	yes := []string{
		`{"ok":true,"channel":"D1","ts":"1.2"}`,
		`{"channel":"D1","message":{"ok":false,"ts":"9.9","text":"} \" {","blocks":[{"a":[1,"]"]}]},"ok":true,"ts":"1.2"}`,
		` { "ok" : true , "channel" : "D1" , "ts" : "1.2", "warning":"ok" } `,
	}
	for _, s := range yes {
		if r, ok := skim([]byte(s)); !ok || r != (Ref{"D1", "1.2"}) {
			t.Errorf("%s: %v %v", s, r, ok)
		}
	}
	no := []string{
		"", "{", `{"ok":true,"channel":"D1","ts":"1.2"`, `{"ok":false,"error":"x","channel":"D1","ts":"1.2"}`, `{"ok":true,"channel":"D1"}`,
		`{"message":{"ok":true,"channel":"D1","ts":"1.2"}}`, `{"x":"ok","y":true,"channel":"D1","ts":"1.2"}`, "<html>", `{"ok":true,"channel":"D1","ts":"1.2`,
	}
	for _, s := range no {
		if r, ok := skim([]byte(s)); ok {
			t.Errorf("%s: took %v", s, r)
		}
	}
}

// TestBodyOfACall: whatever a message says, the call's body is JSON.
func TestBodyOfACall(t *testing.T) {
	for _, s := range []string{"", `"`, "\\", "\x00", "\xff", "\u2028", `"},"channel":"C2`} {
		var in struct {
			Channel, Text string
		}
		body := chatBody("C1", "1.2", s, []byte("[]"), Tag{"e", s})
		if err := json.Unmarshal(body, &in); err != nil || in.Channel != "C1" {
			t.Errorf("%q: %v\n%s", s, err, body)
		}
	}
}

func TestOrigins(t *testing.T) {
	alone := Identity{Team: "T1", App: "A1"}
	grid := Identity{Team: "T1", App: "A1", Enterprise: "E1"}
	for _, tt := range []struct {
		name string
		us   Identity
		from Origin
		want Verdict
	}{
		{"nobody knows yet", Identity{}, Origin{"T1", "", "A1"}, Starting},
		{"our workspace", alone, Origin{"T1", "", "A1"}, Ours},
		{"another workspace", alone, Origin{"T2", "", "A1"}, Foreign},
		{"another app", alone, Origin{"T1", "", "A2"}, Foreign},
		{"no workspace", alone, Origin{"", "", "A1"}, Foreign},
		{"a workspace of some organisation", alone, Origin{"T2", "E9", "A1"}, Foreign},
		{"our organisation, no workspace", grid, Origin{"", "E1", "A1"}, Ours},
		{"a sibling", grid, Origin{"T2", "E1", "A1"}, Ours},
		{"our workspace, organisation left out", grid, Origin{"T1", "", "A1"}, Ours},
		{"another organisation", grid, Origin{"T2", "E2", "A1"}, Foreign},
		{"another organisation, our workspace", grid, Origin{"T1", "E2", "A1"}, Foreign},
		{"a stranger without an organisation", grid, Origin{"T2", "", "A1"}, Foreign},
		{"a sibling through another app", grid, Origin{"T2", "E1", "A2"}, Foreign},
	} {
		w := newWatch(slog.New(slog.DiscardHandler), nil)
		w.SetIdentity(tt.us)
		if got := w.Judge(t.Context(), tt.from); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestNeededScopes: whatever call lacks a scope, its error names the one that it needs; other answers reach slack-go whole.
func TestNeededScopes(t *testing.T) {
	answer := ""
	c := newClient("https://slack.com/api/", "xoxb-fake", answering(func() string { return answer }), nil,
		New(Options{Token: "x", Log: slog.New(slog.DiscardHandler)}).Watch)
	calls := map[string]func() error{
		"users.info": func() error { _, err := c.UserInfo(t.Context(), "U0ANA"); return err },
		"chat.postMessage": func() error {
			_, err := c.Post(t.Context(), "C1", blocks.Drawn{Text: "x", Blocks: []byte("[]")}, Tag{})
			return err
		},
		"conversations.history": func() error { return c.ask(t.Context(), "conversations.history", nil, &struct{}{}) },
	}
	for method, call := range calls {
		answer = `{"ok":false,"error":"missing_scope","needed":"users:read","provided":"chat:write"}`
		if err := call(); err == nil || err.Error() != "slack "+method+": missing_scope: it needs users:read" || TroubleOf(err) != Barred {
			t.Errorf("%s: %v", method, err)
		}
	}
	answer = `{"ok":true,"user":{"id":"U0ANA","name":"ana","profile":{"title":"missing_scope ` + strings.Repeat("x", 20<<10) + `"}}}`
	if u, err := c.UserInfo(t.Context(), "U0ANA"); err != nil || u.Name != "ana" {
		t.Errorf("%+v %v", u, err)
	}
	answer = `{"ok":false,"error":"user_not_found","needed":"\"missing_scope\""}`
	if _, err := c.UserInfo(t.Context(), "U0ANA"); CodeOf(err) != "user_not_found" {
		t.Error(err)
	}
}

// answering is a Slack that gives one answer to everything.
type answering func() string

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(a()))}, nil
}
