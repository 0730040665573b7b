package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/templates"
	"github.com/oncalm/oncalm/text"
)

// template is the name of the text that lays out a document in our own shape; those of others have a dash and their name behind it.
const template = "postmortem"

// Ours is the name of our own shape.
const Ours = "oncalm"

// Shapes are the names of all shapes that a document can have, our own first.
func Shapes(set *templates.Set) []string {
	all := []string{Ours}
	for _, name := range set.Names() {
		if shape, ok := strings.CutPrefix(name, template+"-"); ok {
			all = append(all, shape)
		}
	}
	return all
}

// Render writes a document as Markdown in our own shape, in the dialect of GitHub. The errors are those of
// [templates.Set.Execute].
func Render(d document.Document, set *templates.Set) ([]byte, error) { return RenderAs(d, set, Ours) }

// RenderAs is [Render] in a shape by its name; empty is our own.
func RenderAs(d document.Document, set *templates.Set, shape string) ([]byte, error) {
	return RenderWith(d, set, shape, nil)
}

// RenderWith is [RenderAs] with pictures of the document's graphs, in their order: what stands for each above its words, such as
// [Picture]. Where there is none, the words stand alone.
func RenderWith(d document.Document, set *templates.Set, shape string, pictures []string) ([]byte, error) {
	s := newSheet(d)
	for n := range s.Graphs[:min(len(s.Graphs), len(pictures))] {
		s.Graphs[n].Picture = pictures[n]
	}
	if shape == "" || shape == Ours {
		return set.Execute(template, s)
	}
	return set.Execute(template+"-"+shape, s)
}

// Picture shows the graph of a metric that is in a file beside the document. What it shows is said by the words below it.
func Picture(g document.Graph, file string) string {
	return "![Graph of " + literal(text.Clip(g.Metric, wording.Shortest)) + "](" + destination(file) + ")"
}

var pictureLine = regexp.MustCompile(`^!\[Graph of .*\]\([a-z0-9-]+-metric(-\d)?\.svg\)$`)

// IsPicture reports whether a line of a document is a [Picture] of ours, which only documents have that stand beside their pictures.
func IsPicture(line string) bool { return pictureLine.MatchString(line) }

// Check lays out two documents in each shape, one with everything in it and one with next to nothing, so that a template that names
// what is not there is found when the program starts. The errors are those of [Render].
func Check(set *templates.Set) error {
	for _, d := range []document.Document{sample(), postmortems.Build(incidents.Incident{ID: "1"}, nil)} {
		for _, shape := range Shapes(set) {
			if _, err := RenderAs(d, set, shape); err != nil {
				return err
			}
		}
	}
	return nil
}

// Lost are the sections whose words a shape does not show: what people write there would be in no document of it.
func Lost(set *templates.Set, shape string) (sections []string, err error) {
	d := sample()
	for _, name := range document.Sections() {
		d.Sections = append(d.Sections, document.Section{Name: name, Parts: []document.Part{{Text: "words of " + name}}})
	}
	text, err := RenderAs(d, set, shape)
	for _, name := range document.Sections() {
		if err == nil && !bytes.Contains(text, []byte("words of "+name)) {
			sections = append(sections, name)
		}
	}
	return sections, err
}

// sample is a document in which no part is empty. It goes through Build like any other, so that it has whatever Build can
// make. Its parts are filled as far as templates may look into them.
func sample() document.Document {
	start := time.Date(2026, 3, 28, 14, 2, 0, 0, time.UTC)
	alarm := incidents.Alarm{
		Name: "checkout-5xx", Series: "a", State: incidents.AlarmFiring, Previous: incidents.AlarmOK,
		Changed: start, Received: start, Reason: "Threshold Crossed", NeverRecovers: true,
		Link: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home",
	}
	other := alarm
	other.Series, other.Name = "b", "checkout-latency"
	timeline := []incidents.Event{
		{Body: incidents.Opened{Title: "sample", Service: "checkout", Severity: incidents.Sev1, Alarm: &alarm}},
		{Body: incidents.Reported{Alarm: other}},
		{Body: incidents.Paged{Key: "k", Person: "ana", Via: "slack", Why: "you are on call"}},
		{Body: incidents.Noted{Text: "struck"}},
		{Body: incidents.Struck{Seq: 4}},
	}
	for n := range timeline {
		at := start.Add(time.Duration(n) * time.Hour)
		timeline[n].Seq, timeline[n].At, timeline[n].Recorded, timeline[n].By = n+1, at, at, incidents.Oncalm()
	}
	i, err := incidents.Fold("1", timeline)
	if err != nil {
		panic(err) // the timeline above is well-formed
	}
	d := postmortems.Build(i, timeline)
	d.ActionItems = append(d.ActionItems, document.ActionItem{ID: "1"})
	d.Graphs = append(d.Graphs, document.Graph{Metric: "errors"})
	return d
}
