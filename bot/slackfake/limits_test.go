package slackfake_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/limits"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// limited is the workspace of the tests with Slack's limits.
func limited() *slackfake.Slack {
	s := team()
	s.Limits.On(true)
	return s
}

// hammer makes a call over and over, every now and then, and returns at which times of the first so many seconds it was taken.
func hammer(t *testing.T, seconds int, call func(context.Context) error) (taken []time.Duration) {
	t.Helper()
	begun := time.Now()
	for time.Since(begun) < time.Duration(seconds)*time.Second {
		err := call(t.Context())
		if err == nil {
			taken = append(taken, time.Since(begun))
			continue
		}
		if retryOf(err) == 0 {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return taken
}

func retryOf(err error) time.Duration {
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return e.RetryAfter
	}
	return 0
}

// TestLimitsOfAConversation holds that a conversation takes three messages at once and then one a second, whoever names it
// and however, and that another does not wait for it.
func TestLimitsOfAConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limited()
		names := []string{"D0ANA", "U0ANA"}
		n := 0
		taken := hammer(t, 4, func(ctx context.Context) error {
			n++
			return post(names[n%2], say("hi"))(ctx, client(s))
		})
		want := []time.Duration{0, 0, 0, time.Second, 2 * time.Second, 3 * time.Second}
		if diff := cmp.Diff(want, taken); diff != "" {
			t.Error(diff)
		}
		if got := len(s.DM("U0ANA")); got != len(want) {
			t.Errorf("%d messages stand there, want %d", got, len(want))
		}
		if err := post("U0BO", say("hi"))(t.Context(), client(s)); err != nil {
			t.Errorf("to another person: %v", err)
		}
		counts := s.Limits.Counts()
		got := counts.Conversations[workspace.DMID("U0ANA")]
		if got != (limits.Tally{Calls: n, Refused: n - 6}) || got.Accepted() != 6 {
			t.Errorf("counted %+v of %d calls", got, n)
		}
		if got := counts.Methods["chat.postMessage"]; got != (limits.Tally{Calls: n + 1, Refused: n - 6}) {
			t.Errorf("counted %+v of the method", got)
		}
	})
}

// TestLimitsSayWhen holds that whoever waits as long as Slack says is not refused again, also when it is not a whole second.
func TestLimitsSayWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limited()
		send := func() error { return post("C0INC", say("hi"))(t.Context(), client(s)) }
		for range 3 {
			if err := send(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(300 * time.Millisecond)
		for range 3 { // refused calls use nothing up
			if got := retryOf(send()); got != time.Second {
				t.Fatalf("Retry-After is %v, want 1s", got)
			}
		}
		time.Sleep(time.Second)
		if err := send(); err != nil {
			t.Error(err)
		}
	})
}

// TestLimitsOfTheWorkspace holds that all conversations together take a burst of 30 and then five messages a second.
func TestLimitsOfTheWorkspace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var users []workspace.User
		for n := range 100 {
			users = append(users, workspace.User{ID: fmt.Sprintf("U0P%02d", n), Name: fmt.Sprintf("p%02d", n)})
		}
		s := slackfake.New(slackfake.Options{Users: users})
		s.Limits.On(true)
		n := 0
		taken := hammer(t, 10, func(ctx context.Context) error {
			err := post(users[n%len(users)].ID, say("hi"))(ctx, client(s))
			if err == nil {
				n++
			}
			return err
		})
		if len(taken) != 30+49 || taken[29] != 0 || taken[30] != 200*time.Millisecond {
			t.Errorf("%d messages in ten seconds, the 31st after %v", len(taken), taken[30])
		}
	})
}

// TestLimitsOfAMethod holds that a method has the rate of its tier in a workspace, and a burst of a fifth of it.
func TestLimitsOfAMethod(t *testing.T) {
	calls := map[int]func(context.Context, *slack.Client) error{
		20: func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetUserGroupsContext(ctx)
			return err
		},
		50: func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: "C0INC"})
			return err
		},
		100: func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetUserInfoContext(ctx, "U0ANA")
			return err
		},
	}
	for perMinute, call := range calls {
		t.Run(fmt.Sprint(perMinute), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := limited()
				taken := hammer(t, 60, func(ctx context.Context) error { return call(ctx, client(s)) })
				burst := 0
				for _, at := range taken {
					if at == 0 {
						burst++
					}
				}
				most := perMinute + perMinute/5
				if burst != perMinute/5 || len(taken) > most || len(taken) < most-3 { // it asks every tenth of a second
					t.Errorf("%d at once and %d in a minute, want %d and about %d", burst, len(taken), perMinute/5, most)
				}
				if err := post("C0INC", say("hi"))(t.Context(), client(s)); err != nil {
					t.Errorf("another method: %v", err)
				}
			})
		})
	}
}

// TestLimitsAreASwitch holds that nothing is refused without them, that calls are counted all the same, and that switching them
// on again forgets what was used up.
func TestLimitsAreASwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		send := func() error { return post("C0INC", say("hi"))(t.Context(), client(s)) }
		for range 500 {
			if err := send(); err != nil {
				t.Fatal(err)
			}
		}
		s.Limits.On(true)
		for range 3 {
			if err := send(); err != nil {
				t.Fatal(err)
			}
		}
		if send() == nil {
			t.Error("the fourth at once was taken")
		}
		s.Limits.On(false)
		if err := send(); err != nil || s.Limits.AreOn() {
			t.Error(err)
		}
		if got := s.Limits.Counts().Tally; got != (limits.Tally{Calls: 505, Refused: 1}) {
			t.Errorf("counted %+v", got)
		}
	})
}

// TestLimitsOfAResponseURL holds that answers to one response URL are limited, and those to another are not.
func TestLimitsOfAResponseURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limited()
		b := connect(t, s)
		var asked url.Values
		b.answer = func(_ http.ResponseWriter, _ *http.Request, form url.Values) { asked = form }
		urls := make([]string, 2)
		for n := range urls {
			if r := s.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", "list"); r.Err != nil {
				t.Fatal(r.Err)
			}
			urls[n] = asked.Get("response_url")
		}
		hc := &http.Client{Transport: s.API.RoundTripper()}
		answer := func(url string) error {
			return slack.PostWebhookCustomHTTPContext(t.Context(), url, hc, &slack.WebhookMessage{Text: "hi"})
		}
		for n := range 4 {
			err := answer(urls[0])
			if limited := n == 3; (retryOf(err) > 0) != limited {
				t.Errorf("answer %d: %v", n+1, err)
			}
		}
		if err := answer(urls[1]); err != nil {
			t.Error(err)
		}
	})
}
