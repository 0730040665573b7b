package slackfake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// bot is a small bot: it verifies, remembers and answers what a test wants.
type bot struct {
	t        *testing.T
	slack    *slackfake.Slack
	requests []*http.Request
	bodies   [][]byte
	answer   func(w http.ResponseWriter, r *http.Request, form url.Values)
}

func connect(t *testing.T, s *slackfake.Slack) *bot {
	b := &bot{t: t, slack: s, answer: func(http.ResponseWriter, *http.Request, url.Values) {}}
	s.Bot.ConnectHandler(b)
	return b
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Error(err)
	}
	v, err := slack.NewSecretsVerifier(r.Header, b.slack.SigningSecret())
	if err != nil {
		b.t.Error(err)
	}
	_, _ = v.Write(body)
	if err := v.Ensure(); err != nil {
		b.t.Errorf("signature: %v", err)
	}
	b.requests, b.bodies = append(b.requests, r), append(b.bodies, body)
	form, _ := url.ParseQuery(string(body))
	b.answer(w, r, form)
}

// last is what the bot got last: the interaction or the event, as JSON.
func (b *bot) last() string {
	body := string(b.bodies[len(b.bodies)-1])
	if form, err := url.ParseQuery(body); err == nil && form.Get("payload") != "" {
		return form.Get("payload")
	}
	return body
}

// payload is the interaction that the bot got last.
func (b *bot) payload() slack.InteractionCallback {
	b.t.Helper()
	r := b.requests[len(b.requests)-1].Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(b.bodies[len(b.bodies)-1]))
	ic, err := slack.InteractionCallbackParse(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return ic
}

func TestCommandFields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		b := connect(t, s)
		b.answer = func(w http.ResponseWriter, _ *http.Request, form url.Values) {
			fmt.Fprint(w, "seen ", form.Get("text"))
		}
		typed := `page @bo & @oncall in #incidents, <now> @nobody https://a.example/?b=1&c=2 mail@bo.example @bo.`
		r := s.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", typed)
		if r.Err != nil || r.Status != 200 || b.requests[0].URL.Path != "/slack/commands" {
			t.Fatalf("%+v", r)
		}
		form, err := url.ParseQuery(string(b.bodies[0]))
		if err != nil {
			t.Fatal(err)
		}
		trigger, hook := form.Get("trigger_id"), form.Get("response_url")
		form.Del("trigger_id")
		form.Del("response_url")
		want := url.Values{
			"token": {"fake-verification-token"}, "api_app_id": {"A0ONCALM"}, "team_id": {"T0ONCALM"},
			"team_domain": {"oncalm"}, "channel_id": {"C0INC"}, "channel_name": {"incidents"}, "user_id": {"U0ANA"},
			"user_name": {"ana"}, "command": {"/incident"}, "is_enterprise_install": {"false"},
			"text": {"page <@U0BO|bo> &amp; <!subteam^S0ONCALL|@oncall> in <#C0INC|incidents>, &lt;now&gt; @nobody " +
				"<https://a.example/?b=1&amp;c=2> mail@bo.example <@U0BO|bo>."},
		}
		if diff := cmp.Diff(want, form); diff != "" {
			t.Error(diff)
		}
		if trigger == "" || !strings.HasPrefix(hook, "https://hooks.slack.com/commands/T0ONCALM/") {
			t.Errorf("trigger %q, hook %q", trigger, hook)
		}
		seen := s.Ephemerals("incidents", "U0ANA")
		if len(seen) != 1 || !strings.HasPrefix(seen[0].Text, "seen page") || r.Text() != seen[0].Text {
			t.Errorf("ana sees %+v", seen)
		}
		if n := len(s.Ephemerals("incidents", "U0BO")) + len(s.Messages("incidents")); n != 0 {
			t.Errorf("others see %d messages", n)
		}
	})
}

func TestCommandAnswers(t *testing.T) {
	type say = func(w http.ResponseWriter, r *http.Request, form url.Values)
	body := func(ctype, text string) say {
		return func(w http.ResponseWriter, _ *http.Request, _ url.Values) {
			w.Header().Set("Content-Type", ctype)
			fmt.Fprint(w, text)
		}
	}
	cases := []struct {
		name   string
		answer say
		err    error
		open   string // what everybody sees
		own    string // what only ana sees
	}{
		{"nothing", body("text/plain", ""), nil, "", ""},
		{"text", body("text/plain", "done"), nil, "", "done"},
		{"JSON as text", body("text/plain", `{"text":"x"}`), nil, "", `{"text":"x"}`},
		{"JSON", body("application/json", `{"text":"x"}`), nil, "", "x"},
		{"in channel", body("application/json; charset=utf-8", `{"response_type":"in_channel","text":"x"}`), nil, "x", ""},
		{"no JSON", body("application/json", `{`), hands.ErrAnswer, "", "invalid_command_response"},
		{"bad blocks", body("application/json", `{"blocks":[{"type":"section"}]}`),
			hands.ErrAnswer, "", "invalid_command_response"},
		{"status", func(w http.ResponseWriter, _ *http.Request, _ url.Values) { w.WriteHeader(500) },
			hands.ErrDispatch, "", "dispatch_failed"},
		{"too late", func(_ http.ResponseWriter, r *http.Request, _ url.Values) {
			select {
			case <-r.Context().Done():
			case <-time.After(4 * time.Second):
			}
		}, hands.ErrTimeout, "", "operation_timeout"},
		{"panic", func(http.ResponseWriter, *http.Request, url.Values) { panic(http.ErrAbortHandler) },
			hands.ErrDispatch, "", "dispatch_failed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := team()
				connect(t, s).answer = c.answer
				r := s.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", "")
				if !errors.Is(r.Err, c.err) {
					t.Errorf("error %v, want %v", r.Err, c.err)
				}
				check := func(who string, got []workspace.Message, want string) {
					if want == "" && len(got) != 0 || want != "" && (len(got) != 1 || !strings.Contains(got[0].Text, want)) {
						t.Errorf("%s sees %+v, want %q", who, got, want)
					}
				}
				check("everybody", s.Messages("incidents"), c.open)
				check("ana", s.Ephemerals("incidents", "U0ANA"), c.own)
			})
		})
	}
}

func TestResponseURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		b := connect(t, s)
		s.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", "list")
		form, _ := url.ParseQuery(string(b.bodies[0]))
		hook := form.Get("response_url")
		answer := func(options ...slack.MsgOption) error {
			_, _, _, err := client(s).SendMessageContext(t.Context(), "",
				append(options, slack.MsgOptionResponseURL(hook, "ephemeral"))...)
			return err
		}
		if err := answer(slack.MsgOptionBlocks(section(strings.Repeat("x", 3001)))); code(err) != "invalid_blocks" {
			t.Errorf("bad blocks: %v", err)
		}
		for i := range 4 {
			if err := answer(say(fmt.Sprint(i))); err != nil {
				t.Errorf("use %d: %v", i, err)
			}
		}
		if err := answer(say("one too many")); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("sixth use: %v", err)
		}
		if n := len(s.Ephemerals("incidents", "U0ANA")); n != 4 {
			t.Errorf("%d answers", n)
		}
		s.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", "list")
		form, _ = url.ParseQuery(string(b.bodies[1]))
		hook = form.Get("response_url")
		time.Sleep(30*time.Minute + 1)
		if err := answer(say("late")); err == nil {
			t.Error("the URL should have expired")
		}
	})
}

func TestCannotAct(t *testing.T) {
	s := team()
	connect(t, s)
	for _, c := range [][2]string{{"U404", "incidents"}, {"U0ANA", "nowhere"}, {"U0BO", "other"}} {
		if r := s.Hands.Command(t.Context(), c[0], c[1], "/incident", ""); !errors.Is(r.Err, hands.ErrInput) {
			t.Errorf("%v: %v", c, r.Err)
		}
	}
	r := team().Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", "")
	if !errors.Is(r.Err, hands.ErrNotConnected) {
		t.Errorf("without a bot: %v", r.Err)
	}
}
