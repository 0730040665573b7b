//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/bot/wiring"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

// TestScopesAtTheStart: an app that cannot page is not ready, and its log names the scope; what only some feature needs is neither.
func TestScopesAtTheStart(t *testing.T) {
	for _, tt := range []struct {
		name, without string
		status        int
	}{{"pages", "im:write", http.StatusServiceUnavailable}, {"a feature", "dnd:read", http.StatusOK},
		{"commands", "commands", http.StatusOK}} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(nil)
			var scopes []string
			for _, n := range manifest.Needs(manifest.Options{}) {
				if n.Scope != tt.without {
					scopes = append(scopes, n.Scope)
				}
			}
			s := slackfake.New(slackfake.Options{BaseURL: "http://" + server.Listener.Addr().String(), Scopes: scopes,
				Users:    []workspace.User{{ID: "U0ANA", Name: "ana"}, {ID: "U0BO", Name: "bo"}},
				Channels: []workspace.Channel{{ID: "C0INCIDENTS", Name: "incidents"}}})
			server.Config.Handler = s.API
			server.Start()
			t.Cleanup(server.Close)
			r := newRig(t, s.APIURL())
			r.start()
			var status int
			var body string
			r.eventually("an answer of /readyz as wanted", func() bool {
				status, body = r.get("/readyz")
				return status == tt.status
			})
			if named := strings.Contains(body, "the scope "+tt.without); named != (status != http.StatusOK) {
				t.Error(body)
			}
			if tt.without != "dnd:read" {
				r.eventually("a line in the log", r.logged("lacks the scope "+tt.without))
			}
		})
	}
}

// TestDoctor: the doctor says what is wrong and exits with 1, and else with 0; as JSON it is a list, also an empty one.
func TestDoctor(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	config := r.path("oncalm.yaml")
	if out, code := r.call("doctor", "-slack", "-config", config); code != cli.ExitFine ||
		out != "Slack: token, scopes, channel, 2 people and the clock are fine.\n" {
		t.Errorf("%d %q", code, out)
	}
	if out, code := r.call("doctor", "-slack", "-json", "-config", config); code != cli.ExitFine || out != "[]\n" {
		t.Errorf("%d %q", code, out)
	}
	r.configure("U0BO", "U0NOBODY")
	var found []wiring.Finding
	out, code := r.call("doctor", "-slack", "-json", "-config", config)
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != cli.ExitNo || len(found) != 1 ||
		found[0].Check != "person" || found[0].Level != "error" || !strings.Contains(found[0].What, "bo (U0NOBODY)") {
		t.Errorf("%d %v %s", code, err, out)
	}
	slack.Faults.Fail(faults.Fault{Method: "auth.test", Kind: faults.Error("invalid_auth")})
	if out, code := r.call("doctor", "-slack", "-config", config); code != cli.ExitNo ||
		!strings.HasPrefix(out, "error: slack-token: Slack does not accept slack.bot_token: invalid_auth; install the app again") {
		t.Errorf("%d %q", code, out)
	}
	if _, code := r.call("doctor", "-config", r.path("none.yaml")); code != cli.ExitUsage {
		t.Error(code)
	}
}
