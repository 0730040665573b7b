package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// hearsOf checks what somebody is answered, by parts of it.
func (w *world) hearsOf(person, text string, want ...string) {
	w.t.Helper()
	said := w.Says(person, "/oncall", text)
	for _, part := range want {
		if !strings.Contains(said, part) {
			w.t.Errorf("%s to %s: %s; want %q", text, person, said, part)
		}
	}
}

// notices are what the channel was told of silences, one a line.
func (w *world) notices() string {
	var all strings.Builder
	for _, m := range append(w.slack.Messages("C0INCIDENTS"), w.slack.DM("U0BO")...) {
		if m.Metadata != nil && m.Metadata.EventType == "oncalm_told" {
			all.WriteString(m.Text + "\n")
		}
	}
	return all.String()
}

func TestSilenceInChat(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("checkout-cpu")
		w.Paged("ana", "checkout-cpu")
		w.hearsOf("bo", "silences", "Nothing is silenced")
		w.hearsOf("bo", "silence checkout-* 2h we deploy *now*", "Silenced: checkout-* until", "by bo", "we deploy *now*",
			"covers 1 of 1 alarm that is known, of 1 service (checkout)", "1 incident that is open: 1", "sev1")
		w.Alarm("checkout-5xx")
		w.Wait(10 * time.Minute)
		w.Quiet()
		card := w.Card("2")
		if !strings.Contains(card.Text, "silenced by bo: nobody is paged") || !strings.Contains(string(card.Blocks), "we deploy *now*") {
			t.Errorf("the card says %q: %s", card.Text, card.Blocks)
		}
		w.hearsOf("ana", "silences", "checkout-*", "by bo", "End checkout-*")
		w.hearsOf("ana", "simulate checkout-5xx", "pages nobody", "by bo", "What still fires at the end of that", "ana", "bo")
		w.hearsOf("ana", "simulate checkout-5xx at sun 18:00", "goes through policy days")
		w.Wait(105 * time.Minute)
		w.Quiet()
		w.Wait(6 * time.Minute)
		w.Paged("ana", "checkout-")
		w.Paged("ana", "checkout-")
		told := w.notices()
		for _, part := range []string{
			"bo silenced checkout-* until", "A silence is about to end: checkout-*", "What still fires will page: 2 incidents 1, 2",
			"A silence is over: checkout-*, by bo: its time is over. What still fires pages now: 2 incidents 1, 2",
			"Your silence silences an incident of sev1, so nobody is paged: 2 checkout-5xx",
		} {
			if !strings.Contains(told, part) {
				t.Errorf("nobody was told %q, but\n%s", part, told)
			}
		}
	})
}

func TestUnsilenceInChat(t *testing.T) {
	play(t, func(w *world) {
		w.hearsOf("bo", "silence service checkout 1h moving", "Silenced: service checkout")
		w.hearsOf("bo", "silence search 1h moving", "Silenced: service search")
		w.hearsOf("bo", "silence tag team=shop 1h moving", "Silenced: tag team=shop")
		w.hearsOf("bo", "silence * until tomorrow 9:00 everything is broken", "Silenced: everything", "4 services", "sev1")
		w.Alarm("checkout-5xx")
		w.hearsOf("cy", "unsilence", "Which one?", "End everything")
		w.hearsOf("cy", "unsilence *", "Ended: everything.")
		w.Wait(time.Second)
		w.Quiet() // the one of its service goes on
		w.hearsOf("cy", "unsilence checkout", "Ended: service checkout.", "1 incident that still fires pages now: 1")
		w.Wait(time.Second)
		w.Paged("ana", "checkout-5xx")
		w.hearsOf("cy", "unsilence checkout", "There is no such silence, or it is over")
		var last workspace.Message
		w.hearsOf("ana", "silence nights-* 1h the sensor is broken", "Silenced: nights-*")
		for _, m := range w.slack.Ephemerals("C0INCIDENTS", "U0ANA") {
			if _, ok := m.Button("End it"); ok {
				last = m
			}
		}
		w.Press("ana", last, "End it")
		w.Wait(2 * time.Second)
		w.hearsOf("ana", "unsilence nights-*", "There is no such silence")
	})
}

// TestSilenceRefused: what is not clear, or too much, silences nothing.
func TestSilenceRefused(t *testing.T) {
	play(t, func(w *world) {
		for said, want := range map[string]string{
			"silence checkout-*":                             "For how long?",
			"silence checkout-* we deploy":                   "I do not understand for how long",
			"silence checkout-* 2h":                          "Why?",
			"silence ** 2h all":                              "write * alone",
			"silence ?* 2h all":                              "write * alone",
			"silence checkout-* 8d we deploy":                "longer than 7 days",
			"silence checkout-* until clear it is broken":    "nothing that it covers fires now",
			"silence service chekout 2h we deploy":           "Did you mean",
			"silence " + strings.Repeat("*a", 200) + " 2h x": "too long",
			"unsilence nothing":                              "There is no such silence",
			"simulate":                                       "Of what?",
		} {
			w.hearsOf("bo", said, want)
		}
		if all := w.left(); len(all) != 0 {
			t.Errorf("there are %+v", all)
		}
		w.Alarm("checkout-5xx")
		w.Paged("ana", "checkout-5xx")
	})
}

func TestSilenceUntilClearInChat(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("search-p99")
		w.Paged("ana", "search-p99")
		w.hearsOf("ana", "silence search-* until clear known, fixed with the next release", "until it is clear, at the latest",
			"known, fixed with the next release")
		w.Wait(24 * time.Hour)
		w.Quiet()
		w.OK("search-p99")
		w.Wait(time.Minute)
		w.hearsOf("ana", "silences", "Nothing is silenced")
		if told := w.notices(); !strings.Contains(told, "nothing that it covers fires any more") {
			t.Errorf("told: %s", told)
		}
	})
}
