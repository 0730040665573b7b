package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

// TestSilencesAreForeseen: who looks ahead sees what will be silenced: in /oncall why and simulate, on the command line, and in the
// look at the week.
func TestSilencesAreForeseen(t *testing.T) {
	s := shop{begin: "2000-01-04T12:00", keys: "remind: 0s\n    handoff: none", more: `
maintenance:
  - {name: nightly, match: ["batch-*"], zone: UTC, days: wed, from: "02:00", to: "04:00", reason: backups}`}
	s.play(t, func(w *world) {
		w.hearsOf("ana", "silence checkout-* thu 02:00..04:00 we move", "Silenced: checkout-* from")
		w.hearsOf("ana", "why at thu 03:00", "Nobody is paged then for", "checkout-*", "we move")
		w.hearsOf("ana", "simulate checkout-5xx at thu 03:00", "pages nobody", "we move")
		w.hearsOf("ana", "simulate batch-late at wed 03:00", "pages nobody", "maintenance nightly")
		w.hearsOf("ana", "simulate batch-late at wed 05:30", "goes through policy")
		w.until("2000-01-10T08:01")
		if told := w.slackSaid(); !strings.Contains(told, "batch-*") || !strings.Contains(told, "each week wed 02:00-04:00 (UTC)") ||
			strings.Contains(told, "we move") {
			t.Errorf("the look at the week: %s", told)
		}
	})
}

// slackSaid is the last message to the channel.
func (w *world) slackSaid() string {
	all := w.slack.Messages("C0INCIDENTS")
	return string(all[len(all)-1].Blocks)
}

// TestSimulateCountsSilences: on the command line, while the server runs and after it has stopped.
func TestSimulateCountsSilences(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	slack.Bot.Connect("http://"+r.addr, nil)
	const always = `maintenance: [{name: always, match: ["batch-*"], zone: UTC, from: "00:00", to: "24:00"}]`
	r.configure("default_service:", always+"\ndefault_service:")
	r.start()
	resp := slack.Hands.Command(t.Context(), "U0BO", "C0INCIDENTS", "/oncall", "silence search-* 2h we deploy")
	if resp.Err != nil || !strings.Contains(string(resp.Body), "Silenced: search-*") {
		t.Fatalf("%v, %s", resp.Err, resp.Body)
	}
	asks := func(alarm, want string, more ...string) {
		t.Helper()
		out, code := r.call(append([]string{"simulate", "-config", r.path("oncalm.yaml"), "-alarm", alarm}, more...)...)
		if code != cli.ExitFine || !strings.Contains(out, want) {
			t.Errorf("%s %v: %d, without %q:\n%s", alarm, more, code, want, out)
		}
	}
	all := func() {
		asks("search-p99", "pages nobody: silenced by bo until")
		asks("search-p99", "[]", "-json")
		asks("search-p99", "goes through policy", "-at", time.Now().Add(3*time.Hour).UTC().Format(time.RFC3339))
		asks("batch-late", "pages nobody: silenced by maintenance always")
		asks("other", `"ana"`, "-json")
	}
	all()
	if code := r.stop(); code != cli.ExitFine {
		t.Fatalf("exit %d", code)
	}
	all()
}
