package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// change starts the program again with a changed configuration.
func (w *world) change(pairs ...string) {
	w.t.Helper()
	w.configure(w.text, strings.NewReplacer(pairs...).Replace(w.text))
}

// runs is what a command prints on both ways.
func (w *world) runs(args ...string) string {
	w.t.Helper()
	var out bytes.Buffer
	if code := run(w.t.Context(), args, os.LookupEnv, nil, &out, &out); code != cli.ExitFine {
		w.t.Errorf("%s: exit %d", args, code)
	}
	return out.String()
}

// playBoth plays a scene in which the configuration changes, at a restart and at a reload.
func playBoth(t *testing.T, scene func(*world)) {
	t.Helper()
	t.Run("restart", func(t *testing.T) { play(t, scene) })
	t.Run("reload", func(t *testing.T) {
		play(t, func(w *world) {
			w.reload = true
			scene(w)
		})
	})
}

// TestSomebodyLeaves: whoever had a duty is taken out of the configuration; nothing waits for them.
func TestSomebodyLeaves(t *testing.T) {
	playBoth(t, func(w *world) {
		w.Wait(24 * time.Hour)
		w.Alarm("checkout-5xx")
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
		w.Wait(2 * time.Minute)
		w.Alarm("search-slow")
		w.Paged("ana", "search-slow")
		w.change("ana: {slack: U0ANA, zone: Europe/Berlin}, ", "", "people: [ana]", "people: [bo]")
		if both := w.Paged("bo", "").Text + w.Paged("bo", "").Text; !strings.Contains(both, "checkout-5xx") || !strings.Contains(both, "search-slow") {
			t.Errorf("the pages to bo: %s", both)
		}
		w.Status("1", incidents.StatusTriggered)
		w.stop()
		out := w.runs("timeline", "--config", filepath.Join(w.dir, "oncalm.yaml"), "1")
		if !strings.Contains(out, "Started the policy again from its first step: “ana, who acknowledged, is no longer in the configuration”") {
			t.Errorf("the timeline does not say why:\n%s", out)
		}
		w.start()
		w.Wait(5 * time.Second)
		w.Quiet()
		w.Wait(5 * time.Minute)
		w.Paged("bo", "") // the second step
	})
}

// TestStandInLeaves: an override for somebody who has left does not count, and each command says so.
func TestStandInLeaves(t *testing.T) {
	playBoth(t, func(w *world) {
		w.Wait(24 * time.Hour)
		at := time.Now()
		w.Says("bo", "/oncall", "me 3h days")
		w.Wait(time.Hour)
		w.change("bo: {slack: U0BO}, ", "", "person:bo", "person:cy", "people: [bo]", "people: [cy]")
		w.Alarm("checkout-5xx")
		w.Paged("ana", "checkout-5xx")
		w.stop()
		defer w.start()
		for _, args := range [][]string{
			{"oncall"}, {"shifts", "--schedule", "days"}, {"shifts", "--certificate"}, {"shifts", "--fairness"}, {"simulate", "--service", "checkout"},
		} {
			out := w.runs(append(args, "--config", filepath.Join(w.dir, "oncalm.yaml"))...)
			if !strings.Contains(out, "an override for bo in days until") || !strings.Contains(out, "is ignored: bo is not in the configuration") {
				t.Errorf("%s does not say it:\n%s", args, out)
			}
		}
		past := w.runs("oncall", "--config", filepath.Join(w.dir, "oncalm.yaml"), "--schedule", "days", "--at", at.Add(time.Minute).Format(time.RFC3339), "--json")
		if !strings.Contains(past, `"on_call":["bo"]`) {
			t.Errorf("what is past has changed:\n%s", past)
		}
	})
}

// TestWhoStaysOnLeaves: nobody waits for an acceptance in whose place somebody stays on who has left.
func TestWhoStaysOnLeaves(t *testing.T) {
	accepting().play(t, func(w *world) {
		w.until("2000-01-10T08:01")
		w.Alarm("checkout-5xx")
		w.Paged("ana", "checkout-5xx") // she is on call still
		w.change("ana: {slack: U0ANA, zone: Europe/Berlin}, ", "", "[ana, bo, cy]", "[cy, bo, cy]")
		w.Paged("bo", "checkout-5xx")
		w.Alarm("checkout-404")
		w.Paged("bo", "checkout-404")
	})
}
