package document

import (
	"time"

	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/incidents/response"
)

// Graph is what the metric of an alarm was, with what happened meanwhile.
type Graph struct {
	Alarm  string     `json:"alarm"`
	Metric string     `json:"metric"` // what is measured, as people read it
	Unit   string     `json:"unit,omitempty"`
	From   time.Time  `json:"from"`   // when the first value begins
	Period int        `json:"period"` // for how many seconds each value stands
	Values []*float64 `json:"values"` // nil where there was none
	// Threshold and Comparison, as CloudWatch names it, say when the alarm fires; nil and empty if one number does not say it.
	Threshold  *float64 `json:"threshold,omitempty"`
	Comparison string   `json:"comparison,omitempty"`
	Marks      []Mark   `json:"marks"` // in the order of time
	Says       Sentence `json:"says"`  // what it shows, with figures
}

// The kinds of marks.
const (
	MarkChange   = "change"
	MarkAlarm    = "alarm"
	MarkRollback = "rollback"
	MarkEnd      = "end"
)

// Mark is something that happened while a metric was measured.
type Mark struct {
	At    time.Time `json:"at"`
	Label string    `json:"label"` // one or two words
	Kind  string    `json:"kind"`  // change, alarm, rollback or end
}

// markKinds are the kinds of package graphs by ours.
func markKinds() map[string]graphs.MarkKind {
	return map[string]graphs.MarkKind{
		MarkChange: graphs.OfChange, MarkAlarm: graphs.OfAlarm, MarkRollback: graphs.OfRollback, MarkEnd: graphs.OfEnd,
	}
}

// GraphOf is a graph as documents have it, without its sentence.
func GraphOf(g graphs.Graph) Graph {
	of := Graph{Alarm: g.Alarm, Metric: g.Metric, Unit: g.Unit, From: g.From.UTC(), Period: g.Period, Values: g.Values,
		Threshold: g.Threshold, Comparison: g.Comparison, Marks: []Mark{}}
	kinds := [...]string{
		graphs.OfChange: MarkChange, graphs.OfAlarm: MarkAlarm, graphs.OfRollback: MarkRollback, graphs.OfEnd: MarkEnd,
	}
	for _, m := range g.Marks {
		of.Marks = append(of.Marks, Mark{At: m.At.UTC(), Label: m.Label, Kind: kinds[m.Kind]})
	}
	return of
}

// Drawn is the graph as it can be drawn; false if it has no value. The document may be one that another version has written.
func (g Graph) Drawn() (graphs.Graph, bool) {
	of := graphs.Graph{Measured: response.Measured{
		Alarm: g.Alarm, Metric: g.Metric, Unit: g.Unit, From: g.From, Period: g.Period, Values: g.Values,
		Threshold: g.Threshold, Comparison: g.Comparison,
	}}
	kinds := markKinds()
	for _, m := range g.Marks {
		if kind, known := kinds[m.Kind]; known {
			of.Marks = append(of.Marks, graphs.Mark{At: m.At, Label: m.Label, Kind: kind})
		}
	}
	_, _, ok := of.Newest()
	return of, ok && g.Period > 0
}
