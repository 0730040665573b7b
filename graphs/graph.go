package graphs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/text"
)

// A Graph is what a metric was, with what happened meanwhile.
type Graph struct {
	response.Measured
	Marks []Mark // in the order of time
}

// A Mark is something that happened.
type Mark struct {
	At    time.Time
	Label string // one or two words
	Kind  MarkKind
	Seq   int // of the event that says so; 0 if none does
}

// A MarkKind is what a mark is of.
type MarkKind int

// The kinds of marks.
const (
	OfChange   MarkKind = iota // something was changed, which may be the cause
	OfAlarm                    // it began to fire
	OfRollback                 // it was finished
	OfEnd                      // the alarm was OK, or the incident was resolved
)

// Of returns the graph that the event of that number tells, with marks of the events that stand on the timeline by now; false if that event
// tells none.
func Of(events []incidents.Event, seq int) (g Graph, ok bool) {
	for _, e := range events {
		if m, is := measured(e); is && e.Seq == seq {
			g.Measured, ok = m, true
		}
	}
	if !ok {
		return g, false
	}
	for _, e := range events {
		if m, is := g.markOf(e); is && !m.At.Before(g.From) && m.At.Before(g.To()) {
			m.Seq = e.Seq
			g.Marks = append(g.Marks, m)
		}
	}
	slices.SortStableFunc(g.Marks, func(a, b Mark) int { return a.At.Compare(b.At) })
	return g, true
}

func measured(e incidents.Event) (m response.Measured, ok bool) {
	if b, is := e.Body.(incidents.Responded); is {
		m, ok = b.Fact.(response.Measured)
	}
	return m, ok
}

// markOf is what an event marks, if anything. The alarm has its own time.
func (g *Graph) markOf(e incidents.Event) (m Mark, ok bool) {
	if a := incidents.AlarmIn(e.Body); a != nil {
		m = Mark{At: e.At, Label: "ALARM", Kind: OfAlarm}
		if a.State == incidents.AlarmOK {
			m.Label, m.Kind = "OK", OfEnd
		}
		if a.Measured() {
			m.At = a.Changed
		}
		return m, a.Name == g.Alarm && a.State != incidents.AlarmUnknown
	}
	b, is := e.Body.(incidents.Responded)
	if !is {
		return m, false
	}
	switch f := b.Fact.(type) {
	case response.Changed:
		return Mark{At: f.Was, Label: "change", Kind: OfChange}, true
	case response.RollbackFinished:
		return Mark{At: e.At, Label: "rolled back", Kind: OfRollback}, !f.Dry
	}
	return m, false
}

// first is when a mark of that kind comes first.
func (g *Graph) first(k MarkKind) (at time.Time, ok bool) {
	for _, m := range g.Marks {
		if m.Kind == k {
			return m.At, true
		}
	}
	return at, false
}

// A Part is some of the time of a graph.
type Part struct {
	Name         string
	Count        int // of values
	Median, Most float64
}

// lastRollback is when the last rollback was finished, and how many there were.
func (g *Graph) lastRollback() (at time.Time, count int) {
	for _, m := range g.Marks {
		if m.Kind == OfRollback {
			at = m.At
			count++
		}
	}
	return at, count
}

// Parts are the time before the alarm, that of the alarm, and that after the last rollback or, if there was none, after the alarm was OK, as far
// as they have values. Periods that belong to two parts belong to neither.
func (g *Graph) Parts() (all []Part) {
	began, ok := g.first(OfAlarm)
	if !ok {
		return nil
	}
	ended, rollbacks := g.lastRollback()
	after, name := rollbacks > 0, "after the rollback"
	if rollbacks > 1 { // those before it did not help, or not enough
		name = "after the last rollback"
	}
	if !after || ended.Before(began) {
		ended, after = g.first(OfEnd)
		name = "after the alarm was OK"
	}
	if !after || ended.Before(began) {
		ended = g.To()
	}
	for _, p := range []Part{g.part("before the alarm", g.From, began), g.part("during it", began, ended),
		g.part(name, ended, g.To())} {
		if p.Count > 0 {
			all = append(all, p)
		}
	}
	return all
}

// part sums up the periods that lie between two times as a whole.
func (g *Graph) part(name string, from, to time.Time) Part {
	var values []float64
	for n, v := range g.Values {
		if v != nil && !g.At(n).Before(from) && !g.At(n+1).After(to) {
			values = append(values, *v)
		}
	}
	p := Part{Name: name, Count: len(values)}
	if p.Count > 0 {
		slices.Sort(values)
		p.Median, p.Most = values[(len(values)-1)/2], values[len(values)-1]
		if strings.HasPrefix(g.Comparison, "Less") { // what is too low is worst when it is lowest
			p.Most = values[0]
		}
	}
	return p
}

// Words say what the graph shows.
func (g *Graph) Words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s to %s UTC", text.Line(g.Metric), g.From.UTC().Format("15:04"), g.To().UTC().Format("15:04"))
	if fires := g.Condition(); fires != "" {
		b.WriteString("; the alarm fires " + fires)
	}
	if newest, _, ok := g.Newest(); ok {
		b.WriteString("; at the end " + response.Number(newest))
	} else {
		b.WriteString("; no values")
	}
	for n, p := range g.Parts() {
		fmt.Fprintf(&b, "; %s median %s", p.Name, response.Number(p.Median))
		if n > 0 { // before it, what made the alarm fire was worse already
			b.WriteString(", worst " + response.Number(p.Most))
		}
	}
	return b.String() + "."
}
