package markdown

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/templates"
)

// template is the name of the text that lays out a document.
const template = "postmortem"

// Render writes a document as Markdown, in the dialect of GitHub. The errors are those
// of [templates.Set.Execute].
func Render(d document.Document, set *templates.Set) ([]byte, error) {
	return set.Execute(template, newSheet(d))
}

// Check lays out two documents, one with everything in it and one with next to nothing,
// so that a template that names what is not there is found when the program starts. The
// errors are those of [Render].
func Check(set *templates.Set) error {
	for _, d := range []document.Document{sample(), postmortems.Build(incidents.Incident{ID: "1"}, nil)} {
		if _, err := Render(d, set); err != nil {
			return err
		}
	}
	return nil
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
	return d
}
