package roles_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/roles"
)

// story is a timeline in which people come up in every way.
func story(t testing.TB) (incidents.Incident, []incidents.Event) {
	t.Helper()
	start := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	zed := incidents.Actor{Kind: incidents.KindOther, Name: "Zoë Zebra"}
	ana, bo := incidents.Person("ana"), incidents.Person("bo")
	alarm := incidents.Alarm{Name: "ana-api", Series: "s", State: incidents.AlarmFiring, Description: "ask ana@example.com or +49 151 1234567"}
	var events []incidents.Event
	add := func(by incidents.Actor, b incidents.Body) {
		at := start.Add(time.Duration(len(events)) * time.Minute)
		events = append(events, incidents.Event{Seq: len(events) + 1, At: at, Recorded: at, By: by, Body: b})
	}
	add(incidents.ByAlarm("ana-api"), incidents.Opened{Title: "ana-api is slow", Service: "checkout", Severity: incidents.Sev2, Alarm: &alarm})
	add(incidents.Oncalm(), incidents.Paged{Key: "1/page/1/ana/slack", Person: "ana", Via: "slack", Why: "you are on call"})
	add(incidents.Oncalm(), incidents.Delivered{Key: "1/page/1/ana/slack", Person: "ana", Via: "slack", Link: "https://acme.slack.com/archives/D0ana/p1"})
	add(ana, incidents.Acknowledged{})
	add(ana, incidents.Responded{Fact: response.Assigned{Role: response.Lead, Person: "bo"}})
	add(bo, incidents.Noted{Text: "Ana, @bo and zoë zebra look; Zoë knows. Boris and banana do not. <@U0ANA> called +4915112345678.", Captured: "ana"})
	add(zed, incidents.Noted{Text: "bo's idea: ask bo.", Captured: "bo"})
	add(bo, incidents.Responded{Fact: response.Planned{What: "ask ana@example.com", Person: "ana"}})
	add(bo, incidents.Resolved{Reason: "ana rolled back"})
	i, err := incidents.Fold("1", events)
	if err != nil {
		t.Fatal(err)
	}
	return i, events
}

// TestMask: whoever reads a masked timeline does not learn who somebody is, and what happened is the same.
func TestMask(t *testing.T) {
	i, events := story(t)
	before := fmt.Sprint(i, events)
	masked, list, clean := roles.Mask(i, events)
	if fmt.Sprint(i, events) != before {
		t.Error("what was masked is changed itself")
	}
	all, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	head, err := json.Marshal(masked)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("ana-api", "", "D0ana", "", "banana", "", "Boris", "").Replace(string(append(all, head...)))
	for _, canary := range []string{"ana", "Ana", "\"bo\"", "@bo", " bo ", "Zoë", "zoë", "Zebra", "zebra", "example.com", "151", "U0ANA"} {
		if strings.Contains(text, canary) {
			t.Errorf("%q is in %s", canary, text)
		}
	}
	if diff := cmp.Diff(len(events), len(list)); diff != "" {
		t.Fatal(diff)
	}
	for n := range events {
		if events[n].Kind() != list[n].Kind() || !events[n].At.Equal(list[n].At) {
			t.Errorf("event %d is %s", n+1, list[n].Kind())
		}
	}
	note, _ := list[5].Body.(incidents.Noted)
	want := "Responder A, Responder B and Participant C look; Participant C knows. Boris and banana do not. somebody called (phone number)."
	if note.Text != want || list[5].By.Name != "Responder B" {
		t.Errorf("%s: %q, want %q", list[5].By.Name, note.Text, want)
	}
	if again := clean("Ask BO, or ana-api."); again != "Ask Responder B, or ana-api." {
		t.Errorf("%q", again)
	}
	if again := clean("İstanbul is away; ask BO."); again != "İstanbul is away; ask Responder B." {
		t.Errorf("beside a letter that is longer in lower case: %q", again)
	}
	if masked.Status != i.Status || masked.Response.Lead != "Responder B" || masked.Title != i.Title {
		t.Errorf("%+v", masked)
	}
	_, twice, _ := roles.Mask(i, events)
	other, err := json.Marshal(twice)
	if err != nil || !bytes.Equal(all, other) {
		t.Error("it is another one the second time")
	}
}

// TestWords: a name that is a word, too, goes only where it is a name.
func TestWords(t *testing.T) {
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	events := []incidents.Event{{Seq: 1, At: at, Recorded: at, By: incidents.Person("will"),
		Body: incidents.Opened{Title: "x"}}}
	i, err := incidents.Fold("1", events)
	if err != nil {
		t.Fatal(err)
	}
	_, _, clean := roles.Mask(i, events)
	if got := clean("It will end when Will says so; at 12:00 +5 % of a@b."); got != "It will end when Responder A says so; at 12:00 +5 % of a@b." {
		t.Errorf("%q", got)
	}
}

// TestFirstNames: a part of a name goes also out of an event in which the whole name does not stand.
func TestFirstNames(t *testing.T) {
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	zed, opened := incidents.Actor{Kind: incidents.KindOther, Name: "Zoë Zebra"}, incidents.Person("bo")
	events := []incidents.Event{
		{Seq: 1, At: at, Recorded: at, By: opened, Body: incidents.Opened{Title: "x"}},
		{Seq: 2, At: at, Recorded: at, By: zed, Body: incidents.Noted{Text: "it is slow"}},
		{Seq: 3, At: at, Recorded: at, By: incidents.Oncalm(), Body: incidents.Noted{Text: "Zoë looks"}},
	}
	i, err := incidents.Fold("1", events)
	if err != nil {
		t.Fatal(err)
	}
	_, masked, _ := roles.Mask(i, events)
	if note, _ := masked[2].Body.(incidents.Noted); note.Text != "Participant B looks" {
		t.Errorf("%q", note.Text)
	}
}
