package bot

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/contacts"
	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
)

// alone makes a bot without a store, for what must not get that far.
func alone(t *testing.T, secrets ...string) (*Bot, *buffer) {
	t.Helper()
	logged := &buffer{}
	b, err := New(Options{
		Token: "xoxb-x", SigningSecrets: secrets, Silences: &silences.Book{}, Contacts: &contacts.Room{},
		Log: slog.New(slog.NewTextHandler(logged, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, logged
}

// signedRequest is a request as Slack sends it at a time.
func signedRequest(secret, path, body string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", formType)
	if path == "/slack/events" {
		r.Header.Set("Content-Type", jsonType)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", wire.Sign(secret, stamp, []byte(body)))
	return r
}

func serve(b *Bot, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}

var digestLike = regexp.MustCompile(`[0-9a-f]{64}`)

func TestAge(t *testing.T) {
	b, logged := alone(t, "s")
	now := time.Now()
	for offset, want := range map[time.Duration]int{
		0: 200, 299 * time.Second: 200, -299 * time.Second: 200, 412 * time.Second: 401, -412 * time.Second: 401,
	} {
		w := serve(b, signedRequest("s", "/slack/events", `{"type":"url_verification","challenge":"c"}`, now.Add(-offset)))
		if w.Code != want {
			t.Errorf("%v old: %d, want %d", offset, w.Code, want)
		}
	}
	contains(t, logged.String(), "E2002", "offset_seconds=412", "offset_seconds=-412")
}

// TestGuard is what every address answers to what Slack did not send.
func TestGuard(t *testing.T) {
	b, _ := alone(t, "s")
	large := strings.Repeat("x", doors.MaxBody+1)
	for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/events", "/slack/options", "/slack/"} {
		tests := []struct {
			name string
			r    *http.Request
			want int
		}{
			{"unsigned", httptest.NewRequest(http.MethodPost, path, strings.NewReader("{}")), 401},
			{"another secret", signedRequest("other", path, "{}", time.Now()), 401},
			{"too large", signedRequest("s", path, large, time.Now()), 413},
			{"GET", httptest.NewRequest(http.MethodGet, path, nil), 405},
			{"certificate check", httptest.NewRequest(http.MethodGet, path+"?ssl_check=1", nil), 200},
			{"certificate check, posted", httptest.NewRequest(http.MethodPost, path, strings.NewReader("ssl_check=1&token=x")), 200},
		}
		for _, tt := range tests {
			w := serve(b, tt.r)
			if w.Code != tt.want {
				t.Errorf("%s, %s: %d, want %d", path, tt.name, w.Code, tt.want)
			}
			if digestLike.MatchString(w.Body.String()) {
				t.Errorf("%s, %s: the answer tells a signature: %s", path, tt.name, w.Body)
			}
		}
	}
}

func TestEvents(t *testing.T) {
	b, _ := alone(t, "s")
	b.watch.SetIdentity(slack.Identity{Team: "T1"})
	tests := []struct{ name, body, want string }{
		{"verification", `{"type":"url_verification","challenge":"3eZbrw1a<b>"}`, "3eZbrw1a<b>"},
		{"unknown", `{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"never_seen"}}`, ""},
		{"unknown envelope", `{"type":"something_new"}`, ""},
		{"rate limited", `{"type":"app_rate_limited","minute_rate_limited":1518467820}`, ""},
		{"message", `{"type":"event_callback","event":{"type":"message","text":"hello"}}`, ""},
	}
	for _, tt := range tests {
		w := serve(b, signedRequest("s", "/slack/events", tt.body, time.Now()))
		if w.Code != http.StatusOK || w.Body.String() != tt.want {
			t.Errorf("%s: %d %q, want 200 %q", tt.name, w.Code, w.Body, tt.want)
		}
	}
	for _, path := range []string{"/slack/events", "/slack/interactions"} {
		if w := serve(b, signedRequest("s", path, "{", time.Now())); w.Code != http.StatusBadRequest {
			t.Errorf("%s with no JSON: %d, want 400", path, w.Code)
		}
	}
}

// TestTokenRevoked: Slack tells us, and a call that Slack refuses does too.
func TestTokenRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		if s := w.bot.Status(); s.Problem != "" || s.Team != w.slack.TeamID() {
			t.Fatalf("at first: %+v", s)
		}
		w.slack.Faults.Fail(faults.Fault{Kind: faults.Error("token_revoked")})
		w.alarm("checkout-5xx")
		w.wait(time.Minute)
		if s := w.bot.Status(); !s.Barred || !strings.Contains(s.Problem, "E2010") {
			t.Errorf("with a revoked token: %+v", s)
		}
		if n := strings.Count(w.logged.String(), "level=ERROR msg=\"E2010"); n != 1 {
			t.Errorf("E2010 was logged %d times", n)
		}
		w.slack.Faults.Clear()
		w.wait(2 * time.Minute)
		if s := w.bot.Status(); s.Problem != "" || s.Barred {
			t.Errorf("with a new token: %+v", s)
		}
		w.only(w.slack.DM(ana))
	})
}

func TestTokensRevokedEvent(t *testing.T) {
	b, _ := alone(t, "s")
	b.watch.SetIdentity(slack.Identity{Team: "T1"})
	for body, want := range map[string]bool{
		`{"type":"event_callback","team_id":"T1","event":{"type":"tokens_revoked","tokens":{"oauth":["U1"]}}}`:              false,
		`{"type":"event_callback","team_id":"T1","event":{"type":"tokens_revoked","tokens":{"oauth":["U1"],"bot":["U2"]}}}`: true,
		`{"type":"event_callback","team_id":"T1","event":{"type":"app_uninstalled"}}`:                                       true,
	} {
		b.watch.Well()
		serve(b, signedRequest("s", "/slack/events", body, time.Now()))
		if got := b.Status().Barred; got != want {
			t.Errorf("%s: barred %v, want %v", body, got, want)
		}
	}
}

// TestTwice: the same request has one effect and one answer, however often it comes.
func TestTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		form := url.Values{
			"team_id": {w.slack.TeamID()}, "api_app_id": {w.slack.AppID()}, "user_id": {ana}, "command": {"/incident"},
			"text": {"note 1 first"}, "trigger_id": {"1.2.abc"},
		}.Encode()
		send := func() hands.Response {
			r, err := w.slack.Bot.Request(context.Background(), "/slack/commands",
				"application/x-www-form-urlencoded", []byte(form))
			if err != nil {
				t.Fatal(err)
			}
			return w.slack.Bot.Send(r)
		}
		first := send()
		seq := w.head(id).Seq
		w.wait(time.Minute)
		if again := send(); again.Status != 200 || string(again.Body) != string(first.Body) {
			t.Errorf("the second answer: %d %s, want %s", again.Status, again.Body, first.Body)
		}
		if got := w.head(id).Seq; got != seq {
			t.Errorf("the second time, %d more events", got-seq)
		}
		contains(t, string(first.Body), "Noted on")
	})
}

// TestRefusalTwice: what was refused stays refused, also when it would be possible by now.
func TestRefusalTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.typed(ana, "/incident", "resolve anyway")
		form := url.Values{
			"team_id": {w.slack.TeamID()}, "api_app_id": {w.slack.AppID()}, "user_id": {bo}, "command": {"/incident"},
			"text": {"ack 1"}, "trigger_id": {"1.2.abc"},
		}.Encode()
		answers := []string{}
		for range 2 {
			r, err := w.slack.Bot.Request(context.Background(), "/slack/commands",
				"application/x-www-form-urlencoded", []byte(form))
			if err != nil {
				t.Fatal(err)
			}
			answers = append(answers, string(w.slack.Bot.Send(r).Body))
			if _, err := w.book.Record(context.Background(), id, incidents.ByAlarm("a"), incidents.Reopened{}); err != nil &&
				!errors.Is(err, incidents.ErrAlreadyOpen) {
				t.Fatal(err)
			}
		}
		if answers[0] != answers[1] || w.head(id).Status != incidents.StatusTriggered {
			t.Errorf("%q, then %q, and it is %s", answers[0], answers[1], w.head(id).Status)
		}
	})
}

func TestStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		contains(t, w.typed("U0MAL", "/incident", "ack"), "not in Oncalm's people list", "{slack: U0MAL}", "nothing was done")
		card := w.only(w.slack.Messages(channel))
		w.press(card, "Acknowledge", "U0MAL")
		w.wait(time.Second)
		contains(t, w.slack.Ephemerals(channel, "U0MAL")[1].Text, "not in Oncalm's people list")

		form := url.Values{"team_id": {"T0OTHER"}, "api_app_id": {w.slack.AppID()}, "user_id": {ana}, "command": {"/incident"}, "text": {"ack"}, "trigger_id": {"x"}}
		r, err := w.slack.Bot.Request(context.Background(), "/slack/commands",
			"application/x-www-form-urlencoded", []byte(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		contains(t, string(w.slack.Bot.Send(r).Body), "another workspace")
		form.Set("team_id", w.slack.TeamID())
		form.Set("api_app_id", "A0OTHER")
		r, err = w.slack.Bot.Request(context.Background(), "/slack/commands",
			"application/x-www-form-urlencoded", []byte(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		contains(t, string(w.slack.Bot.Send(r).Body), "another workspace")
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("strangers made it %s", got)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	tests := map[string]Options{
		"no secret":       {Token: "x"},
		"an empty secret": {Token: "x", SigningSecrets: []string{"s", ""}},
		"no token":        {SigningSecrets: []string{"s"}},
		"one user, two people": {
			Token: "x", SigningSecrets: []string{"s"}, People: map[string]chat.Person{"ana": {Slack: "U1"}, "bo": {Slack: "U1"}},
		},
	}
	for name, o := range tests {
		if _, err := New(o); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v, want ErrOptions", name, err)
		}
	}
}
