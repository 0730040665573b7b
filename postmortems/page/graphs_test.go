package page_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/storytest"
)

// TestGraphIsInThePage: the metric of the alarm is drawn where the document tells of it, once in each shape, with its threshold, the
// alarm, the change and the rollback, without a style of its own, which the policy of the page forbids; and it is in the JSON form.
func TestGraphIsInThePage(t *testing.T) {
	d := build(storytest.Stories()["measured"](t).Folded())
	if len(d.Graphs) != 1 || len(d.Graphs[0].Values) < 50 {
		t.Fatalf("%+v", d.Graphs)
	}
	for _, shape := range []string{"", "coe", "sre", "pagerduty", "howie"} {
		out, err := page.Render(d, texts(t), page.Options{Shape: shape})
		if err != nil {
			t.Fatal(err)
		}
		html := string(out)
		if n := strings.Count(html, `<figure class="metric">`); n != 1 {
			t.Errorf("%q has %d graphs", shape, n)
		}
		_, rest, _ := strings.Cut(html, `<figure class="metric">`)
		graph, after, _ := strings.Cut(rest, "</figure>")
		for _, part := range []string{"&gt; 50", "change 13:11", "ALARM 13:19", "rolled back 13:36", "<polyline"} {
			if !strings.Contains(graph, part) {
				t.Errorf("%q: %s is not in the graph", shape, part)
			}
		}
		if strings.Contains(graph, "<style") || strings.Contains(graph, "style=") {
			t.Errorf("%q: the graph has a style", shape)
		}
		if !strings.Contains(after[:400], "before the alarm median") {
			t.Errorf("%q: what it shows is not said below it: %s", shape, after[:400])
		}
		if strings.Contains(html, "the graph of") {
			t.Errorf("%q asks for a graph that is there", shape)
		}
	}
	val, err := json.Marshal(d)
	if err != nil || !strings.Contains(string(val), `"kind":"rollback"`) || !strings.Contains(string(val), `"threshold":50`) {
		t.Errorf("%v %.300s", err, val)
	}
}

// TestHostileGraph: a metric may be called anything, and an alarm that flaps for a day is still drawn in a small picture.
func TestHostileGraph(t *testing.T) {
	for n, text := range storytest.HostileTexts {
		events := 50
		if n == 0 && !testing.Short() {
			events = 5000
		}
		s := storytest.Storm(t, events)
		m := response.Measured{Alarm: "checkout-5xx", Metric: text, Unit: text, From: s.Now.Truncate(60e9).Add(-8 * 3600e9), Period: 300}
		for n := range 100 {
			m.Values = append(m.Values, new(float64(n)))
		}
		s.Responds(incidents.Oncalm(), m)
		d := build(s.Folded())
		out, err := page.Render(d, texts(t), page.Options{})
		if err != nil {
			t.Fatal(err)
		}
		check(t, string(out))
		_, rest, ok := strings.Cut(string(out), `<figure class="metric">`)
		graph, _, _ := strings.Cut(rest, "</figure>")
		if !ok || len(graph) > 250<<10 {
			t.Errorf("a graph of %d bytes", len(graph))
		}
	}
}
