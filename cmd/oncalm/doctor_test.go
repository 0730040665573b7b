package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/wiring"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

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
	out, code := r.call("doctor", "-json", "-config", config)
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != cli.ExitNo || len(found) != 1 ||
		found[0].Check != "person" || found[0].Level != "error" || !strings.Contains(found[0].What, "bo (U0NOBODY)") {
		t.Errorf("%d %v %s", code, err, out)
	}
	slack.Faults.Fail(faults.Fault{Method: "auth.test", Kind: faults.Error("invalid_auth")})
	if out, code := r.call("doctor", "-config", config); code != cli.ExitNo ||
		!strings.HasPrefix(out, "error: slack-token: Slack does not accept slack.bot_token: invalid_auth; install the app again") {
		t.Errorf("%d %q", code, out)
	}
	if _, code := r.call("doctor", "-config", r.path("none.yaml")); code != cli.ExitUsage {
		t.Error(code)
	}
}
