package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// typedRequest is a signed request with a content type; several of them if there are commas.
func typedRequest(path, contentType, body string) *http.Request {
	r := signedRequest("s", path, body, time.Now())
	r.Header.Del("Content-Type")
	if contentType != "" {
		r.Header["Content-Type"] = strings.Split(contentType, ",")
	}
	return r
}

// TestEventThatPosesAsAPress: whoever may write a message in the workspace chooses a part of what Slack signs as an event. Sent
// to another of our addresses it must not be read as a press by somebody else.
func TestEventThatPosesAsAPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		press, err := json.Marshal(map[string]any{
			"type": "block_actions", "team": map[string]string{"id": w.slack.TeamID()}, "api_app_id": w.slack.AppID(),
			"user": map[string]string{"id": ana}, "actions": []map[string]string{{"action_id": "resolve/1", "value": "1", "action_ts": "1.2"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		text := "hello &payload=" + url.QueryEscape(string(press)) + "&command=/incident&text=resolve&user_id=" + ana + "&x="
		event, err := json.Marshal(map[string]any{
			"type": "event_callback", "team_id": w.slack.TeamID(), "api_app_id": w.slack.AppID(),
			"event": map[string]string{"type": "message", "user": "U0MAL", "text": text},
		})
		if err != nil {
			t.Fatal(err)
		}
		posing := strings.ReplaceAll(string(event), `\u0026`, "&") // Slack leaves the sign as it is
		for _, path := range []string{"/slack/interactions", "/slack/commands"} {
			for _, contentType := range []string{jsonType, formType, ""} {
				r, err := w.slack.Bot.Request(context.Background(), path, contentType, []byte(posing))
				if err != nil {
					t.Fatal(err)
				}
				if got := w.slack.Bot.Send(r); got.Status == http.StatusOK {
					t.Errorf("%s as %q: %d %s, want a refusal", path, contentType, got.Status, got.Body)
				}
			}
		}
		w.wait(time.Second)
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("a message made the incident %s", got)
		}
	})
}

// TestFormsOfTheDoors: each address takes one kind of body, in the form that Slack gives it.
func TestFormsOfTheDoors(t *testing.T) {
	const command, press, event = "command=%2Fincident&text=list", "payload=%7B%7D", `{"type":"x"}`
	tests := []struct {
		name, path, contentType, body string
		want                          int
	}{
		{"a command", "/slack/commands", formType, command, 200},
		{"with a charset", "/slack/commands", formType + "; charset=utf-8", command, 200},
		{"in other letters", "/slack/commands", "Application/X-WWW-Form-URLEncoded;charset=UTF-8", command, 200},
		{"as JSON", "/slack/commands", jsonType, command, 415},
		{"as text", "/slack/commands", "text/plain", command, 415},
		{"without a type", "/slack/commands", "", command, 415},
		{"with two types", "/slack/commands", formType + "," + jsonType, command, 415},
		{"with the same type twice", "/slack/commands", formType + "," + formType, command, 415},
		{"type that is none", "/slack/commands", formType + "; charset", command, 415},
		{"as many parts", "/slack/commands", "multipart/form-data; boundary=x", command, 415},
		{"no command", "/slack/commands", formType, "text=list", 400},
		{"two commands", "/slack/commands", formType, command + "&command=%2Foncall", 400},
		{"two texts", "/slack/commands", formType, command + "&text=resolve", 400},
		{"a field twice in other letters of the code", "/slack/commands", formType, command + "&te%78t=resolve", 400},
		{"two fields of no use", "/slack/commands", formType, command + "&unused=1&unused=2", 400},
		{"a press in a command", "/slack/commands", formType, command + "&" + press, 400},
		{"no form", "/slack/commands", formType, command + "&%zz=1", 400},
		{"semicolons", "/slack/commands", formType, command + ";user_id=U0ANA", 400},
		{"an event as a command", "/slack/commands", formType, event, 400},

		{"a press", "/slack/interactions", formType, press, 200},
		{"a press with a charset", "/slack/interactions", formType + "; charset=utf-8", press, 200},
		{"a press as JSON", "/slack/interactions", jsonType, press, 415},
		{"a payload as JSON", "/slack/interactions", jsonType, "{}", 415},
		{"two payloads", "/slack/interactions", formType, press + "&" + press, 400},
		{"something beside the payload", "/slack/interactions", formType, press + "&command=%2Fincident", 400},
		{"something before the payload", "/slack/interactions", formType, `{"text":"&` + press, 400},
		{"no payload", "/slack/interactions", formType, "payloads=%7B%7D", 400},
		{"nothing", "/slack/interactions", formType, "", 400},
		{"a payload and something after it", "/slack/interactions", formType, "payload=" + url.QueryEscape(`{} {}`), 400},
		{"a payload with a field twice", "/slack/interactions", formType, "payload=" + url.QueryEscape(`{"type":"a","type":"b"}`), 400},
		{"a payload with a field in other letters", "/slack/interactions", formType, "payload=" + url.QueryEscape(`{"type":"a","Type":"b"}`), 400},
		{"a payload with a field twice deep in it", "/slack/interactions", formType, "payload=" + url.QueryEscape(`{"user":{"id":"U1","id":"U2"}}`), 400},
		{"a payload that is a list", "/slack/interactions", formType, "payload=" + url.QueryEscape(`[]`), 400},

		{"an event", "/slack/events", jsonType, event, 200},
		{"an event with a charset", "/slack/events", jsonType + "; charset=utf-8", event, 200},
		{"an event as a form", "/slack/events", formType, event, 415},
		{"an event without a type", "/slack/events", "", event, 415},
		{"an event and something after it", "/slack/events", jsonType, event + event, 400},
		{"an event with a field twice", "/slack/events", jsonType, `{"type":"x","type":"url_verification","challenge":"c"}`, 400},
		{"an event with a field in other letters", "/slack/events", jsonType, `{"type":"x","TYPE":"url_verification","challenge":"c"}`, 400},
		{"an event with the same letters in another code", "/slack/events", jsonType, `{"type":"x","t\u0079pe":"url_verification"}`, 400},
		{"a form as an event", "/slack/events", jsonType, command, 400},
	}
	b, _ := alone(t, "s")
	for _, tt := range tests {
		w := serve(b, typedRequest(tt.path, tt.contentType, tt.body))
		if w.Code != tt.want {
			t.Errorf("%s: %s: %d %s, want %d", tt.path, tt.name, w.Code, w.Body, tt.want)
		}
	}
}
