package incoming

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/spoken"
)

// TestCommandEitherWay: what Slack posts as a form, it sends over a socket as JSON; both are the same request.
func TestCommandEitherWay(t *testing.T) {
	fields := map[string]string{
		"command": "/incident", "text": "note 1 “it's” <@U0BO|bo> &amp; more", "user_id": "U0ANA", "team_id": "T1", "enterprise_id": "E1",
		"api_app_id": "A1", "trigger_id": "1.2.abc", "response_url": "https://hooks.slack.com/commands/x", "is_enterprise_install": "false",
	}
	form := url.Values{}
	for key, value := range fields {
		form.Set(key, value)
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	posted, err := PostedCommand([]byte(form.Encode()), "x")
	if err != nil {
		t.Fatal(err)
	}
	sent, err := Command(payload, "y")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(posted, sent); diff != "" {
		t.Errorf("(-posted +sent over a socket):\n%s", diff)
	}
	want := slack.Request{
		ID: ByTrigger("1.2.abc"), User: "U0ANA", Trigger: "1.2.abc", ReplyTo: "https://hooks.slack.com/commands/x",
		From:    slack.Origin{Team: "T1", Enterprise: "E1", App: "A1"},
		Command: &slack.Command{Root: "/incident", Text: "note 1 “it's” <@U0BO|bo> &amp; more"},
	}
	if diff := cmp.Diff(Parsed{Request: want}, sent); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name string
		read Parser
		sent string
		want Parsed
	}{
		{"a button", Interaction, `{"type":"block_actions","team":{"id":"T1"},"api_app_id":"A1","user":{"id":"U1"},"trigger_id":"9",
			"container":{"is_ephemeral":true},"actions":[{"action_id":"incident/ack","value":"4.1"}]}`,
			Parsed{Request: slack.Request{ID: ByTrigger("9"), From: slack.Origin{Team: "T1", App: "A1"}, User: "U1", Trigger: "9",
				Action: &slack.Action{ID: "incident/ack", Value: "4.1", Private: true}}}},
		{"a button without a trigger", Interaction, `{"type":"block_actions","user":{"id":"U1"},"container":{"message_ts":"5.1"},
			"actions":[{"action_id":"a","action_ts":"6.2"}]}`,
			Parsed{Request: slack.Request{ID: "slack:5.1/6.2/U1", User: "U1", Action: &slack.Action{ID: "a"}}}},
		{"nothing that names it", Interaction, `{"type":"view_submission","view":{"callback_id":"c","private_metadata":"m","state":{"values":
			{"who":{"who":{"selected_user":"U2"}}}}}}`,
			Parsed{Request: slack.Request{ID: "slack:given",
				Form: &slack.Form{Callback: "c", Metadata: "m", Values: map[string]slack.Value{"who": {User: "U2"}}}}}},
		{"a form that was closed", Interaction, `{"type":"view_closed","view":{"callback_id":"c"}}`, Parsed{}},
		{"an event", Event, `{"type":"event_callback","team_id":"T1","api_app_id":"A1","event":{"type":"never_seen"}}`,
			Parsed{Request: slack.Request{From: slack.Origin{Team: "T1", App: "A1"}, Event: &slack.Event{Type: "never_seen"}}}},
		{"a reaction", Event, `{"type":"event_callback","event":{"type":"reaction_added","user":"U1","reaction":"pushpin",
			"item":{"type":"message","channel":"C1","ts":"1.2"}}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "reaction_added", User: "U1", Reaction: "pushpin",
				Message: &spoken.Message{Channel: "C1", TS: "1.2"}}}}},
		{"a reaction to a file", Event, `{"type":"event_callback","event":{"type":"reaction_added","user":"U1","reaction":"pushpin",
			"item":{"type":"file","file":"F1"}}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "reaction_added", Reaction: "pushpin"}}}},
		{"a pin", Event, `{"type":"event_callback","event":{"type":"pin_added","user":"U1","channel_id":"C1",
			"item":{"type":"message","message":{"ts":"1.2","thread_ts":"1.1","text":"x"}}}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "pin_added", User: "U1",
				Message: &spoken.Message{Channel: "C1", TS: "1.2", Thread: "1.1"}}}}},
		{"a message", Event, `{"type":"event_callback","event":{"type":"message","user":"U1","channel":"C1","ts":"1.2","text":"hm",
			"files":[{"name":"a.png","permalink":"https://x.slack.com/files/a"}],"new":[1]}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "message", User: "U1",
				Message: &spoken.Message{Channel: "C1", TS: "1.2", User: "U1", Text: "hm",
					Files: []spoken.File{{Name: "a.png", Link: "https://x.slack.com/files/a"}}}}}}},
		{"a message that was changed", Event, `{"type":"event_callback","event":{"type":"message","subtype":"message_changed","channel":"C1",
			"ts":"9.9","message":{"user":"U1","ts":"1.2","text":"hm"}}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "message",
				Message: &spoken.Message{Channel: "C1", TS: "1.2", User: "U1", Text: "hm"}}}}},
		{"a message that was deleted", Event, `{"type":"event_callback","event":{"type":"message","subtype":"message_deleted","channel":"C1",
			"ts":"9.9","deleted_ts":"1.2"}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "message", Gone: true,
				Message: &spoken.Message{Channel: "C1", TS: "1.2"}}}}},
		{"an event whose fields are of other types", Event, `{"type":"event_callback","event":{"type":"user_change","user":{"id":"U1"},"channel":7}}`,
			Parsed{Request: slack.Request{Event: &slack.Event{Type: "user_change"}}}},
		{"the menu of a message", Interaction, `{"type":"message_action","callback_id":"timeline/add","user":{"id":"U1"},"trigger_id":"9",
			"channel":{"id":"C1"},"message":{"ts":"1.2","user":"U2","text":"hm"},"response_url":"https://hooks.slack.com/x"}`,
			Parsed{Request: slack.Request{ID: ByTrigger("9"), User: "U1", Trigger: "9", Channel: "C1", ReplyTo: "https://hooks.slack.com/x",
				Shortcut: &slack.Shortcut{Callback: "timeline/add", Message: spoken.Message{Channel: "C1", TS: "1.2", User: "U2", Text: "hm"}}}}},
		{"a shortcut without a message", Interaction, `{"type":"shortcut","callback_id":"incident/declare","user":{"id":"U1"},"trigger_id":"9"}`,
			Parsed{Request: slack.Request{ID: ByTrigger("9"), User: "U1", Trigger: "9",
				Shortcut: &slack.Shortcut{Callback: "incident/declare"}}}},
		{"a challenge", Event, `{"type":"url_verification","challenge":"c"}`, Parsed{Challenge: "c"}},
		{"too many", Event, `{"type":"app_rate_limited","minute_rate_limited":60}`, Parsed{Throttled: time.Unix(60, 0).UTC()}},
		{"another envelope", Event, `{"type":"new"}`, Parsed{}},
	} {
		got, err := tt.read([]byte(tt.sent), "given")
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

// TestNotOfItsKind: what is not exactly what Slack sends is refused by each parser.
func TestNotOfItsKind(t *testing.T) {
	for _, tt := range []struct {
		name string
		read Parser
		sent string
	}{
		{"no command", PostedCommand, "text=ack"},
		{"a payload beside a command", PostedCommand, "command=%2Fincident&payload=%7B%7D"},
		{"a field twice", PostedCommand, "command=%2Fincident&text=ack&text=list"},
		{"a payload and more", PostedInteraction, "payload=%7B%7D&x=1"},
		{"no command in JSON", Command, `{"text":"ack"}`},
		{"a command that is no text", Command, `{"command":{"x":1}}`},
		{"a member twice", Command, `{"command":"/incident","user_id":"U1","user_id":"U2"}`},
		{"a member twice, in capitals", Interaction, `{"type":"block_actions","TYPE":"view_submission"}`},
		{"a list", Event, `[]`},
		{"something behind it", Event, `{"type":"x"}{}`},
		{"too deep", Interaction, `{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`},
	} {
		if p, err := tt.read([]byte(tt.sent), "x"); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %+v, %v", tt.name, p, err)
		}
	}
}

// TestDesk: all doors have the same clock, the same bound on time, and no reply goes to an address that is not Slack's.
func TestDesk(t *testing.T) {
	logged := &bytes.Buffer{}
	var got slack.Request
	var left time.Duration
	d := &Desk{
		Log: slog.New(slog.NewTextHandler(logged, nil)), Ours: func(address string) bool { return address == "https://ours" },
		Handle: func(ctx context.Context, r slack.Request) slack.Reply {
			end, _ := ctx.Deadline()
			got, left = r, time.Until(end)
			return slack.Reply{JSON: "{}"}
		},
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel() // whoever sent it has hung up: the work goes on
	for address, want := range map[string]string{"https://ours": "https://ours", "https://evil": "", "": ""} {
		reply := d.Serve(gone, Parsed{Request: slack.Request{ReplyTo: address, Action: &slack.Action{}}})
		if reply.JSON != "{}" || got.ReplyTo != want || got.At.IsZero() || left <= 0 || left > deadline {
			t.Errorf("%q: %+v of %+v, with %v left", address, reply, got, left)
		}
	}
	got = slack.Request{}
	for _, p := range []Parsed{{}, {Challenge: "c"}, {Throttled: time.Unix(60, 0)}} {
		if reply := d.Serve(t.Context(), p); reply != (slack.Reply{}) || got.Command != nil {
			t.Errorf("%+v was handled: %+v", p, reply)
		}
	}
	log := logged.String()
	if strings.Contains(log, "evil") || strings.Count(log, "not Slack's") != 1 || !strings.Contains(log, "rate-limiting") {
		t.Errorf("logged:\n%s", log)
	}
}

// FuzzParse: no parser fails otherwise than by refusing, and none makes two things of one.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"command=%2Fincident&text=ack", "payload=%7B%22type%22%3A%22block_actions%22%7D", `{"command":"/incident","text":"ack"}`,
		`{"type":"block_actions","actions":[{"action_id":"a"}]}`, `{"type":"event_callback","event":{"type":"x"}}`, `{"type":"url_verification"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		for n, read := range []Parser{PostedCommand, PostedInteraction, Command, Interaction, Event} {
			p, err := read(sent, "x")
			r := p.Request
			kinds := 0
			for _, is := range []bool{
				r.Command != nil, r.Action != nil, r.Form != nil, r.Event != nil, p.Challenge != "", !p.Throttled.IsZero(),
			} {
				if is {
					kinds++
				}
			}
			if kinds > 1 || err != nil && kinds > 0 {
				t.Errorf("parser %d: %+v, %v", n, p, err)
			}
		}
	})
}
