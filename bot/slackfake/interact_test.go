package slackfake_test

import (
	"encoding/json"
	"errors"
	"fmt"
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

func plainText(t string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, t, false, false)
}

// page posts a message with buttons and a select to ana and returns it.
func page(t *testing.T, s *slackfake.Slack) workspace.Message {
	t.Helper()
	ack := slack.NewButtonBlockElement("ack", "42", plainText("Acknowledge")).WithStyle(slack.StylePrimary)
	snooze := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Snooze"), "snooze",
		slack.NewOptionBlockObject("5m", plainText("5 minutes"), nil),
		slack.NewOptionBlockObject("1h", plainText("1 hour"), nil))
	err := post("U0ANA", say("checkout is down"),
		slack.MsgOptionBlocks(section("checkout is down"), slack.NewActionBlock("acts", ack, snooze)),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "page", EventPayload: map[string]any{"key": "42/page/0.0/ana"}}),
	)(t.Context(), client(s))
	if err != nil {
		t.Fatal(err)
	}
	dms := s.DM("U0ANA")
	return dms[len(dms)-1]
}

func TestPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		b := connect(t, s)
		m := page(t, s)
		if m.Value("key") != "42/page/0.0/ana" || !m.Bot || m.User != s.BotUserID() {
			t.Errorf("message %+v", m)
		}
		if got, ok := m.Button("Acknowledge"); !ok || got.Value != "42" || got.Style != "primary" {
			t.Errorf("button %+v", got)
		}
		if r := s.Hands.Press(t.Context(), m, "ack", "U0ANA"); r.Err != nil {
			t.Fatal(r.Err)
		}
		ic := b.payload()
		act := ic.ActionCallback.BlockActions[0]
		got := []string{
			string(ic.Type), ic.User.ID, ic.Team.ID, ic.APIAppID, ic.Channel.ID, ic.Channel.Name,
			ic.Container.Type, ic.Container.MessageTs, ic.Container.ChannelID, ic.Message.Timestamp,
			act.ActionID, act.BlockID, act.Value, string(act.Type), act.Text.Text,
		}
		want := []string{
			"block_actions", "U0ANA", "T0ONCALM", "A0ONCALM", "D0ANA", "directmessage",
			"message", m.TS, "D0ANA", m.TS, "ack", "acts", "42", "button", "Acknowledge",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !strings.HasPrefix(ic.ResponseURL, "https://hooks.slack.com/actions/") || act.ActionTs == "" {
			t.Errorf("%q %q", ic.ResponseURL, act.ActionTs)
		}
		if r := s.Hands.Choose(t.Context(), m, "snooze", "1h", "U0ANA"); r.Err != nil {
			t.Fatal(r.Err)
		}
		if got := b.payload().ActionCallback.BlockActions[0].SelectedOption; got.Value != "1h" || got.Text.Text != "1 hour" {
			t.Errorf("option %+v", got)
		}
		if got := b.payload().BlockActionState.Values["acts"]["snooze"].SelectedOption.Value; got != "1h" {
			t.Errorf("state %q", got)
		}
	})
}

func TestCannotPress(t *testing.T) {
	s := team()
	connect(t, s)
	m := page(t, s)
	gone := m
	gone.TS = "1.000001"
	for name, r := range map[string]hands.Response{
		"no such button":  s.Hands.Press(t.Context(), m, "resolve", "U0ANA"),
		"no such option":  s.Hands.Choose(t.Context(), m, "snooze", "2h", "U0ANA"),
		"not her message": s.Hands.Press(t.Context(), m, "ack", "U0BO"),
		"no such message": s.Hands.Press(t.Context(), gone, "ack", "U0ANA"),
	} {
		if !errors.Is(r.Err, hands.ErrInput) {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
}

// TestStaleButton presses a button that the bot has already taken away: the
// person's screen may be older than the message.
func TestStaleButton(t *testing.T) {
	s := team()
	b := connect(t, s)
	m := page(t, s)
	_, _, _, err := client(s).UpdateMessageContext(t.Context(), m.Channel, m.TS, say("resolved"), slack.MsgOptionBlocks())
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Hands.Press(t.Context(), m, "ack", "U0ANA"); r.Err != nil {
		t.Fatal(r.Err)
	}
	if ic := b.payload(); ic.Message.Text != "resolved" || len(ic.Message.Blocks.BlockSet) != 0 {
		t.Errorf("the bot should see the message as it stands: %+v", ic.Message)
	}
}

func TestReplaceOriginal(t *testing.T) {
	s := team()
	b := connect(t, s)
	m := page(t, s)
	s.Hands.Press(t.Context(), m, "ack", "U0ANA")
	_, _, _, err := client(s).SendMessageContext(t.Context(), "", say("taken"),
		slack.MsgOptionReplaceOriginal(b.payload().ResponseURL))
	if err != nil {
		t.Fatal(err)
	}
	now := s.DM("U0ANA")
	if len(now) != 1 || now[0].Text != "taken" || now[0].Blocks != nil || len(now[0].Edits) != 1 || !now[0].Edited {
		t.Errorf("got %+v", now)
	}
	_, _, _, err = client(s).SendMessageContext(t.Context(), "", slack.MsgOptionDeleteOriginal(b.payload().ResponseURL))
	if err != nil || len(s.DM("U0ANA")) != 0 {
		t.Errorf("delete: %v %+v", err, s.DM("U0ANA"))
	}
}

func TestUpdateKeepsWhatIsNotGiven(t *testing.T) {
	s := team()
	m := page(t, s)
	c := client(s)
	update := func(options ...slack.MsgOption) workspace.Message {
		t.Helper()
		if _, _, _, err := c.UpdateMessageContext(t.Context(), m.Channel, m.TS, options...); err != nil {
			t.Fatal(err)
		}
		return s.DM("U0ANA")[0]
	}
	got := update(slack.MsgOptionBlocks(section("new")))
	if !strings.Contains(string(got.Blocks), "new") || got.Value("key") == "" || got.Edited {
		t.Errorf("blocks given: %+v", got)
	}
	if got = update(say("only text")); got.Blocks != nil || got.Text != "only text" || !got.Edited || got.Value("key") == "" {
		t.Errorf("text given: %+v", got)
	}
	got = update(slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "page", EventPayload: map[string]any{"key": "2"}}),
		say("x"))
	if got.Value("key") != "2" || len(got.Edits) != 3 || got.Edits[0].Text != "checkout is down" {
		t.Errorf("metadata given: %+v", got)
	}
}

func TestTriggers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		b := connect(t, s)
		open := func() error {
			_, err := client(s).OpenViewContext(t.Context(), b.payload().TriggerID, modal("Note"))
			return err
		}
		m := page(t, s)
		s.Hands.Press(t.Context(), m, "ack", "U0ANA")
		if err := open(); err != nil {
			t.Errorf("first: %v", err)
		}
		if err := open(); code(err) != "exchanged_trigger_id" {
			t.Errorf("second: %v", err)
		}
		s.Hands.Press(t.Context(), m, "ack", "U0ANA")
		time.Sleep(3*time.Second + 1)
		if err := open(); code(err) != "expired_trigger_id" {
			t.Errorf("late: %v", err)
		}
	})
}

// opened shows ana a modal and returns its id.
func opened(t *testing.T, s *slackfake.Slack, b *bot) string {
	t.Helper()
	s.Hands.Press(t.Context(), page(t, s), "ack", "U0ANA")
	v, err := client(s).OpenViewContext(t.Context(), b.payload().TriggerID, modal("Note"))
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

func TestSubmitView(t *testing.T) {
	json := func(v any) func(http.ResponseWriter, *http.Request, url.Values) {
		return func(w http.ResponseWriter, _ *http.Request, form url.Values) {
			if !strings.Contains(form.Get("payload"), "view_submission") {
				return
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, marshal(v))
		}
	}
	second := modal("Second")
	cases := []struct {
		name   string
		answer any
		inputs map[string]string
		err    error
		errors map[string]string
		after  string // title of the modal in front
	}{
		{name: "closes", answer: nil, inputs: map[string]string{"what": "deploy"}},
		{name: "by block id", answer: nil, inputs: map[string]string{"text": "deploy"}},
		{name: "clears", answer: slack.NewClearViewSubmissionResponse(), inputs: map[string]string{"what": "x"}},
		{
			name: "errors", answer: slack.NewErrorsViewSubmissionResponse(map[string]string{"text": "too vague"}),
			inputs: map[string]string{"what": "x"}, errors: map[string]string{"text": "too vague"}, after: "Note",
		},
		{
			name: "errors about no input", answer: slack.NewErrorsViewSubmissionResponse(map[string]string{"foo": "bar"}),
			inputs: map[string]string{"what": "x"}, err: hands.ErrAnswer, errors: map[string]string{"foo": "bar"}, after: "Note",
		},
		{name: "updates", answer: slack.NewUpdateViewSubmissionResponse(&second), inputs: map[string]string{"what": "x"}, after: "Second"},
		{name: "pushes", answer: slack.NewPushViewSubmissionResponse(&second), inputs: map[string]string{"what": "x"}, after: "Second"},
		{name: "empty", inputs: nil, err: hands.ErrInput, after: "Note"},
		{name: "unknown input", inputs: map[string]string{"what": "x", "who": "y"}, err: hands.ErrInput, after: "Note"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := team()
			b := connect(t, s)
			opened(t, s, b)
			b.answer = json(c.answer)
			r := s.Hands.SubmitView(t.Context(), "U0ANA", c.inputs)
			if !errors.Is(r.Err, c.err) {
				t.Errorf("error %v, want %v", r.Err, c.err)
			}
			if diff := cmp.Diff(c.errors, r.Errors); diff != "" {
				t.Error(diff)
			}
			if v, _ := s.View("U0ANA"); v.Title != c.after {
				t.Errorf("in front: %q, want %q", v.Title, c.after)
			}
		})
	}
}

func marshal(v any) string {
	if v == nil {
		return ""
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestSubmissionFields(t *testing.T) {
	s := team()
	b := connect(t, s)
	id := opened(t, s, b)
	s.Hands.SubmitView(t.Context(), "U0ANA", map[string]string{"what": "deploy 7"})
	ic := b.payload()
	if ic.Type != slack.InteractionTypeViewSubmission || ic.View.ID != id || ic.View.CallbackID != "note" ||
		ic.View.Hash == "" {
		t.Errorf("%+v", ic.View)
	}
	if got := ic.View.State.Values["text"]["what"].Value; got != "deploy 7" {
		t.Errorf("state %q", got)
	}
}

func TestViewStack(t *testing.T) {
	s := team()
	b := connect(t, s)
	opened(t, s, b)
	push := func(title string) error {
		s.Hands.Press(t.Context(), s.DM("U0ANA")[0], "ack", "U0ANA")
		_, err := client(s).PushViewContext(t.Context(), b.payload().TriggerID, modal(title))
		return err
	}
	if err := errors.Join(push("two"), push("three")); err != nil {
		t.Fatal(err)
	}
	if err := push("four"); code(err) != "push_limit_reached" {
		t.Errorf("fourth: %v", err)
	}
	top, _ := s.View("U0ANA")
	if _, err := client(s).UpdateViewContext(t.Context(), modal("new"), "", "stale", top.ID); code(err) != "hash_conflict" {
		t.Errorf("stale hash: %v", err)
	}
	if _, err := client(s).UpdateViewContext(t.Context(), modal("new"), "", top.Hash, top.ID); err != nil {
		t.Error(err)
	}
	var titles []string
	for v, ok := s.View("U0ANA"); ok; v, ok = s.View("U0ANA") {
		titles = append(titles, v.Title)
		s.Hands.CloseView(t.Context(), "U0ANA")
	}
	if diff := cmp.Diff([]string{"new", "two", "Note"}, titles); diff != "" {
		t.Error(diff)
	}
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slackfake.New(slackfake.Options{
			Users:         []workspace.User{{ID: "U0ANA", Name: "ana"}},
			Channels:      []workspace.Channel{{ID: "C0INC", Name: "incidents"}},
			Subscriptions: []string{"message", "app_mention", "reaction_added"},
		})
		b := connect(t, s)
		m, err := s.Hands.Say(t.Context(), "U0ANA", "incidents", "@oncalm look at <this>")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Hands.React(t.Context(), "U0ANA", m, "pushpin"); err != nil {
			t.Fatal(err)
		}
		if err := s.Hands.Unreact(t.Context(), "U0ANA", m, "pushpin"); err != nil {
			t.Fatal(err)
		}
		s.Bot.Event(t.Context(), hands.Event{ID: "Ev1", Retry: 2, Fields: map[string]any{"type": "tokens_revoked"}})
		var kinds []string
		for i, body := range b.bodies {
			var e struct {
				Type    string
				TeamID  string `json:"team_id"`
				EventID string `json:"event_id"`
				Event   struct{ Type, Text, User, Channel, Reaction string }
			}
			if err := json.Unmarshal(body, &e); err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, e.Type+" "+e.Event.Type+" "+e.Event.Text+e.Event.Reaction+b.requests[i].Header.Get("X-Slack-Retry-Num"))
			if e.EventID == "" || e.TeamID != "T0ONCALM" || b.requests[i].URL.Path != "/slack/events" {
				t.Errorf("%s", body)
			}
		}
		want := []string{
			"event_callback message <@U0ONCALM|oncalm> look at &lt;this&gt;",
			"event_callback app_mention <@U0ONCALM|oncalm> look at &lt;this&gt;",
			"event_callback reaction_added pushpin",
			"event_callback tokens_revoked 2",
		}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Error(diff)
		}
		if r := s.Bot.Verify(t.Context(), "abc"); r.Err != nil ||
			!strings.Contains(string(b.bodies[len(b.bodies)-1]), `"challenge":"abc"`) {
			t.Errorf("%+v", r)
		}
	})
}
