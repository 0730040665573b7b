package view

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/wording"
)

// TestEveryFormIsShown: a part of a sentence that the card left out would be missed by nobody.
func TestEveryFormIsShown(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 13, 0, time.UTC)
	for _, form := range wording.Forms() {
		for _, before := range []incidents.Sentence{nil, {{Form: incidents.Plain, Text: "said: "}}} {
			l := spoken(append(before, incidents.Part{Form: form, Text: "these <words>", At: at}))
			if plain := l.Plain(time.UTC); !strings.Contains(plain, "these <words>") && !strings.Contains(plain, "14:02") {
				t.Errorf("form %d is not shown: %q", form, plain)
			}
		}
	}
}

// TestStatesOfPages: with one channel it is not named; with several each says how far it has come, unless it was not needed.
func TestStatesOfPages(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 13, 0, time.UTC)
	slack := incidents.PageState{Person: "ana", Via: incidents.ViaSlack, At: at, Delivered: at}
	sms := incidents.PageState{Person: "ana", Via: "sms", At: at, Due: at.Add(2 * time.Minute)}
	sent, lost := sms, slack
	sent.Delivered, lost.Delivered, lost.Failed = sms.Due, time.Time{}, true
	rings := incidents.PageState{Person: "ana", Via: "call", At: at, Due: at.Add(5 * time.Minute)}
	late := slack
	late.Delivered = time.Time{} // as when Slack was away, and somebody acknowledged meanwhile
	again := incidents.PageState{Person: "bo", Via: incidents.ViaSlack, At: at.Add(time.Hour)}
	other := incidents.PageState{Person: "bo", Via: incidents.ViaSlack, At: at.Add(time.Minute)}
	for _, tt := range []struct {
		status incidents.Status
		pages  []incidents.PageState
		want   string
	}{
		{incidents.StatusTriggered, []incidents.PageState{slack, other}, "Paged: ana (delivered), bo (on its way)"},
		{incidents.StatusTriggered, []incidents.PageState{sms, slack, other}, "Paged: ana (Slack delivered, SMS to follow), bo (on its way)"},
		{incidents.StatusTriggered, []incidents.PageState{slack, sms, rings}, "Paged: ana (Slack delivered, SMS and call to follow)"},
		{incidents.StatusTriggered, []incidents.PageState{sent, lost}, "Paged: ana (Slack not delivered, SMS delivered)"},
		{incidents.StatusAcknowledged, []incidents.PageState{sms, slack}, "Paged: ana (Slack delivered)"},
		{incidents.StatusAcknowledged, []incidents.PageState{late, sent}, "Paged: ana (Slack not needed, SMS delivered)"},
		{incidents.StatusAcknowledged, []incidents.PageState{slack, again}, "Paged: ana (delivered), bo (on its way)"},
		{incidents.StatusResolved, []incidents.PageState{slack, other}, "Paged: ana (delivered), bo (not needed)"},
	} {
		i := incidents.Incident{Status: tt.status, Pages: map[string]incidents.PageState{}}
		if tt.status == incidents.StatusAcknowledged {
			i.Acknowledged = at.Add(3 * time.Minute)
		}
		for _, p := range tt.pages {
			i.Pages["1/page/0.0/"+p.Person+"/"+p.Via] = p
		}
		if got := pageStates(&i).Plain(time.UTC); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}
