package main

import (
	"strings"
	"testing"
	"time"

	slackhands "github.com/oncalm/oncalm/bot/slackfake/hands"
)

// fills sends the form that somebody has open.
func (w *world) fills(person string, pairs ...string) slackhands.Response {
	w.t.Helper()
	given := map[string]string{}
	for n := 0; n < len(pairs); n += 2 {
		given[pairs[n]] = pairs[n+1]
	}
	resp := w.slack.Hands.SubmitView(w.t.Context(), slackID(person), given)
	if resp.Err != nil {
		w.t.Fatalf("%s sent a form: %v", person, resp.Err)
	}
	w.Wait(time.Second)
	return resp
}

// TestSilenceForm: without arguments a form opens, in which the newest alarm that fires is filled in.
func TestSilenceForm(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("search-p99")
		w.Alarm("checkout-5xx")
		w.Paged("ana", "search-p99")
		w.Paged("ana", "checkout-5xx")
		if said := w.Says("bo", "/oncall", "silence"); said != "" {
			t.Fatalf("no form opens, and it says %s", said)
		}
		v, ok := w.slack.View(slackID("bo"))
		if !ok || v.Submit != "Silence" {
			t.Fatalf("the form: %+v", v)
		}
		w.contains(string(v.Blocks), "Nothing is silenced", "service checkout", "alarm search-p99", "until it is clear")
		if resp := w.fills("bo", "why", " "); resp.Errors["why"] == "" {
			t.Errorf("without a reason: %v", resp.Errors)
		}
		if resp := w.fills("bo", "pattern", "**", "why", "we deploy"); !strings.Contains(resp.Errors["pattern"], "write * alone") {
			t.Errorf("of everything in other words: %v", resp.Errors)
		}
		if resp := w.fills("bo", "pattern", "", "why", "we *deploy*"); len(resp.Errors) > 0 {
			t.Fatalf("%v", resp.Errors)
		}
		v, _ = w.slack.View(slackID("bo"))
		w.contains(string(v.Blocks), "Silenced: ", "checkout-5xx", "we *deploy*", "1 incident that is open: 2")
		if by := w.silenced("2"); by != "bo: we *deploy*" {
			t.Errorf("silenced by %q", by)
		}
		card := w.Card("2")
		w.contains(card.Text+string(card.Blocks), "silenced by bo: nobody is paged", "we *deploy*")
		w.Wait(5 * time.Minute)
		w.Press("bo", w.Paged("bo", "search-p99"), "Acknowledge")
		w.Quiet()

		w.slack.Hands.CloseView(t.Context(), slackID("bo"))
		w.Says("ana", "/oncall", "silence")
		v, _ = w.slack.View(slackID("ana"))
		w.contains(string(v.Blocks), "checkout-5xx", "we *deploy*") // it shows what is silenced
		w.fills("ana", "what", "service search", "length", "until clear", "why", "known")
		if by := w.silenced("1"); by != "ana: known" {
			t.Errorf("silenced by %q", by)
		}
		w.OK("search-p99")
		w.Wait(time.Second)
		if all := w.left(); len(all) != 1 {
			t.Errorf("left: %+v", all)
		}
		w.hearsOf("bo", "silences", "checkout-5xx", "by bo")
		w.Wait(110 * time.Minute)
		w.Quiet()
		w.Wait(8 * time.Minute)
		w.Paged("ana", "checkout-5xx")
	})
}
