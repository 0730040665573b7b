package postmortems_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	rawhtml "github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems"
)

// page shows a document as a browser would, with raw HTML passed on.
func page(t testing.TB, markdown string) string {
	t.Helper()
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(rawhtml.WithUnsafe()))
	if err := md.Convert([]byte(markdown), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	tag  = regexp.MustCompile(`<[^>]*>`)
	href = regexp.MustCompile(`^<a href="([^"]*)">$`)
	// ours are the tags that the layout itself makes.
	ours = regexp.MustCompile(`^</?(h1|h2|p|blockquote|strong|em|ul|li|table|thead|tbody|tr|th|td|a)>$`)
)

// checkPage holds that nothing but the layout makes tags, and that links lead to where
// they may.
func checkPage(t interface{ Errorf(string, ...any) }, html string) {
	for _, found := range tag.FindAllString(html, -1) {
		if m := href.FindStringSubmatch(found); m != nil {
			u, err := url.Parse(m[1])
			if err != nil || u.Scheme != "https" || !slices.Contains([]string{"eu-central-1.console.aws.amazon.com", "acme.slack.com", "wiki.example.com"}, u.Host) {
				t.Errorf("a link to %s", m[1])
			}
			continue
		}
		if !ours.MatchString(found) {
			t.Errorf("data made the tag %s", found)
		}
	}
	if n := strings.Count(html, "<h1>"); n != 1 {
		t.Errorf("%d titles", n)
	}
	if n := strings.Count(html, "<h2>"); n != 9 {
		t.Errorf("%d sections, want 9", n)
	}
	for table := range strings.SplitSeq(html, "<table>") {
		table, _, _ = strings.Cut(table, "</table>")
		columns := strings.Count(table, "<th>")
		if rows := strings.Count(table, "<tr>") - 1; columns > 0 && strings.Count(table, "<td>") != rows*columns {
			t.Errorf("a table of %d columns and %d rows has %d cells", columns, rows, strings.Count(table, "<td>"))
		}
	}
}

func TestPages(t *testing.T) {
	for name, story := range stories() {
		t.Run(name, func(t *testing.T) { checkPage(t, page(t, render(t, build(story(t))))) })
	}
}

// TestAnyTextIsLiteral puts random texts wherever a timeline takes one.
func TestAnyTextIsLiteral(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := func(label string) string {
			return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostileTexts), rapid.StringN(0, 12, -1)), 0, 3).Draw(rt, label), "")
		}
		s := tell(t, "2026-03-17 10:00:00")
		a := s.alarm("x", incidents.AlarmFiring, func(a *incidents.Alarm) {
			a.Name, a.Reason, a.Description, a.Account, a.MessageID, a.Link = text("name"), text("reason"), text("description"), text("account"), text("id"), text("link")
			a.State, a.Previous = incidents.AlarmState(text("state")), incidents.AlarmState(text("previous"))
		})
		s.by(incidents.ByAlarm(a.Name), incidents.Opened{Title: text("title"), Service: text("service"), Severity: text("severity"), Alarm: &a})
		s.by(incidents.Oncalm(), incidents.Paged{Key: "k", Person: text("person"), Via: text("via"), Why: text("why")})
		s.by(incidents.Oncalm(), incidents.Undelivered{Key: "k", Error: text("error")})
		s.by(incidents.Person(text("by")), incidents.Noted{Text: text("note"), Link: text("note link")})
		s.by(incidents.Actor{Kind: text("kind"), Name: text("actor")}, incidents.Unknown{Kind: text("unknown")})
		s.by(incidents.Person(text("by")), incidents.Resolved{Reason: text("resolved")})
		checkPage(rt, page(t, render(t, build(s))))
	})
}

// TestTimeZonesDoNotMatter builds the same timeline with times in other zones.
func TestTimeZonesDoNotMatter(t *testing.T) {
	kathmandu := time.FixedZone("Kathmandu", 5*3600+45*60)
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	for name, story := range stories() {
		t.Run(name, func(t *testing.T) {
			time.Local = time.UTC
			i, events := story(t).folded()
			want := postmortems.Build(i, events)
			wantText, wantJSON := render(t, want), string(asJSON(t, want))
			time.Local = kathmandu
			for n := range events {
				events[n].At, events[n].Recorded = events[n].At.In(kathmandu), events[n].Recorded.Local()
			}
			i, err := incidents.Fold("42", events)
			if err != nil {
				t.Fatal(err)
			}
			got := postmortems.Build(i, events)
			if diff := cmp.Diff(wantText, render(t, got)); diff != "" {
				t.Errorf("Markdown (-utc +kathmandu):\n%s", diff)
			}
			if diff := cmp.Diff(wantJSON, string(asJSON(t, got))); diff != "" {
				t.Errorf("JSON (-utc +kathmandu):\n%s", diff)
			}
		})
	}
}

// sentences are all that a document says by itself, with where.
func sentences(d postmortems.Document) map[string]postmortems.Sentence {
	all := map[string]postmortems.Sentence{"pages": d.PagesInAll, "detection": {Text: fmt.Sprint(d.Detection.At, d.Detection.Person), Events: d.Detection.Events}}
	for n, s := range d.Summary {
		all[fmt.Sprintf("summary %d", n)] = s
	}
	for _, q := range d.Questions {
		all["question "+q.Rule] = q.Because
	}
	for n, w := range d.Impact.Windows {
		all[fmt.Sprintf("window %d", n)] = postmortems.Sentence{Text: fmt.Sprint(w.From, w.To, w.Source, w.Confidence), Events: w.Events}
	}
	for n, p := range d.Pages {
		all[fmt.Sprintf("page %d", n)] = postmortems.Sentence{Text: fmt.Sprint(p.Person, p.Decided, p.Delivered, p.Acknowledged, p.Outcome), Events: p.Events}
	}
	for _, m := range d.Times {
		if m.Seconds != nil {
			all["time "+m.Name] = postmortems.Sentence{Text: fmt.Sprint(*m.Seconds), Events: m.Events}
		}
	}
	return all
}

// TestEverySentenceNamesItsEvents takes the events that a sentence names off the
// timeline: the sentence must not be there any more.
func TestEverySentenceNamesItsEvents(t *testing.T) {
	for name, story := range stories() {
		i, events := story(t).folded()
		for where, s := range sentences(postmortems.Build(i, events)) {
			if len(s.Events) == 0 {
				t.Errorf("%s: %s names no event: %q", name, where, s.Text)
				continue
			}
			rest := slices.DeleteFunc(slices.Clone(events), func(e incidents.Event) bool { return slices.Contains(s.Events, e.Seq) })
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
	for name, story := range stories() {
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
	slow := func(t testing.TB) *story { // detected, paged and acknowledged late
		s := tell(t, "2026-03-25 10:00:00")
		s.opens(incidents.Sev2, s.alarm("a", incidents.AlarmFiring, func(a *incidents.Alarm) { a.Changed = s.now.Add(-time.Hour) }))
		k := s.steps(first, "ana")
		return s.after(2*time.Minute).delivers(k[0], "ana").after(6*time.Minute).by(ana, incidents.Acknowledged{})
	}
	all := stories()
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
	s := tell(t, "2026-03-12 03:10:00")
	s.opens(incidents.Sev2, s.alarm("queue-age", incidents.AlarmFiring))
	s.steps(first, "ana")
	for round := 2; round < 5; round++ {
		s.after(30 * time.Minute).steps(incidents.Position{Round: round})
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
	d := paging.Decide(policy, first, func(string) []string { return nil })
	if len(d.Calls) != 1 || !strings.HasPrefix(d.Calls[0].Why, postmortems.NobodyOnCall) {
		t.Errorf("%v does not begin with %q", d.Calls, postmortems.NobodyOnCall)
	}
}

func TestStormStaysReadable(t *testing.T) {
	d := build(storm(t, 5000))
	text := render(t, d)
	t.Logf("%d events make %d KiB of Markdown", len(d.Timeline), len(text)>>10)
	if len(text) > 1<<20 {
		t.Errorf("%d bytes are more than 1 MiB", len(text))
	}
	if !strings.Contains(text, "rows are left out here") || !strings.Contains(text, "[e1]") || !strings.Contains(text, "[e5000]") {
		t.Error("it does not say what was left out, or misses an end")
	}
	checkPage(t, page(t, text))
	if n := len(d.Timeline); n != 5000 {
		t.Errorf("the document has %d lines of 5000", n)
	}
}

// TestWorstCaseFits fills every table with the longest texts.
func TestWorstCaseFits(t *testing.T) {
	long := strings.Repeat("<|&", 3000)
	s := tell(t, "2026-03-24 00:00:00")
	a := s.alarm(long, incidents.AlarmFiring, func(a *incidents.Alarm) {
		a.Reason, a.Description, a.Account, a.Region, a.MessageID, a.Flags = long, long, long, long, long, []string{long, long}
		a.Metric = &incidents.Metric{Namespace: long, Name: long, Comparison: long, Threshold: a.Metric.Threshold, Unit: long}
		a.Contributor = map[string]string{long: long}
	})
	s.by(incidents.ByAlarm(long), incidents.Opened{Title: long, Service: long, Severity: long, Alarm: &a})
	for n := range 1500 {
		person := fmt.Sprint(n, long)
		s.after(20*time.Minute).by(incidents.Oncalm(), incidents.Paged{Key: fmt.Sprint(n), Person: person, Via: long, Why: long})
		s.by(incidents.Oncalm(), incidents.Undelivered{Key: fmt.Sprint(n), Person: person, Error: long})
		b := a
		b.State, b.Changed = []incidents.AlarmState{incidents.AlarmOK, incidents.AlarmFiring}[n%2], s.now
		s.by(incidents.ByAlarm(long), incidents.Reported{Alarm: b})
	}
	s.by(incidents.Person(long), incidents.Resolved{Reason: long})
	if text := render(t, build(s)); len(text) > 1<<20 {
		t.Errorf("%d bytes are more than 1 MiB", len(text))
	}
}

func BenchmarkDocument(b *testing.B) {
	i, events := storm(b, 5000).folded()
	set := texts(b)
	for b.Loop() {
		if _, err := postmortems.Render(postmortems.Build(i, events), set); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPagesBelongToTheirRun holds that an acknowledgement answers no page of an earlier
// run.
func TestPagesBelongToTheirRun(t *testing.T) {
	s := tell(t, "2026-03-26 11:00:00")
	s.opens(incidents.Sev2, s.alarm("a", incidents.AlarmFiring))
	s.delivers(s.steps(first, "ana")[0], "ana").by(bo, incidents.Resolved{}).by(bo, incidents.Reopened{})
	s.delivers(s.steps(first, "dee")[0], "dee").by(bo, incidents.Acknowledged{})
	var got []string
	for _, p := range build(s).Pages {
		got = append(got, fmt.Sprintf("run %d: %s %s, instead %q", p.Run, p.Person, p.Outcome, p.Instead))
	}
	want := []string{`run 0: ana delivered, instead ""`, `run 1: dee delivered, instead "bo"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
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
		s := tell(t, "2026-03-26 11:00:00")
		s.opens(incidents.Sev2, s.alarm("a", incidents.AlarmFiring))
		key := s.steps(first, "ana")[0]
		s.by(incidents.Oncalm(), incidents.Paged{Key: key + "/sms", Person: "ana", Via: "sms", After: 2 * time.Minute})
		s.delivers(key, "ana")
		begun := s.now
		if tt.pressed < 2*time.Minute {
			s.after(tt.pressed).by(ana, incidents.Acknowledged{})
			s.after(2*time.Minute-tt.pressed).by(incidents.Oncalm(), incidents.Withheld{Key: key + "/sms", Person: "ana", Why: "ana acknowledged before it went out"})
		} else {
			s.after(2*time.Minute).by(incidents.Oncalm(), incidents.Delivered{Key: key + "/sms", Person: "ana", Via: "sms"})
			s.after(tt.pressed-2*time.Minute).by(ana, incidents.Acknowledged{})
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
