package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
)

// gridInstalls are what Slack tells of a token in an organisation: of the app in one of its workspaces, and of the app in all of
// them, where it names none.
func gridInstalls() map[string]string {
	return map[string]string{
		"in a workspace": `{"ok":true,"url":"https://shop.slack.com/","team":"Shop","user":"oncalm","team_id":"T0ONCALM",
			"user_id":"U0ONCALM","bot_id":"B0ONCALM","enterprise_id":"E0OURS","is_enterprise_install":false}`,
		"in the organisation": `{"ok":true,"url":"https://ours.enterprise.slack.com/","team":null,"user":"oncalm","team_id":null,
			"user_id":"U0ONCALM","bot_id":"B0ONCALM","enterprise_id":"E0OURS","is_enterprise_install":true}`,
	}
}

// A gridSender is where a request of Enterprise Grid comes from. What is empty is null, or left out, as Slack does.
type gridSender struct {
	name       string
	team       string
	enterprise string
	install    bool // the app is there for the whole organisation
	nested     bool // Slack names the organisation within the workspace, in interactions
	ours       bool
}

func senders() []gridSender {
	return []gridSender{
		{"our workspace", "T0ONCALM", "E0OURS", false, false, true},
		{"our workspace, the organisation within it", "T0ONCALM", "E0OURS", false, true, true},
		{"a sibling", "T0SIBLING", "E0OURS", false, false, true},
		{"a sibling, the organisation within it", "T0SIBLING", "E0OURS", false, true, true},
		{"a sibling, the app everywhere", "T0SIBLING", "E0OURS", true, false, true},
		{"no workspace", "", "E0OURS", true, false, true},
		{"another organisation", "T0OTHER", "E0OTHER", false, false, false},
		{"another organisation, within its workspace", "T0OTHER", "E0OTHER", false, true, false},
		{"another organisation without a workspace", "", "E0OTHER", true, false, false},
		{"another organisation that names our workspace", "T0ONCALM", "E0OTHER", false, true, false},
		{"a workspace of no organisation", "T0OTHER", "", false, false, false},
	}
}

// orNull is a text, or null if there is none.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// command is the form of a slash command.
func (s gridSender) command(text string) string {
	form := url.Values{
		"token": {"xyzz"}, "user_id": {ana}, "user_name": {"ana"}, "channel_id": {"C0INC"}, "channel_name": {channel}, "command": {"/incident"}, "text": {text},
		"api_app_id": {"A0ONCALM"}, "is_enterprise_install": {fmt.Sprint(s.install)}, "trigger_id": {"1.2." + s.name},
		"team_id": {s.team}, "team_domain": {strings.ToLower(s.team)},
	}
	if s.enterprise != "" {
		form.Set("enterprise_id", s.enterprise)
		form.Set("enterprise_name", "Some Organisation")
	}
	return form.Encode()
}

// interaction is the form of an interaction of a kind, with what belongs to that kind.
func (s gridSender) interaction(kind string, fields map[string]any) string {
	var team, enterprise any
	if s.team != "" {
		t := map[string]any{"id": s.team, "domain": strings.ToLower(s.team)}
		if s.nested {
			t["enterprise_id"], t["enterprise_name"] = s.enterprise, "Some Organisation"
		}
		team = t
	}
	if s.enterprise != "" && !s.nested {
		enterprise = map[string]any{"id": s.enterprise, "name": "Some Organisation"}
	}
	payload := map[string]any{
		"type": kind, "token": "xyzz", "api_app_id": "A0ONCALM", "trigger_id": "3.4." + s.name + kind,
		"team": team, "enterprise": enterprise, "is_enterprise_install": s.install,
		"user": map[string]any{"id": ana, "username": "ana", "name": "ana", "team_id": "T0SIBLING"},
	}
	maps.Copy(payload, fields)
	text, err := json.Marshal(payload)
	if err != nil {
		panic(err) // it is all text
	}
	return url.Values{"payload": {string(text)}}.Encode()
}

// event is the envelope of an event. With the app everywhere Slack names no workspace in it, and null in its authorisation.
func (s gridSender) event() string {
	envelope := map[string]any{
		"token": "xyzz", "team_id": orNull(s.team), "enterprise_id": orNull(s.enterprise), "api_app_id": "A0ONCALM",
		"event": map[string]any{"type": "app_uninstalled"}, "type": "event_callback", "event_id": "Ev111", "event_time": 1599616881,
		"authorizations": []any{map[string]any{
			"enterprise_id": orNull(s.enterprise), "team_id": orNull(s.team), "user_id": "U0ONCALM", "is_bot": true, "is_enterprise_install": s.install,
		}},
	}
	if s.nested { // Slack leaves the rest out in the events that are about an organisation
		delete(envelope, "team_id")
	}
	text, err := json.Marshal(envelope)
	if err != nil {
		panic(err) // it is all text
	}
	return string(text)
}

// sends sends what a gridSender says to one of the doors, and returns the body of the answer. Nobody waits for it longer than a moment.
func (w *world) sends(path, kind, body string) string {
	w.t.Helper()
	r, err := w.slack.Bot.Request(w.t.Context(), path, kind, []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	got := w.slack.Bot.Send(r)
	if got.Err != nil || got.Took > time.Second {
		w.t.Errorf("%s: %v after %s", path, got.Err, got.Took)
	}
	return string(got.Body)
}

// inGrid begins a world whose token is that of an organisation.
func inGrid(t *testing.T, install string) *world {
	t.Helper()
	w := begin(t)
	w.stop()
	w.slack.Faults.Fail(faults.Fault{Method: "auth.test", Kind: faults.JSON(install)})
	w.disk = newMemory() // with nothing in it of who we were
	w.open(w.disk)
	w.wait(time.Second)
	return w
}

const inForm = "application/x-www-form-urlencoded"

// TestGrid: through each door, what comes from our organisation is taken, and nothing from another one.
func TestGrid(t *testing.T) {
	for install, told := range gridInstalls() {
		for _, from := range senders() {
			t.Run(install+"/"+from.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := inGrid(t, told)
					id := w.alarm("checkout-5xx")
					w.wait(2 * time.Second)
					w.visit(id, from)
					if refused := strings.Count(w.logged.String(), "another workspace, organisation or app was refused"); (refused > 0) == from.ours {
						t.Errorf("logged %d refusals", refused)
					}
				})
			})
		}
	}
}

// visit goes to all doors.
func (w *world) visit(id string, from gridSender) {
	w.t.Helper()
	const foreigner = "belongs to another workspace"
	if got := w.sends("/slack/commands", inForm, from.command("note hm")); strings.Contains(got, foreigner) == from.ours ||
		strings.Contains(got, "Noted on 1") != from.ours {
		w.t.Errorf("a command is answered: %s", got)
	}
	page := w.only(w.slack.DM(ana))
	button := page.Buttons()[0]
	w.sends("/slack/interactions", inForm, from.interaction("block_actions", map[string]any{
		"container": map[string]any{"type": "message", "message_ts": page.TS, "channel_id": page.Channel, "is_ephemeral": false},
		"channel":   map[string]any{"id": page.Channel, "name": "directmessage"}, "state": map[string]any{"values": map[string]any{}},
		"actions": []any{map[string]any{"action_id": button.ActionID, "block_id": "b", "value": button.Value, "type": "button", "action_ts": "1596530385.194939"}},
	}))
	if got := w.head(id).Status; (got == incidents.StatusAcknowledged) != from.ours {
		w.t.Errorf("after a press the incident is %s", got)
	}
	got := w.sends("/slack/interactions", inForm, from.interaction("view_submission", map[string]any{
		"view": map[string]any{"id": "V111", "team_id": orNull(from.team), "type": "modal", "callback_id": "override", "private_metadata": "", "state": map[string]any{"values": map[string]any{}}},
	}))
	if strings.Contains(got, foreigner) == from.ours || got == "" {
		w.t.Errorf("a form is answered: %s", got)
	}
	w.sends("/slack/events", "application/json", from.event())
	if gone := strings.Contains(w.bot.Status().Problem, "revoked"); gone != from.ours {
		w.t.Errorf("an event counted: %t", gone)
	}
}

// TestGridAfterARestart: who we are in an organisation is known after a restart, also while Slack does not answer.
func TestGridAfterARestart(t *testing.T) {
	for install, told := range gridInstalls() {
		t.Run(install, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := inGrid(t, told)
				w.alarm("checkout-5xx")
				w.wait(2 * time.Second)
				w.stop()
				w.slack.Faults.Clear()
				w.slack.Faults.Fail(faults.Fault{Method: "auth.test", Kind: faults.Status(500)})
				w.open(w.disk)
				w.wait(time.Second)
				for _, from := range senders() {
					if got := w.sends("/slack/commands", inForm, from.command("note hm")); strings.Contains(got, "Noted on 1") != from.ours {
						t.Errorf("%s: %s", from.name, got)
					}
				}
			})
		})
	}
}
