package incidents_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/incidents/wording"
)

// saidBy is a sentence without the forms of its parts.
func saidBy(s incidents.Sentence) string {
	var b strings.Builder
	for _, p := range s {
		if b.WriteString(p.Text); p.Form == incidents.Moment {
			b.WriteString(p.At.Format(time.TimeOnly))
		}
	}
	return b.String()
}

// TestEveryKindHasWords: of whatever is shown somewhere there is something to read, also if all its fields are empty.
func TestEveryKindHasWords(t *testing.T) {
	names := map[string]bool{}
	for _, k := range incidents.Kinds() {
		body, err := k.Read(json.RawMessage(`{}`))
		if err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		e := incidents.Event{Seq: 1, By: incidents.Person("ana"), Body: body}
		if e.Kind() != k.Name || names[k.Name] {
			t.Errorf("%s is called %s, or is listed twice", k.Name, e.Kind())
		}
		names[k.Name] = true
		w := e.Words()
		if w.Shown != 0 && len(w.Say) == 0 {
			t.Errorf("%s is shown and says nothing", k.Name)
		}
		if w.Shown == 0 && k.Name != "struck" {
			t.Errorf("%s is shown nowhere", k.Name)
		}
		if w.Source == "" {
			t.Errorf("%s has no source", k.Name)
		}
		for _, p := range w.Say {
			if p.Form < 0 || int(p.Form) >= len(wording.Forms()) {
				t.Errorf("%s has a part of form %d", k.Name, p.Form)
			}
		}
	}
}

// TestEveryKindIsListed: one that no file lists for Kinds would be written, and read as an event of a newer version.
func TestEveryKindIsListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var written, listed []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func \(.*\) kind\(\) string \{ return "(\w+)" \}$`).FindAllSubmatch(text, -1) {
			written = append(written, string(m[1]))
		}
	}
	for _, k := range response.Kinds() { // they are listed in their own package
		written = append(written, k.Name)
	}
	for _, k := range incidents.Kinds() {
		listed = append(listed, k.Name)
	}
	slices.Sort(written)
	slices.Sort(listed)
	if diff := cmp.Diff(written, listed); diff != "" {
		t.Errorf("kinds (-written +listed):\n%s", diff)
	}
}

func TestWords(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 13, 0, time.UTC)
	alarm := incidents.Alarm{Name: "5xx", State: incidents.AlarmFiring, Previous: incidents.AlarmOK,
		Changed: at.Add(-3 * time.Second), Reason: "too many"}
	quiet := &incidents.Raised{Severity: "sev1", Service: "checkout"}
	held := func(why incidents.HeldFor) *incidents.Held {
		return &incidents.Held{Until: at.Add(2 * time.Minute), Why: why, Changes: 7, Since: at.Add(-time.Minute)}
	}
	for _, tt := range []struct {
		body incidents.Body
		want string
	}{
		{incidents.Opened{Severity: "sev1", Service: "shop", Alarm: &alarm}, "opened as sev1 for shop: OK → ALARM at 14:02:10: too many"},
		{incidents.Opened{Severity: "sev4", Service: "shop", Title: "slow", Quiet: "it is sev4"}, "opened as sev4 for shop: slow; nobody is paged: it is sev4"},
		{incidents.Paged{Person: "ana", Via: "sms", After: 2 * time.Minute, Why: "you are on call"}, "paged ana through SMS after 2 min: you are on call"},
		{incidents.Reported{Alarm: alarm, Raised: quiet}, "reported OK → ALARM at 14:02:10: too many; the incident is now sev1 of checkout, and pages"},
		{incidents.Reported{Alarm: incidents.Alarm{Contributor: map[string]string{"b": "2", "a": "1"}}, Late: true},
			"reported a state that could not be read (a=1, b=2) (arrived after a newer message and changed nothing)"},
		{incidents.Opened{Severity: "sev1", Service: "shop", Title: "slow", Held: held(incidents.HeldToLast)},
			"opened as sev1 for shop: slow; the page is held until 14:04:13"},
		{incidents.Reopened{}, "triggered again"},
		{incidents.Reopened{Held: held(incidents.HeldFlapping)}, "triggered again; flapping: 7 changes since 14:01:13, so nobody is paged again until it is calm (14:04:13 at the earliest) or gets worse"},
		{incidents.Reopened{Held: held(incidents.HeldRestless)}, "triggered again; 7 changes since 14:01:13, so the page is held until 14:04:13 in case it flaps"},
		{incidents.Reported{Alarm: alarm, Held: held(incidents.HeldToLast)}, "reported OK → ALARM at 14:02:10: too many; the page is held until 14:04:13"},
		{incidents.Reported{Alarm: alarm, Held: &incidents.Held{Until: at}}, "reported OK → ALARM at 14:02:10: too many; the page is held no longer"},
		{incidents.Opened{Severity: "sev1", Service: "shop", Title: "slow", SplitFrom: "11"}, "opened as sev1 for shop: slow; it was part of incident 11"},
		{incidents.Joined{Alarm: alarm}, "joined: OK → ALARM at 14:02:10: too many"},
		{incidents.Joined{Alarm: alarm, From: "12"}, "joined from incident 12: OK → ALARM at 14:02:10: too many"},
		{incidents.Joined{Alarm: alarm, Raised: quiet}, "joined: OK → ALARM at 14:02:10: too many; the incident is now sev1 of checkout, and pages"},
		{incidents.Worsened{Raised: *quiet, Again: true}, "made the incident sev1 of checkout, which pages anew"},
		{incidents.Absorbed{Incident: "12"}, "merged incident 12 into this one"},
		{incidents.Split{Name: "5xx", To: "13"}, "split the alarm 5xx off, to incident 13"},
		{incidents.Resolved{Into: "11"}, "merged this incident into 11, which goes on with its alarms"},
		{incidents.Paged{Person: "ana", Via: "slack", Why: "you are on call"}, "paged ana through Slack: you are on call"},
		{incidents.Paged{Person: "ana", Via: "fax", Reminder: true}, "reminded ana through fax"},
		{incidents.Delivered{Person: "ana"}, "delivered the page to ana"},
		{incidents.Delivered{Person: "ana", Via: "slack"}, "delivered the page to ana"},
		{incidents.Delivered{Person: "ana", Via: "sms"}, "delivered the page to ana by SMS"},
		{incidents.Delivered{Person: "ana", Adopted: true}, "found the page to ana: an earlier attempt had delivered it"},
		{incidents.Undelivered{Person: "ana", Error: "user_disabled"}, "could not deliver the page to ana: user_disabled"},
		{incidents.Withheld{Person: "ana", Why: "bo has it"}, "withheld the page to ana: bo has it"},
		{incidents.Acknowledged{}, "acknowledged"},
		{incidents.Escalated{Reason: " "}, "escalated, so the next step is due at once"},
		{incidents.Escalated{Anew: true, Reason: "ana has left"}, "started the policy again from its first step: ana has left"},
		{incidents.Noted{Text: "slow"}, "slow"},
		{incidents.Resolved{Reason: "rolled back"}, "resolved: rolled back"},
		{incidents.Struck{Seq: 3}, "struck line 3"},
		{incidents.Escalated{Undoes: 4}, "took the acknowledgement back"},
		{incidents.Snoozed{Until: at, Reason: "we wait for AWS"}, "snoozed it until 14:02:13, when it pages again: we wait for AWS"},
		{incidents.Snoozed{Until: at, Undoes: 4}, "took the snooze back"},
		{incidents.Rated{Severity: "sev1", Again: true, Reason: "all customers"}, "rated it sev1, which pages anew: all customers"},
		{incidents.Rated{Severity: "sev4", Quiet: "sev4 pages nobody"}, "rated it sev4; nobody is paged: sev4 pages nobody"},
		{incidents.Rated{Severity: "sev3", Undoes: 4}, "took the severity back: it is sev3 again"},
		{incidents.Renamed{Title: "checkout is down"}, "renamed it: checkout is down"},
		{incidents.Unknown{Kind: "mitigated"}, "(mitigated: an event of a newer version of Oncalm, which this one cannot read)"},
	} {
		if got := saidBy(incidents.Event{At: at, Body: tt.body}.Words().Say); got != tt.want {
			t.Errorf("%T says %q, want %q", tt.body, got, tt.want)
		}
	}
}
