package postmortems_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/storytest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func build(s *storytest.Story) document.Document { return postmortems.Build(s.Folded()) }

func asJSON(t testing.TB, d document.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestJSON: the JSON form is for other programs, so it stays as it is.
func TestJSON(t *testing.T) {
	d := build(storytest.Stories()["long-sev1"](t))
	storytest.Golden(t, *update, filepath.Join("testdata", "long-sev1.json"), asJSON(t, d))
}

// TestTimeZonesDoNotMatter builds the same timeline with times in other zones.
func TestTimeZonesDoNotMatter(t *testing.T) {
	kathmandu := time.FixedZone("Kathmandu", 5*3600+45*60)
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	for name, story := range storytest.Stories() {
		t.Run(name, func(t *testing.T) {
			time.Local = time.UTC
			i, events := story(t).Folded()
			want := postmortems.Build(i, events)
			wantJSON := string(asJSON(t, want))
			time.Local = kathmandu
			for n := range events {
				events[n].At, events[n].Recorded = events[n].At.In(kathmandu), events[n].Recorded.Local()
			}
			i, err := incidents.Fold("42", events)
			if err != nil {
				t.Fatal(err)
			}
			got := postmortems.Build(i, events)
			if diff := cmp.Diff(wantJSON, string(asJSON(t, got))); diff != "" {
				t.Errorf("JSON (-utc +kathmandu):\n%s", diff)
			}
		})
	}
}

// sentences are all that a document says by itself, with where.
func sentences(d document.Document) map[string]document.Sentence {
	all := map[string]document.Sentence{"pages": d.PagesInAll,
		"detection": {Text: fmt.Sprint(d.Detection.At, d.Detection.Person), Events: d.Detection.Events}}
	for n, s := range d.Summary {
		all[fmt.Sprintf("summary %d", n)] = s
	}
	for _, q := range d.Questions {
		all["question "+q.Rule] = q.Because
	}
	for n, g := range d.Graphs {
		all[fmt.Sprintf("graph %d", n)] = g.Says
	}
	for n, w := range d.Impact.Windows {
		all[fmt.Sprintf("window %d", n)] = document.Sentence{Text: fmt.Sprint(w.From, w.To, w.Source, w.Confidence), Events: w.Events}
	}
	for n, p := range d.Pages {
		all[fmt.Sprintf("page %d", n)] = document.Sentence{Text: fmt.Sprint(p.Person, p.Decided, p.Delivered, p.Acknowledged,
			p.Outcome), Events: p.Events}
	}
	for _, m := range d.Times {
		if m.Seconds != nil {
			all["time "+m.Name] = document.Sentence{Text: fmt.Sprint(*m.Seconds), Events: m.Events}
		}
	}
	return all
}

// TestEverySentenceNamesItsEvents takes the events that a sentence names off the
// timeline: the sentence must not be there any more.
func TestEverySentenceNamesItsEvents(t *testing.T) {
	for name, story := range storytest.Stories() {
		i, events := story(t).Folded()
		for where, s := range sentences(postmortems.Build(i, events)) {
			if len(s.Events) == 0 {
				t.Errorf("%s: %s names no event: %q", name, where, s.Text)
				continue
			}
			rest := slices.DeleteFunc(slices.Clone(events),
				func(e incidents.Event) bool { return slices.Contains(s.Events, e.Seq) })
			if len(rest) != len(events)-len(slices.Compact(slices.Sorted(slices.Values(s.Events)))) {
				t.Errorf("%s: %s names events that are not there: %v", name, where, s.Events)
			}
			for _, left := range sentences(postmortems.Build(i, rest)) {
				if left.Text == s.Text && slices.Equal(left.Events, s.Events) {
					t.Errorf("%s: %s is said without its events %v: %q", name, where, s.Events, s.Text)
				}
			}
		}
	}
}

// TestFiguresAddUp recomputes every figure from the times in the JSON form.
func TestFiguresAddUp(t *testing.T) {
	type window struct{ From, To time.Time }
	var d struct {
		Impact struct {
			Windows []window
			Total   *float64 `json:"total_seconds"`
			Unended int
		}
		Detection struct {
			Alarm *struct {
				Changed, Accepted time.Time
				Lag               *float64 `json:"lag_seconds"`
			}
		}
		Times []struct {
			Name, Missing string
			From, To      time.Time
			Seconds       *float64
		}
	}
	check := func(t *testing.T, what string, got *float64, from, to time.Time) {
		switch {
		case from.IsZero() || to.IsZero() || (to.Before(from) && what != "lag"):
			if got != nil {
				t.Errorf("%s is %v, from %v to %v", what, *got, from, to)
			}
		case got == nil || *got != to.Sub(from).Seconds():
			t.Errorf("%s is not from %v to %v", what, from, to)
		}
	}
	for name, story := range storytest.Stories() {
		t.Run(name, func(t *testing.T) {
			d.Impact.Windows, d.Detection.Alarm, d.Times, d.Impact.Total = nil, nil, nil, nil
			if err := json.Unmarshal(asJSON(t, build(story(t))), &d); err != nil {
				t.Fatal(err)
			}
			for _, m := range d.Times {
				check(t, m.Name, m.Seconds, m.From, m.To)
				if (m.Seconds == nil) != (m.Missing != "") {
					t.Errorf("%s: %v, missing because %q", m.Name, m.Seconds, m.Missing)
				}
			}
			if a := d.Detection.Alarm; a != nil {
				check(t, "lag", a.Lag, a.Changed, a.Accepted)
			}
			sum, whole, unended := 0.0, false, 0
			for _, w := range d.Impact.Windows {
				if w.To.IsZero() {
					unended++
				} else if !w.From.IsZero() {
					whole, sum = true, sum+w.To.Sub(w.From).Seconds()
				}
			}
			if whole != (d.Impact.Total != nil) || whole && sum != *d.Impact.Total || unended != d.Impact.Unended {
				t.Errorf("impact %+v, want %v s and %d windows without an end", d.Impact, sum, unended)
			}
		})
	}
}

// TestQuestionsAskForTheSecondStory holds that no question begins with why or who, and
// that each rule is shown by a story.
func TestQuestionsAskForTheSecondStory(t *testing.T) {
	asked := map[string]bool{}
	slow := func(t testing.TB) *storytest.Story { // detected, paged and acknowledged late
		s := storytest.Tell(t, "2026-03-25 10:00:00")
		s.Opens(incidents.Sev2, s.Alarm("a", incidents.AlarmFiring,
			func(a *incidents.Alarm) { a.Changed = s.Now.Add(-time.Hour) }))
		k := s.Steps(storytest.First, "ana")
		return s.After(2*time.Minute).Delivers(k[0], "ana").After(6*time.Minute).By(storytest.Ana, incidents.Acknowledged{})
	}
	all := storytest.Stories()
	all["slow"] = slow
	for name, story := range all {
		d := build(story(t))
		for _, q := range d.Questions {
			asked[q.Rule] = true
			first, _, _ := strings.Cut(strings.ToLower(q.Ask), " ")
			if first == "why" || first == "who" || !strings.HasSuffix(q.Ask, "?") {
				t.Errorf("%s: %s asks %q", name, q.Rule, q.Ask)
			}
		}
		if len(d.Factors) < 2 {
			t.Errorf("%s asks for %d contributing factors", name, len(d.Factors))
		}
	}
	want := []string{"declared", "escalated", "flapping", "further steps", "gaps", "no acknowledgement", "no recovery", "no runbook",
		"nobody on call", "nobody paged", "reopened", "slow acknowledgement", "slow detection", "slow page", "undelivered", "withheld"}
	var got []string
	for rule := range asked {
		got = append(got, rule)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules that asked (-want +got):\n%s", diff)
	}
}

// TestOneStepAndItsFallback: pages to the fallback are no steps of the policy.
func TestOneStepAndItsFallback(t *testing.T) {
	s := storytest.Tell(t, "2026-03-12 03:10:00")
	s.Opens(incidents.Sev2, s.Alarm("queue-age", incidents.AlarmFiring))
	s.Steps(storytest.First, "ana")
	for round := 2; round < 5; round++ {
		s.After(30 * time.Minute).Steps(incidents.Position{Round: round})
	}
	var got []string
	for _, q := range build(s).Questions {
		if q.Rule == "further steps" {
			got = append(got, q.Because.Text)
		}
	}
	if diff := cmp.Diff([]string{"The policy went on to its fallback"}, got); diff != "" {
		t.Errorf("what is told of steps (-want +got):\n%s", diff)
	}
}

// TestNobodyOnCallIsHowPagingSaysIt holds the words by which a gap in a schedule is
// found against those that the policy writes.
func TestNobodyOnCallIsHowPagingSaysIt(t *testing.T) {
	d := steps.Decide(storytest.Policy, storytest.First, steps.Moment{})
	if len(d.Calls) != 1 || !strings.HasPrefix(d.Calls[0].Why, postmortems.NobodyOnCall) {
		t.Errorf("%v does not begin with %q", d.Calls, postmortems.NobodyOnCall)
	}
}

// TestPagesBelongToTheirRun holds that an acknowledgement answers no page of an earlier
// run.
func TestPagesBelongToTheirRun(t *testing.T) {
	s := storytest.Tell(t, "2026-03-26 11:00:00")
	s.Opens(incidents.Sev2, s.Alarm("a", incidents.AlarmFiring))
	s.Delivers(s.Steps(storytest.First, "ana")[0], "ana").By(storytest.Bo, incidents.Resolved{}).By(storytest.Bo,
		incidents.Reopened{})
	s.Delivers(s.Steps(storytest.First, "dee")[0], "dee").By(storytest.Bo, incidents.Acknowledged{})
	var got []string
	for _, p := range build(s).Pages {
		got = append(got, fmt.Sprintf("run %d: %s %s, instead %q", p.Run, p.Person, p.Outcome, p.Instead))
	}
	want := []string{`run 0: ana delivered, instead ""`, `run 1: dee delivered, instead "bo"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHeldAndOver: that nobody was paged is said with its reason, and nobody is asked how somebody should have been reached.
func TestHeldAndOver(t *testing.T) {
	s := storytest.Tell(t, "2026-03-26 11:00:00")
	a := s.Alarm("a", incidents.AlarmFiring)
	opened := incidents.Opened{Title: "a", Service: "checkout", Severity: incidents.Sev2, Alarm: &a}
	opened.Held = &incidents.Held{Until: s.Now.Add(2 * time.Minute), Why: incidents.HeldToLast}
	s.By(incidents.ByAlarm("a"), opened)
	s.After(time.Minute).Reports(s.Alarm("a", incidents.AlarmOK)).By(incidents.ByAlarm("a"), incidents.Resolved{})
	d := build(s)
	if want := "Nobody was paged, since the page was held and the alarm was OK before"; d.PagesInAll.Text != want {
		t.Errorf("%q, want %q", d.PagesInAll.Text, want)
	}
	for _, q := range d.Questions {
		if q.Rule == "nobody paged" {
			t.Errorf("it asks %q", q.Ask)
		}
	}
}

// TestPagesByTwoChannels holds that one press answers one page, and that a page that was not needed raises no question.
func TestPagesByTwoChannels(t *testing.T) {
	for _, tt := range []struct {
		pressed time.Duration
		want    []string
	}{
		{time.Minute, []string{`slack acknowledged ""`, `sms withheld "ana"`}},
		{3 * time.Minute, []string{`slack delivered "ana"`, `sms acknowledged ""`}},
	} {
		s := storytest.Tell(t, "2026-03-26 11:00:00")
		s.Opens(incidents.Sev2, s.Alarm("a", incidents.AlarmFiring))
		key := s.Steps(storytest.First, "ana")[0]
		s.By(incidents.Oncalm(), incidents.Paged{Key: key + "/sms", Person: "ana", Via: "sms", After: 2 * time.Minute})
		s.Delivers(key, "ana")
		begun := s.Now
		if tt.pressed < 2*time.Minute {
			s.After(tt.pressed).By(storytest.Ana, incidents.Acknowledged{})
			s.After(2*time.Minute-tt.pressed).By(incidents.Oncalm(), incidents.Withheld{Key: key + "/sms", Person: "ana", Why: "ana acknowledged before it went out"})
		} else {
			s.After(2*time.Minute).By(incidents.Oncalm(), incidents.Delivered{Key: key + "/sms", Person: "ana", Via: "sms"})
			s.After(tt.pressed-2*time.Minute).By(storytest.Ana, incidents.Acknowledged{})
		}
		d := build(s)
		var got []string
		for _, p := range d.Pages {
			got = append(got, fmt.Sprintf("%s %s %q", p.Via, p.Outcome, p.Instead))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("pressed after %s (-want +got):\n%s", tt.pressed, diff)
		}
		if due := d.Pages[1].Due; !due.Equal(begun.Add(2 * time.Minute)) {
			t.Errorf("the second is due at %s", due)
		}
		for _, q := range d.Questions {
			if q.Rule == "withheld" {
				t.Errorf("asked: %+v", q)
			}
		}
	}
}
