package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestCommandsCountOverrides takes over in chat and asks the command line who is on call:
// while the server runs, after it has stopped, and while nobody can tell.
func TestCommandsCountOverrides(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	slack.Bot.Connect("http://"+r.addr, nil)
	r.start()
	resp := slack.Hands.Command(t.Context(), "U0BO", "C0INCIDENTS", "/oncall", "me 2h")
	if resp.Err != nil || resp.Status != http.StatusOK || !bytes.Contains(resp.Body, []byte("You are on call for main now.")) {
		t.Fatalf("%v, %d, %s", resp.Err, resp.Status, resp.Body)
	}
	from, to := time.Now().UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	config := []string{"-config", r.path("oncalm.yaml"), "-json"}
	asks := func(when, want string) {
		t.Helper()
		for _, args := range [][]string{
			{"oncall"}, {"shifts", "-schedule", "main", "-from", from, "-to", to}, {"simulate", "-service", "shop"},
		} {
			out, code := r.call(append(args, config...)...)
			if code != cli.ExitFine || !strings.Contains(out, want) {
				t.Errorf("%s: %s says %d, without %s:\n%s", when, args[0], code, want, out)
			}
		}
	}
	asks("while the server runs", `"bo"`)
	if code := r.stop(); code != cli.ExitFine {
		t.Fatalf("exit %d", code)
	}
	asks("after it has stopped", `"bo"`)

	db, err := cli.OpenStore(t.Context(), r.path("oncalm.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	asks("while something else has the store", "overrides that people made are not counted")
	asks("while something else has the store", `"ana"`)
}
