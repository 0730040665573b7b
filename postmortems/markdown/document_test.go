package markdown_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
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

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

func texts(t testing.TB) *templates.Set {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func build(s *storytest.Story) document.Document { return postmortems.Build(s.Folded()) }

func render(t testing.TB, d document.Document) string {
	t.Helper()
	text, err := markdown.Render(d, texts(t))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDocuments(t *testing.T) {
	for name, story := range storytest.Stories() {
		t.Run(name, func(t *testing.T) {
			got := []byte(render(t, build(story(t))))
			storytest.Golden(t, *update, filepath.Join("testdata", name+".md"), got)
		})
	}
}

// TestRoles: by default nobody is named.
func TestRoles(t *testing.T) {
	i, events := storytest.Stories()["responded"](t).Folded()
	got := render(t, postmortems.Make(i, events, evidence.Around{Changes: []changes.Change{
		{ID: "7f1c", At: i.Opened.Add(-14 * time.Minute), Kind: "deploy", Title: "deployed checkout 42 by ana", Region: "eu-central-1"},
		{ID: "6e0b", At: i.Opened.Add(-5 * time.Hour), Kind: "scaling", Title: "checkout has 4 tasks", Reason: "schedule"},
	}, Past: []evidence.Earlier{
		evidence.EarlierOf(history.Row{ID: "7", Title: "checkout-latency", Service: "checkout", Severity: "sev3", Opened: i.Opened.AddDate(0, 0, -9),
			Resolved: i.Opened.AddDate(0, 0, -9).Add(time.Hour)}),
		evidence.EarlierOf(history.Row{ID: "5", Title: "checkout-latency", Service: "checkout", Severity: "sev3", Opened: i.Opened.AddDate(0, 0, -91)}),
		evidence.EarlierOf(history.Row{ID: "6", Title: "checkout-5xx", Service: "checkout", Severity: "sev1", Opened: i.Opened.AddDate(0, 0, -80)}),
	}}, postmortems.AsRoles))
	storytest.Golden(t, *update, filepath.Join("testdata", "roles.md"), []byte(got))
	for _, name := range []string{"ana", "bo", "cleo"} {
		if regexp.MustCompile(`\b` + name + `\b`).MatchString(got) {
			t.Errorf("%s is named", name)
		}
	}
}

// TestExample: docs/postmortems.md ends with a document as it is.
func TestExample(t *testing.T) {
	const file, heading = "../../docs/postmortems.md", "## An example\n"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	i, events := storytest.Stories()["measured"](t).Folded()
	got := render(t, postmortems.Make(i, events, evidence.Around{
		Changes: []changes.Change{}, Past: []evidence.Earlier{},
	}, postmortems.AsRoles))
	before, _, ok := strings.Cut(string(doc), heading)
	if !ok {
		t.Fatal("there is no example")
	}
	want := before + heading + "\nThis is what Oncalm writes by itself of an incident with three rollbacks.\n\n````markdown\n" + got + "````\n"
	storytest.Golden(t, *update, file, []byte(want))
}

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
	ours = regexp.MustCompile(`^</?(h1|h2|h3|p|blockquote|strong|em|ul|li|table|thead|tbody|tr|th|td|a)>$`)
)

// mark is what stands around the sections that people write.
var mark = regexp.MustCompile(`^<!-- (oncalm: [a-z]+ e\d+|/oncalm) -->$`)

// sections is how many a document has.
const sections = 18

// checkPage holds that nothing but the layout makes tags, and that links lead to where
// they may.
func checkPage(t interface{ Errorf(string, ...any) }, html string) {
	checkTags(t, html)
	if n := strings.Count(html, "<h2>"); n != sections {
		t.Errorf("%d sections, want %d", n, sections)
	}
}

// checkTags is checkPage for any shape.
func checkTags(t interface{ Errorf(string, ...any) }, html string) {
	for _, found := range tag.FindAllString(html, -1) {
		if m := href.FindStringSubmatch(found); m != nil {
			u, err := url.Parse(m[1])
			if err != nil || u.Scheme != "https" || !slices.Contains([]string{"eu-central-1.console.aws.amazon.com", "acme.slack.com", "wiki.example.com"}, u.Host) {
				t.Errorf("a link to %s", m[1])
			}
			continue
		}
		if !ours.MatchString(found) && !mark.MatchString(found) {
			t.Errorf("data made the tag %s", found)
		}
	}
	if n := strings.Count(html, "<h1>"); n != 1 {
		t.Errorf("%d titles", n)
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
	for name, story := range storytest.Stories() {
		t.Run(name, func(t *testing.T) { checkPage(t, page(t, render(t, build(story(t))))) })
	}
}

// TestAnyTextIsLiteral puts random texts wherever a timeline takes one.
func TestAnyTextIsLiteral(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := func(label string) string {
			return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(storytest.HostileTexts), rapid.StringN(0, 12, -1)),
				0, 3).Draw(rt, label), "")
		}
		s := storytest.Tell(t, "2026-03-17 10:00:00")
		a := s.Alarm("x", incidents.AlarmFiring, func(a *incidents.Alarm) {
			a.Name, a.Reason, a.Description, a.Account, a.MessageID, a.Link = text("name"), text("reason"), text("description"), text("account"), text("id"),
				text("link")
			a.State, a.Previous = incidents.AlarmState(text("state")), incidents.AlarmState(text("previous"))
		})
		s.By(incidents.ByAlarm(a.Name), incidents.Opened{Title: text("title"), Service: text("service"), Severity: text("severity"), Alarm: &a})
		s.By(incidents.Oncalm(), incidents.Paged{Key: "k", Person: text("person"), Via: text("via"), Why: text("why")})
		s.By(incidents.Oncalm(), incidents.Undelivered{Key: "k", Error: text("error")})
		s.By(incidents.Person(text("by")), incidents.Noted{Text: text("note"), Link: text("note link")})
		s.Responds(incidents.Oncalm(), response.Measured{Alarm: a.Name, Metric: text("metric"), Unit: text("unit"),
			From: s.Now, Period: 60, Values: []*float64{new(1.0)}, Threshold: new(0.5), Comparison: "GreaterThanThreshold"})
		s.By(incidents.Actor{Kind: text("kind"), Name: text("actor")}, incidents.Unknown{Kind: text("unknown")})
		s.By(incidents.Person(text("by")), incidents.Resolved{Reason: text("resolved")})
		checkPage(rt, page(t, render(t, build(s))))
	})
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
			wantText := render(t, want)
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
				t.Errorf("(-utc +kathmandu):\n%s", diff)
			}
		})
	}
}

func TestStormStaysReadable(t *testing.T) {
	d := build(storytest.Storm(t, 5000))
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
	long := strings.Repeat("<|&", 1000) // longer than anything is shown
	s := storytest.Tell(t, "2026-03-24 00:00:00")
	a := s.Alarm(long, incidents.AlarmFiring, func(a *incidents.Alarm) {
		a.Reason, a.Description, a.Account, a.Region, a.MessageID, a.Flags = long, long, long, long, long,
			[]string{long, long}
		a.Metric = &incidents.Metric{Namespace: long, Name: long, Comparison: long, Threshold: a.Metric.Threshold, Unit: long}
		a.Contributor = map[string]string{long: long}
	})
	s.By(incidents.ByAlarm(long), incidents.Opened{Title: long, Service: long, Severity: long, Alarm: &a})
	for n := range 1500 {
		person := fmt.Sprint(n, long)
		s.After(20*time.Minute).By(incidents.Oncalm(),
			incidents.Paged{Key: fmt.Sprint(n), Person: person, Via: long, Why: long})
		s.By(incidents.Oncalm(), incidents.Undelivered{Key: fmt.Sprint(n), Person: person, Error: long})
		b := a
		b.State, b.Changed = []incidents.AlarmState{incidents.AlarmOK, incidents.AlarmFiring}[n%2], s.Now
		s.By(incidents.ByAlarm(long), incidents.Reported{Alarm: b})
	}
	s.By(incidents.Person(long), incidents.Resolved{Reason: long})
	if text := render(t, build(s)); len(text) > 1<<20 {
		t.Errorf("%d bytes are more than 1 MiB", len(text))
	}
}

func BenchmarkDocument(b *testing.B) {
	i, events := storytest.Storm(b, 5000).Folded()
	set := texts(b)
	for b.Loop() {
		if _, err := markdown.Render(postmortems.Build(i, events), set); err != nil {
			b.Fatal(err)
		}
	}
}

// TestCheck holds that the embedded text lays out every document.
func TestCheck(t *testing.T) {
	if err := markdown.Check(texts(t)); err != nil {
		t.Error(err)
	}
}
