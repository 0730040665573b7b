package evidence

import (
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

const (
	// mostGraphs is of how many alarms the metrics are shown: of those that were looked at last.
	mostGraphs = 4
	// mostMarks is how many of what happened meanwhile a sentence names.
	mostMarks = 8
)

// Graphs are what the metrics of alarms were, one for each alarm: the last look at it that had values, since that shows how it went on.
func Graphs(events []incidents.Event) (all []document.Graph) {
	last, order := map[string]int{}, []string{}
	for _, e := range events {
		b, ok := e.Body.(incidents.Responded)
		m, is := b.Fact.(response.Measured)
		if _, _, has := m.Newest(); !ok || !is || !has || m.Period <= 0 {
			continue
		}
		if last[m.Alarm] == 0 {
			order = append(order, m.Alarm)
		}
		last[m.Alarm] = e.Seq
	}
	for _, alarm := range order[max(0, len(order)-mostGraphs):] {
		if g, ok := graphs.Of(events, last[alarm]); ok {
			all = append(all, graphOf(g, last[alarm]))
		}
	}
	return all
}

// graphOf is a graph of the event of that number, with what it shows in words.
func graphOf(g graphs.Graph, seq int) document.Graph {
	g.Alarm, g.Metric, g.Unit = wording.Clean(g.Alarm), wording.Clean(g.Metric), wording.Clean(g.Unit)
	of := document.GraphOf(g)
	says := wording.Said(g.Metric) + strings.TrimPrefix(strings.TrimSuffix(g.Words(), "."), g.Metric)
	of.Says = document.Sentence{Text: says, Events: []int{seq}}
	var marks []string
	for _, m := range g.Marks {
		of.Says.Events = append(of.Says.Events, m.Seq)
		marks = append(marks, m.Label+" "+m.At.UTC().Format("15:04"))
	}
	if n := len(marks) - mostMarks; n > 0 {
		marks = append(marks[:mostMarks], strconv.Itoa(n)+" more")
	}
	if len(marks) > 0 {
		of.Says.Text += ". Meanwhile: " + strings.Join(marks, ", ")
	}
	return of
}
