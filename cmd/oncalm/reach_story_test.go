package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/reach/reachtest"
)

// addressOfAna stands on no timeline and in no log either.
const addressOfAna = "ana@mail.example.com"

// withAll changes the configuration of a world: ana is reached by one channel after the other.
func withAll(text string) string {
	return strings.Replace(text, "people: {ana: {slack: U0ANA,", "public_url: https://oncall.example.com\n"+
		"sms: {via: sns, from: ONCALM}\nemail: {from: Oncalm <oncall@example.com>}\n"+
		"call: {from: \"+4930123456\", voice: AMY}\n"+
		"people: {ana: {slack: U0ANA, phone: \""+phoneOfAna+"\", email: "+addressOfAna+
		", notify: {sev1-sev2: [slack, sms after 1m, email after 2m, call after 3m]},", 1)
}

// TestEachChannelAtItsTime: Slack hangs, and each of the others comes at its time, until a link acknowledges; after that nothing does.
func TestEachChannelAtItsTime(t *testing.T) {
	for name, answer := range map[string]time.Duration{
		"nobody answers before the phone rings": 3 * time.Minute, "the e-mail is answered": 2 * time.Minute,
		"the SMS is answered": time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			amazon := &reachtest.AWS{}
			log := playAccount(t, amazon, withAll(worldConfig), func(w *world) { oneAfterTheOther(w, amazon, answer) }).String()
			for _, secret := range []string{phoneOfAna[1:], addressOfAna, "/a/1-"} {
				if strings.Contains(log, secret) {
					t.Errorf("the log has %s", secret)
				}
			}
		})
	}
}

// came are the channels by which something came until now, with the time after the alarm.
func came(a *reachtest.AWS, begun time.Time) (all []string) {
	add := func(via string, at time.Time) {
		all = append(all, fmt.Sprint(via, " after ", at.Sub(begun).Round(time.Second)))
	}
	for _, s := range a.SNS.Sent() {
		add("sms", s.At)
	}
	for _, e := range a.SES.Sent() {
		add("email", e.At)
	}
	for _, c := range a.Telephony.Rang() {
		add("call", c.At)
	}
	return all
}

func oneAfterTheOther(w *world, a *reachtest.AWS, answer time.Duration) {
	w.slack.Faults.FailEvery(1, faults.Hang())
	begun := time.Now()
	w.Alarm("checkout-5xx")
	w.Wait(answer + 5*time.Second)
	all := []string{"sms after 1m0s", "email after 2m0s", "call after 3m0s"}
	want := all[:answer/time.Minute]
	if got := came(a, begun); !slices.Equal(got, want) {
		w.t.Fatalf("came %q, want %q", got, want)
	}
	text := a.SNS.Sent()[0].Text
	if sent := a.SES.Sent(); len(sent) > 0 {
		if text = sent[0].Text; sent[0].To != addressOfAna || !strings.HasPrefix(sent[0].Subject, "sev1 #1 checkout: ") {
			w.t.Errorf("sent %+v", sent[0])
		}
	}
	if rang := a.Telephony.Rang(); len(rang) > 0 {
		if c := rang[0]; c.To != phoneOfAna || c.Voice != "AMY" || strings.Count(c.Said, "Severity one. Incident 1 .") != 2 {
			w.t.Errorf("rang %+v", c)
		}
	}
	link := linkIn(w.t, text)
	w.onlyReads(link)
	if status, page := w.Open(http.MethodPost, link); status != http.StatusOK || !strings.Contains(page, "Acknowledged.") {
		w.t.Fatalf("the link answers %d: %s", status, page)
	}
	w.Status("1", acknowledged)
	w.usedUp(link)
	w.Wait(10 * time.Minute)
	w.slack.Faults.Clear()
	w.Wait(3 * time.Minute)
	if got := came(a, begun); !slices.Equal(got, want) || len(w.pages("ana")) > 0 {
		w.t.Errorf("after it was acknowledged came %q, and %d pages through Slack", got[len(want):], len(w.pages("ana")))
	}
	_, kinds := w.Incident("1")
	withheld := len(slices.DeleteFunc(kinds, func(kind string) bool { return kind != "withheld" }))
	if most := 1 + len(all) - len(want); withheld != most {
		w.t.Errorf("%d pages were withheld, want %d", withheld, most)
	}
	if said := fmt.Sprint(w.timelineText("1")); strings.Contains(said, phoneOfAna[1:]) || strings.Contains(said, "@") ||
		strings.Contains(said, "/a/1-") {
		w.t.Errorf("the timeline has a contact or a link: %s", said)
	}
}
