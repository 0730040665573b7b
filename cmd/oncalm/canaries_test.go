//go:build unix

package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	slackhands "github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// secretsOfSlack are what nobody may read: the tokens and the secret of the configuration, addresses for answers, triggers, and tickets
// of connections, as the fake makes them.
var secretsOfSlack = regexp.MustCompile(`xoxb-fake|xapp-fake|fake-signing-secret|` +
	`/(commands|actions)/T0[A-Z]+/\d+/[0-9a-f]{32}|\b\d{13}\.\d+\.[0-9a-f]{32}\b|ticket-\d+`)

// secretsIn says in which places there is a secret, and which.
func secretsIn(places map[string]string) (found []string) {
	empty := strings.Repeat("\x00", 64) // most of a store, in which there is nothing to look for
	for name, text := range places {
		text = strings.ReplaceAll(text, empty, "\n")
		if secret := secretsOfSlack.FindString(text); secret != "" {
			found = append(found, name+": "+secret)
		}
	}
	slices.Sort(found)
	return found
}

// lived is a short life of the program, in which people use all ways to it.
func lived(t *testing.T, r *rig, slack *slackfake.Slack) {
	t.Helper()
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatal(status)
	}
	r.eventually("a page", func() bool { return len(slack.DM("U0ANA")) > 0 })
	for _, said := range []string{"ack 1 on it", "note 1 the disk is full", "declare sev2 nobody can pay", "declare", "note",
		"info 1", "frobnicate"} {
		slack.Hands.Command(t.Context(), "U0ANA", "incidents", "/incident", said)
	}
	slack.Hands.Command(t.Context(), "U0ANA", "incidents", "/oncall", "override")
	for _, m := range slack.DM("U0ANA") {
		slack.Hands.Press(t.Context(), m, "Resolve", "U0ANA")
	}
	slack.Bot.Event(t.Context(), slackhands.Event{Fields: map[string]any{
		"type": "app_home_opened", "user": "U0ANA", "channel": "D0", "tab": "home"}})
	slack.Faults.FailEvery(2, faults.Status(500))
	for _, said := range []string{"note 1 while Slack fails", "info 1", "declare"} {
		slack.Hands.Command(t.Context(), "U0BO", "incidents", "/incident", said)
	}
	slack.Faults.Clear()
}

// showing is what all commands and pages show of it, and what is written.
func showing(t *testing.T, r *rig, slack *slackfake.Slack, last string) map[string]string {
	t.Helper()
	places := map[string]string{}
	if err := os.Remove(r.path("copy.db")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"declare", "-as", "ana", "it is slow"}, {"ack", "-as", "bo", "2"}, {"note", "-as", "ana", "1", last},
		{"page", "-as", "ana", "1", "bo"}, {"resolve", "-as", "ana", "1"}, {"ack", "-as", "nobody", "1"}, {"check"},
		{"manifest"}, {"doctor", "-slack"}, {"timeline", "1"}, {"timeline", "-json", "1"}, {"postmortem", "1"},
		{"postmortem", "-html", "1"}, {"incidents"}, {"reload"}, {"fsck"}, {"healthcheck"}, {"backup", r.path("copy.db")},
	} {
		out, _ := r.call(slices.Insert(slices.Clone(args), 1, "-config", r.path("oncalm.yaml"))...)
		places[strings.Join(args, " ")] = out
	}
	for name, one := range map[string]faults.Fault{
		"auth": {Method: "auth.test", Kind: faults.Error("invalid_auth")}, "down": {Kind: faults.Reset()},
		"page": {Kind: faults.HTML()},
	} {
		slack.Faults.Fail(one)
		places["doctor while Slack fails: "+name], _ = r.call("doctor", "-slack", "-config", r.path("oncalm.yaml"))
		slack.Faults.Clear()
	}
	for _, path := range []string{"/", "/metrics", "/readyz", "/postmortems/1"} {
		resp, err := r.client.Get("http://" + r.web + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		places[path] = string(text)
	}
	for _, name := range []string{"oncalm.db", "copy.db"} {
		text, err := os.ReadFile(r.path(name))
		if err != nil {
			t.Fatal(err)
		}
		places[name] = string(text)
	}
	places["the log"] = r.logs.String()
	return places
}

// TestNoSecretOfSlack: in what the program logs, stores, measures and prints, there is no token, no signing secret, no address for answers and
// no trigger; whichever way people come, and also while Slack fails. What somebody has written in a note is found.
func TestNoSecretOfSlack(t *testing.T) {
	for _, socket := range []bool{false, true} {
		t.Run(map[bool]string{false: "http", true: "socket"}[socket], func(t *testing.T) {
			slack := newSlack(t)
			r := newRig(t, slack.APIURL())
			slack.Bot.Connect("http://"+r.addr, nil)
			if socket {
				r.configure("signing_secret: fake-signing-secret", "mode: socket, app_token: xapp-fake")
				slack.Bot.Connect("http://bot.invalid", slack.Socket)
			}
			r.start()
			if socket {
				r.eventually("a connection", func() bool { return slack.Socket.Connections() == 1 })
			}
			lived(t, r, slack)
			places := showing(t, r, slack, "all is well")
			if found := secretsIn(places); len(found) > 0 {
				t.Errorf("told: %q", found)
			}
			for name, text := range places {
				if text == "" && name != "reload" {
					t.Errorf("%s shows nothing: this test looks at it in the wrong way", name)
				}
			}
			const said = "the disk is full"
			if !strings.Contains(places["timeline 1"], said) || !strings.Contains(places["oncalm.db"], said) {
				t.Error("what people said is not where it is looked for")
			}
			found := secretsIn(showing(t, r, slack, "my token is xoxb-fake"))
			for _, place := range []string{"timeline 1", "timeline -json 1", "postmortem 1", "postmortem -html 1", "oncalm.db",
				"copy.db", "/postmortems/1"} {
				if !slices.Contains(found, place+": xoxb-fake") {
					t.Errorf("in %s the control is not found: %q", place, found)
				}
			}
			if code := r.stop(); code != cli.ExitFine {
				t.Errorf("it ended with %d", code)
			}
		})
	}
}
