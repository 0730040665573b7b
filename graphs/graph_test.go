package graphs

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// sample is an incident from noon on: a change at 11:54, ALARM at 12:00, a rollback at 12:20, OK at 12:23, as it is seen at 12:40.
func sample() []incidents.Event {
	m := response.Measured{Alarm: "checkout-5xx", Metric: "Sum of FailedCheckouts · prod, checkout", Unit: "Count", From: noon.Add(-time.Hour),
		Period: 60, Threshold: new(10.0), Comparison: "GreaterThanThreshold"}
	for n := range 100 {
		v := float64(n % 4)
		if n >= 55 && n < 80 {
			v = 60 + 20*math.Sin(float64(n))
		}
		if n == 30 || n == 31 || n == 33 {
			m.Values = append(m.Values, nil)
			continue
		}
		m.Values = append(m.Values, &v)
	}
	alarm := func(state incidents.AlarmState, minute int) incidents.Alarm {
		at := noon.Add(time.Duration(minute) * time.Minute)
		return incidents.Alarm{Name: "checkout-5xx", State: state, Changed: at, Received: at}
	}
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	firing := alarm(incidents.AlarmFiring, 0)
	other := firing
	other.Name = "another"
	return []incidents.Event{
		{Seq: 1, At: at(0), Body: incidents.Opened{Alarm: &firing}},
		{Seq: 2, At: at(1), Body: incidents.Responded{Fact: response.Changed{Was: at(-6)}}},
		{Seq: 3, At: at(2), Body: incidents.Joined{Alarm: other}},
		{Seq: 4, At: at(20), Body: incidents.Responded{Fact: response.RollbackFinished{N: 1}}},
		{Seq: 5, At: at(24), Body: incidents.Reported{Alarm: alarm(incidents.AlarmOK, 23)}},
		{Seq: 6, At: at(40), Body: incidents.Responded{Fact: m}},
	}
}

// golden compares bytes with a file, which -update would have to be asked for by hand: the file is written where it is missing.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	want, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("wrote %s, which was not there: look at it", path)
	}
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %v, or the picture is another; delete the file, run the test twice, and look at it", path, err)
	}
}

// TestPicture holds what a graph looks like, and that the same one gives the same bytes.
func TestPicture(t *testing.T) {
	g, ok := Of(sample(), 6)
	if !ok {
		t.Fatal("no graph")
	}
	picture, err := g.Scene().PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "rollback.svg", g.Scene().SVG())
	golden(t, "rollback.png", picture)
}

// TestWords holds what is said to those who do not see it, and which events are marks.
func TestWords(t *testing.T) {
	g, _ := Of(sample(), 6)
	const want = "Sum of FailedCheckouts · prod, checkout, 11:00 to 12:40 UTC; the alarm fires > 10; at the end 3; " +
		"before the alarm median 2; during it median 57.7, worst 79.99; after the rollback median 1, worst 3."
	if got := g.Words(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	var marks []string
	for _, m := range g.Marks {
		marks = append(marks, m.Label+" "+m.At.Format("15:04"))
	}
	if diff := cmp.Diff([]string{"change 11:54", "ALARM 12:00", "rolled back 12:20", "OK 12:23"}, marks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, ok := Of(sample(), 5); ok {
		t.Error("an event that measures nothing has a graph")
	}
}

// TestWordsOfTwoRollbacks holds that what came after one that did not help is not called the time after the rollback.
func TestWordsOfTwoRollbacks(t *testing.T) {
	events := sample()
	finished := incidents.Responded{Fact: response.RollbackFinished{N: 2}}
	first := incidents.Event{Seq: 7, At: noon.Add(5 * time.Minute), Body: finished}
	g, _ := Of(append(events, first), 6)
	if got := g.Words(); !strings.HasSuffix(got, "; during it median 57.7, worst 79.99; after the last rollback median 1, worst 3.") {
		t.Error(got)
	}
}

// TestFlappingIsSmall holds that an alarm that flaps a thousand times makes no picture of a thousand shapes more.
func TestFlappingIsSmall(t *testing.T) {
	g, _ := Of(sample(), 6)
	g.Marks = nil
	for n := range 5000 {
		m := Mark{At: noon.Add(time.Duration(n) * 100 * time.Millisecond), Label: "ALARM", Kind: OfAlarm}
		if n%2 == 1 {
			m.Label, m.Kind = "OK", OfEnd
		}
		g.Marks = append(g.Marks, m)
	}
	s := g.Scene()
	inside(t, "flapping", s)
	if len(s.Shapes) > 400 {
		t.Errorf("%d shapes", len(s.Shapes))
	}
}

// TestAllKindsOfValues holds that whatever CloudWatch measured can be drawn, and that all of it stays in the picture, with no words on words.
func TestAllKindsOfValues(t *testing.T) {
	values := func(all ...float64) (list []*float64) {
		for _, v := range all {
			list = append(list, &v)
		}
		return list
	}
	for name, m := range map[string]response.Measured{
		"none":       {Values: make([]*float64, 10)},
		"one":        {Values: values(7)},
		"all alike":  {Values: values(3, 3, 3)},
		"zeros":      {Values: values(0, 0, 0)},
		"negative":   {Values: values(-5, -1, -3), Threshold: new(-2.0), Comparison: "LessThanThreshold"},
		"tiny":       {Values: values(1e-9, 3e-9)},
		"huge":       {Values: values(1e18, 3e18), Threshold: new(2e18), Comparison: "GreaterThanOrEqualToThreshold"},
		"extreme":    {Values: values(-math.MaxFloat64, math.MaxFloat64)},
		"far limit":  {Values: values(1, 2, 3), Threshold: new(1e6), Comparison: "GreaterThanThreshold"},
		"long names": {Values: values(1, 2), Metric: strings.Repeat("Wide ", 100), Unit: "Bytes/Second"},
		"hostile":    {Values: values(1, 2), Metric: `<script>alert(1)</script>" & ` + "\u202e\x00", Unit: "<b>"},
	} {
		m.From, m.Period = noon, 300
		g := Graph{Measured: m, Marks: []Mark{{At: noon, Label: "ALARM", Kind: OfAlarm},
			{At: noon.Add(time.Second), Label: "change", Kind: OfChange}, {At: noon.Add(2 * time.Second), Label: "OK", Kind: OfEnd}}}
		s := g.Scene()
		inside(t, name, s)
		svg := string(s.SVG())
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<b>") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: %s", name, svg)
		}
		if len(name) > 6 {
			continue // a PNG takes long, and is of the same shapes
		}
		raw, err := s.PNG()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := png.Decode(bytes.NewReader(raw)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// inside holds that shapes are in the picture, and that no words stand on others.
func inside(t *testing.T, name string, s drawing.Scene) {
	t.Helper()
	for n, one := range s.Shapes {
		if one.X < 0 || one.Y < 0 || one.X+one.W > s.W+1 && one.Kind != drawing.Line || one.Y+one.H > s.H+0.5 {
			t.Errorf("%s: shape %d sticks out: %+v", name, n, one)
		}
		for _, p := range one.Points {
			if !(p.X >= 0 && p.X <= s.W && p.Y >= 0 && p.Y <= s.H) {
				t.Errorf("%s: a point at %v", name, p)
			}
		}
		for _, other := range s.Shapes[:n] {
			if one.Kind == drawing.Words && other.Kind == drawing.Words && math.Abs(one.Y-other.Y) < 9 && one.X < other.X+
				other.W &&
				other.X < one.X+one.W {
				t.Errorf("%s: %q runs into %q", name, one.Text, other.Text)
			}
		}
	}
}
