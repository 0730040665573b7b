package slackfake_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

func TestFaultKinds(t *testing.T) {
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	status := func(code int) func(error) bool {
		return func(err error) bool {
			e, ok := errors.AsType[slack.StatusCodeError](err)
			return ok && e.Code == code
		}
	}
	says := func(part string) func(error) bool {
		return func(err error) bool { return err != nil && strings.Contains(err.Error(), part) }
	}
	retryAfter := func(d time.Duration) func(error) bool {
		return func(err error) bool {
			e, ok := errors.AsType[*slack.RateLimitedError](err)
			return ok && e.RetryAfter == d
		}
	}
	cases := []struct {
		kind    faults.Kind
		want    func(error) bool
		took    time.Duration
		stored  int
		outcome string
	}{
		{faults.RateLimited("30"), retryAfter(30 * time.Second), 0, 0, "429"},
		{faults.RateLimited("-5"), retryAfter(-5 * time.Second), 0, 0, "429"},
		{faults.RateLimited("abc"), says("invalid syntax"), 0, 0, "429"},
		{faults.RateLimited(""), status(429), 0, 0, "429"},
		{faults.Status(500), status(500), 0, 0, "500"},
		{faults.Status(503), status(503), 0, 0, "503"},
		{faults.Redirect(), says("invalid character '<'"), 0, 0, "302"},
		{faults.HTML(), says("invalid character '<'"), 0, 0, "html"},
		{faults.Truncated(), says("unexpected EOF"), 0, 0, "truncated"},
		{faults.Empty(), says("EOF"), 0, 0, "empty"},
		{faults.Error("account_inactive"), says("account_inactive"), 0, 0, "account_inactive"},
		{faults.Hang(), is(context.DeadlineExceeded), 10 * time.Second, 0, "hang"},
		{faults.Reset(), is(syscall.ECONNRESET), 0, 0, "reset"},
		{faults.Refused(), is(syscall.ECONNREFUSED), 0, 0, "refused"},
		{faults.Slow(4 * time.Second), is(nil), 4 * time.Second, 1, "ok, then slow"},
		{faults.Slow(time.Hour), is(context.DeadlineExceeded), 10 * time.Second, 0, "nothing, then slow"},
		{faults.StoredButTimedOut(), is(context.DeadlineExceeded), 10 * time.Second, 1, "ok, then hang"},
		{faults.Stored(faults.Status(500)), status(500), 0, 1, "ok, then 500"},
		{faults.Stored(faults.Reset()), is(syscall.ECONNRESET), 0, 1, "ok, then reset"},
	}
	for _, c := range cases {
		t.Run(c.kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := team()
				s.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 1, Kind: c.kind})
				start := time.Now()
				err := post("C0INC", say("hi"))(t.Context(), client(s))
				if !c.want(err) {
					t.Errorf("got error %v", err)
				}
				if took := time.Since(start); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if n := len(s.Messages("incidents")); n != c.stored {
					t.Errorf("%d messages stored, want %d", n, c.stored)
				}
				if got := s.API.Calls()[0].Outcome; got != c.outcome {
					t.Errorf("outcome %q, want %q", got, c.outcome)
				}
				if err := post("C0INC", say("again"))(t.Context(), client(s)); err != nil {
					t.Errorf("the fault should be over: %v", err)
				}
			})
		})
	}
}

func TestFaultsChooseTheirCalls(t *testing.T) {
	cases := []struct {
		name  string
		fault faults.Fault
		want  []string // outcomes of: post to ana, post to bo, post to incidents, auth.test
	}{
		{"all", faults.Fault{}, []string{"500", "500", "500", "500"}},
		{"a method", faults.Fault{Method: "auth.test"}, []string{"ok", "ok", "ok", "500"}},
		{"a person", faults.Fault{User: "U0BO"}, []string{"ok", "500", "ok", "ok"}},
		{"a channel", faults.Fault{Channel: "#incidents"}, []string{"ok", "ok", "500", "ok"}},
		{"once", faults.Fault{Times: 1}, []string{"500", "ok", "ok", "ok"}},
		{"the second and third", faults.Fault{Skip: 1, Times: 2}, []string{"ok", "500", "500", "ok"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := team()
			if err := post("U0ANA", say("first"))(t.Context(), client(s)); err != nil {
				t.Fatal(err)
			}
			c.fault.Kind = faults.Status(500)
			s.Faults.Fail(c.fault)
			for _, channel := range []string{workspace.DMID("U0ANA"), "U0BO", "C0INC"} {
				_ = post(channel, say("hi"))(t.Context(), client(s))
			}
			_, _ = client(s).AuthTestContext(t.Context())
			var got []string
			for _, call := range s.API.Calls()[1:] {
				got = append(got, call.Outcome)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			s.Faults.Clear()
			if err := post("U0ANA", say("hi"))(t.Context(), client(s)); err != nil {
				t.Errorf("after Clear: %v", err)
			}
		})
	}
}

func TestFailEvery(t *testing.T) {
	s := team()
	s.Faults.FailEvery(3, faults.Status(502))
	var failed []int
	for i := 1; i <= 9; i++ {
		if post("C0INC", say("hi"))(t.Context(), client(s)) != nil {
			failed = append(failed, i)
		}
	}
	if diff := cmp.Diff([]int{3, 6, 9}, failed); diff != "" {
		t.Error(diff)
	}
}

func TestDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		s.Bot.ConnectHandler(http.NotFoundHandler())
		s.Faults.Down(true)
		if err := post("C0INC", say("hi"))(t.Context(), client(s)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("down: %v", err)
		}
		if r := s.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", ""); !errors.Is(r.Err, hands.ErrDown) {
			t.Errorf("a command while down: %v", r.Err)
		}
		s.Faults.Down(false)
		s.Faults.DownFor(30 * time.Second)
		time.Sleep(29 * time.Second)
		if err := post("C0INC", say("hi"))(t.Context(), client(s)); err == nil {
			t.Error("still down")
		}
		if down, until := s.Faults.IsDown(); !down || time.Until(until) != time.Second {
			t.Errorf("down %v until %v", down, until)
		}
		time.Sleep(time.Second)
		if err := post("C0INC", say("hi"))(t.Context(), client(s)); err != nil {
			t.Errorf("up again: %v", err)
		}
	})
}

func TestCanceledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		s.Faults.Fail(faults.Fault{Kind: faults.Hang()})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		err := post("C0INC", say("hi"))(ctx, client(s))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// TestOverASocket shows that the faults look the same when the fake is served.
func TestOverASocket(t *testing.T) {
	s := team()
	srv := httptest.NewServer(s.API)
	defer srv.Close()
	hc := &http.Client{Timeout: 200 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	sc := slack.New(s.Token(), slack.OptionAPIURL(srv.URL+"/api/"), slack.OptionHTTPClient(hc))
	if err := post("C0INC", say("hi"))(t.Context(), sc); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind faults.Kind
		want string
	}{
		{faults.Status(500), "500"},
		{faults.Reset(), "EOF"},
		{faults.Refused(), "503"},
		{faults.Hang(), "Client.Timeout"},
		{faults.RateLimited("7"), "retry after 7s"},
		{faults.Error("no_luck"), "no_luck"},
		{faults.Slow(1), "<nil>"},
		{faults.Redirect(), "'<'"},
		{faults.StoredButTimedOut(), "Client.Timeout"},
	} {
		s.Faults.Clear()
		s.Faults.Fail(faults.Fault{Times: 1, Kind: c.kind})
		got := "<nil>"
		if err := post("C0INC", say("hi"))(t.Context(), sc); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%v: got %s, want %s", c.kind, got, c.want)
		}
	}
}

func TestUnknownHosts(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://evil.example.com/api/auth.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := team().API.RoundTripper().RoundTrip(r)
	if err == nil {
		resp.Body.Close()
		t.Fatal("a foreign host answered")
	}
	if !strings.Contains(err.Error(), "no such host") {
		t.Error(err)
	}
}
