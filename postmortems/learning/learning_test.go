package learning_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/archive"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/store"
)

// TestCasesSayWhatDocumentsSay: a case and a document of the same incident never differ in how long things took.
func TestCasesSayWhatDocumentsSay(t *testing.T) {
	for name, story := range storytest.Stories() {
		i, events := story(t).Folded()
		c, d := learning.Make(i, events), postmortems.Build(i, events)
		for short, got := range map[string]*float64{"TTD": c.Detect, "TTA": c.Acknowledge, "TTM": c.Mitigate, "TTR": c.Resolve} {
			if diff := cmp.Diff(d.Measure(short).Seconds, got); diff != "" {
				t.Errorf("%s: %s (-document +case):\n%s", name, short, diff)
			}
		}
		open := 0
		for _, item := range d.ActionItems {
			if item.Status == "open" {
				open++
			}
		}
		if c.Actions != len(d.ActionItems) || c.OpenActions != open {
			t.Errorf("%s: %d action items, %d open; the document has %d, %d", name, c.Actions, c.OpenActions,
				len(d.ActionItems), open)
		}
	}
}

// TestCaseOfARollback: the rollback that helped is told, with the time from its start until the alarm was OK.
func TestCaseOfARollback(t *testing.T) {
	c := learning.Make(storytest.Stories()["rolled-back"](t).Folded())
	if c.Helped == nil || c.Helped.Target != "ecs prod/web" || c.Helped.Took == nil || *c.Helped.Took != 300 {
		t.Errorf("%+v", c.Helped)
	}
	want := []past.Page{{At: time.Date(2026, 3, 24, 13, 20, 1, 0, time.UTC), Schedule: "payments"}}
	if cmp.Diff(want, c.Pages) != "" {
		t.Errorf("pages: %+v", c.Pages)
	}
	if c.Itself || !c.Acted || c.Reason != "web:42 runs" {
		t.Errorf("%+v", c)
	}
}

// TestSchedule: the schedule is read from what package paging says itself, whatever it is called.
func TestSchedule(t *testing.T) {
	ana := steps.Moment{OnCall: func(string) []string { return []string{"ana"} }}
	for _, name := range []string{"payments", "a (step 1 of 2)", "nights"} {
		p := paging.Policy{Name: "p", Rounds: 2, Steps: []paging.Step{{Page: []paging.Target{paging.Target("schedule:" + name)}},
			{Page: []paging.Target{"person:bo"}}}}
		for _, at := range []incidents.Position{{}, {Round: 1}} {
			got, ok := learning.Schedule(steps.Decide(p, at, ana).Calls[0].Why)
			if !ok || got != name {
				t.Errorf("%q, %v; want %q", got, ok, name)
			}
		}
		if got, ok := learning.Schedule(steps.Decide(p, incidents.Position{Step: 1}, steps.Moment{}).Calls[0].Why); ok {
			t.Errorf("a policy that names somebody is taken for the schedule %q", got)
		}
	}
}

// TestFollow: an incident that opens writes nothing; one that is resolved has a case, which follows it, and goes when it is triggered
// again.
func TestFollow(t *testing.T) {
	h := newHouse(t, learning.Follow)
	id := h.fires("a/b%")
	h.does(id, ana, incidents.Acknowledged{}, incidents.Noted{Text: "x"},
		incidents.Responded{Fact: response.Changed{Change: "c", Title: "deployed", Thing: "ecs/prod/web", Account: "1", Region: "r",
			Ago: time.Minute}},
		incidents.Responded{Fact: response.Planned{What: "an alarm", Due: noon.Add(3 * day)}})
	if got := h.keys(); len(got) > 0 {
		t.Errorf("an open incident writes %q", got)
	}
	h.does(id, ana, incidents.Resolved{Reason: "it was the cable"})
	got := strings.Join(h.keys(), "\n")
	for _, part := range []string{"case/00000001", "past/alarm/1/eu-central-1/a%2Fb%25/", "past/service/checkout/",
		"past/change/1/r/ecs%2Fprod%2Fweb/"} {
		if !strings.Contains(got, part) {
			t.Errorf("there is no %s in\n%s", part, got)
		}
	}
	h.now = h.now.Add(day)
	h.does(id, ana, incidents.Responded{Fact: response.ActionClosed{Item: 5}})
	var c past.Case
	h.view(func(tx store.Tx) error { c, _ = past.Get(tx, id); return nil })
	if c.Closed != h.now || c.OpenActions != 0 || c.Actions != 1 || c.Reason != "it was the cable" {
		t.Errorf("%+v", c)
	}
	h.does(id, ana, incidents.Reopened{})
	if got := h.keys(); len(got) > 0 {
		t.Errorf("it is open again, and there are %q", got)
	}
	if found := h.findings(false); len(found) > 0 {
		t.Errorf("%q", found)
	}
}

// TestKnown: what a page tells, of incidents of the same alarm alone.
func TestKnown(t *testing.T) {
	h := newHouse(t, learning.Follow)
	h.now = noon.Add(-100 * day)
	old := h.fires("p99")
	h.recovers(old, "p99")
	h.now = noon.Add(-20 * day)
	rolled := h.fires("p99")
	h.rolls(rolled, "ecs prod/web")
	h.does(rolled, ana, incidents.Resolved{Reason: "v42"}, incidents.Responded{Fact: response.Planned{What: "a test"}})
	h.now = noon.Add(-3 * day)
	passed := h.fires("p99")
	h.now = h.now.Add(2 * time.Minute)
	h.recovers(passed, "p99")
	other := h.fires("p95")
	h.recovers(other, "p95")
	h.now = noon
	k := h.known(h.fires("p99"))
	if k.Times != 2 || k.More || k.Passing != 1 || k.Last.ID != passed || k.Helped.ID != rolled || k.Asked.ID != rolled {
		t.Errorf("%+v", k)
	}
	if *k.Helped.Helped.Took != 240 {
		t.Errorf("it took %v s", *k.Helped.Helped.Took)
	}
	// it is closed, and fires again: the question is open for 90 days
	h.now = noon.Add(-19 * day)
	h.does(rolled, ana, incidents.Responded{Fact: response.ActionClosed{Item: 7}})
	for days, want := range map[int]string{60: rolled, 69: rolled, 71: ""} {
		h.now = noon.Add(time.Duration(days) * day)
		if k := h.known(h.fires("p99")); k.Asked.ID != want {
			t.Errorf("after %d days: %q; want %q", days, k.Asked.ID, want)
		}
	}
	if k := h.known(h.fires("never")); k.Times != 0 || k.Last.ID != "" {
		t.Errorf("of an alarm that never fired: %+v", k)
	}
}

// TestMergedIsNotCounted: what was merged is told of where it went on.
func TestMergedIsNotCounted(t *testing.T) {
	h := newHouse(t, learning.Follow)
	into, gone := h.fires("a"), h.fires("b")
	h.does(gone, ana, incidents.Resolved{Into: into})
	h.now = noon.Add(day)
	if k := h.known(h.fires("b")); k.Times != 0 {
		t.Errorf("%+v", k)
	}
}

// TestOpeningReadsLittle: however often an alarm has fired, an incident that opens writes nothing for it and whoever is paged reads a
// bounded number of rows.
func TestOpeningReadsLittle(t *testing.T) {
	h := newHouse(t, learning.Follow)
	for range 300 {
		h.now = h.now.Add(time.Minute)
		h.recovers(h.fires("p99"), "p99")
	}
	id := h.fires("p99")
	h.update(func(tx store.Tx) error {
		c := &counting{Tx: tx}
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		a, err := incidents.Evidence(tx, i)
		k := past.Of(c, i, a)
		if c.gets > 3 || c.ranged > 51 || c.ranged < 50 {
			t.Errorf("%d gets, %d rows", c.gets, c.ranged)
		}
		if k.Times != 50 || !k.More || k.Last.ID != "300" {
			t.Errorf("%d times, more %v, last %s", k.Times, k.More, k.Last.ID)
		}
		w := &counting{Tx: tx}
		learning.Follow(w, h.now, i, incidents.Event{Seq: 2, Body: incidents.Reported{}})
		if w.gets+w.ranged+w.puts > 0 {
			t.Errorf("an alarm of an open incident: %d gets, %d rows, %d puts", w.gets, w.ranged, w.puts)
		}
		return err
	})
}

// TestComplete: a store of before gets its cases, and lists are the same with and without them.
func TestComplete(t *testing.T) {
	h := newHouse(t)
	for n := range 1100 {
		h.now = noon.Add(time.Duration(n) * time.Hour)
		if id := h.fires(fmt.Sprint("a", n%7)); n%10 > 0 {
			h.recovers(id, fmt.Sprint("a", n%7))
		}
	}
	list := func() (all []past.Case) {
		from, to := noon.Add(100*time.Hour), noon.Add(900*time.Hour)
		err := past.List(t.Context(), h.s, from, to, learning.Of, func(part []past.Case) error {
			all = append(all, part...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := list()
	if len(before) != 800 || before[0].ID != "900" || before[799].ID != "101" {
		t.Fatalf("%d cases", len(before))
	}
	learning.Complete(t.Context(), h.s, slog.New(slog.DiscardHandler))
	if diff := cmp.Diff(before, list()); diff != "" {
		t.Errorf("(-without +with cases):\n%s", diff)
	}
	if n := strings.Count(strings.Join(h.keys(), "\n"), "case/"); n != 990 {
		t.Errorf("%d cases; want 990", n)
	}
	if found := h.findings(false); len(found) > 0 {
		t.Errorf("%q", found[:min(3, len(found))])
	}
}

// TestCheck feeds the check what it should find, and has it repaired.
func TestCheck(t *testing.T) {
	h := newHouse(t, learning.Follow)
	for _, name := range []string{"a", "b"} {
		h.recovers(h.fires(name), name)
	}
	open := h.fires("c")
	row := ""
	for _, key := range h.keys() {
		if strings.HasPrefix(key, "past/alarm/1/eu-central-1/b/") {
			row = key
		}
	}
	h.update(func(tx store.Tx) error {
		tx.Put("case/00000001", tx.Get("case/00000002"))
		tx.Put("case/"+id8(3), tx.Get("case/00000002"))
		tx.Put("case/"+id8(9), []byte("{}"))
		tx.Delete(row)
		tx.Put("past/alarm/1/eu-central-1/z/3fff/00000001", nil)
		return nil
	})
	want := []string{
		"case/00000001: the case differs from what the incident's timeline says",
		"case/00000003: the incident is open, and has a case as if it were over",
		"case/00000009: there is no incident for this case",
		"past/alarm/1/eu-central-1/z/3fff/00000001: the index of past incidents leads to a case that is not there, or is another",
		row + ": the index of past incidents lacks a case",
	}
	if diff := cmp.Diff(want, h.findings(true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if left := h.findings(false); len(left) > 0 {
		t.Errorf("after the repair: %q", left)
	}
	if k := h.known(open); k.Times != 0 {
		t.Errorf("%+v", k)
	}
}

// TestValue: what an alarm measured is read from its reason, as CloudWatch writes it, and from nothing else.
func TestValue(t *testing.T) {
	for reason, want := range map[string]any{
		"Threshold Crossed: 2 out of the last 3 datapoints [92.5 (24/03/26 13:19:00), 1.05E2 (24/03/26 13:18:00), 12.0 (24/03/26 " +
			"13:17:00)] were greater than the threshold (50.0) (minimum 2 datapoints for OK -> ALARM transition).": 105.0,
		"Threshold Crossed: 1 datapoint [NaN (24/03/26 13:19:00)] was greater than the threshold (5.0).":                     nil,
		"Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].": nil,
		"Unchecked: Initial alarm creation": nil,
	} {
		h := newHouse(t)
		a := h.said("a", incidents.AlarmFiring)
		a.Reason = reason
		opened := incidents.Event{Seq: 1, At: noon, By: incidents.ByAlarm("a"),
			Body: incidents.Opened{Title: "a", Service: "s", Severity: "sev2", Alarm: a}}
		i, err := incidents.Fold("1", []incidents.Event{opened})
		if err != nil {
			t.Fatal(err)
		}
		c := learning.Make(i, []incidents.Event{opened})
		if want == nil && c.Value != nil || want != nil && (c.Value == nil || *c.Value != want) {
			t.Errorf("%q: %v; want %v", reason, c.Value, want)
		}
	}
}

// TestArchivedIsForgotten: what moves to the archive leaves neither a case nor a row of the index.
func TestArchivedIsForgotten(t *testing.T) {
	h := newHouse(t, history.Follow, learning.Follow)
	h.recovers(h.fires("a"), "a")
	h.now = noon.Add(200 * day)
	h.recovers(h.fires("a"), "a")
	a := &archive.Archiver{Path: filepath.Join(t.TempDir(), "oncalm.db"), Kept: func() time.Duration { return 100 * day }}
	if n, err := a.Sweep(t.Context(), h.s, h.now); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	got := h.keys()
	if len(got) != 3 || got[0] != "case/00000002" {
		t.Errorf("%q", got)
	}
	if found := h.findings(false); len(found) > 0 {
		t.Errorf("%q", found)
	}
}
