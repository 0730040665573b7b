package postmortems

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// A point is a moment of the incident: t0 to t5 of the definitions.
type point struct {
	words   string // what it is
	at      time.Time
	events  []int
	missing string // why it is not recorded, if it is not
}

// points are the moments between which times are measured.
type points struct{ start, detected, delivered, acknowledged, mitigated, resolved point }

// times measures how long things took. A moment that is not recorded makes the times
// that need it not recorded.
func (r *reading) times(d Document) []Measure {
	p := points{r.startPoint(d), r.detectedPoint(d), r.deliveredPoint(), r.acknowledgedPoint(), r.mitigatedPoint(d), r.resolvedPoint()}
	return []Measure{
		measure("Time to detect", "TTD", p.start, p.detected),
		measure("Delivery lag", "", p.detected, p.delivered),
		measure("Time to acknowledge", "TTA", p.delivered, p.acknowledged),
		measure("Time to a human", "", p.detected, p.acknowledged),
		measure("Time to mitigate", "TTM", p.start, p.mitigated),
		measure("Time to resolve", "TTR", p.start, p.resolved),
		measure("Detected to resolved", "", p.detected, p.resolved),
	}
}

func measure(name, shortName string, from, to point) Measure {
	m := Measure{Name: name, Short: shortName, Between: [2]string{from.words, to.words}, From: from.at, To: to.at, Events: []int{}}
	m.Events = append(append(m.Events, from.events...), to.events...)
	switch {
	case from.missing != "":
		m.Missing = from.missing
	case to.missing != "":
		m.Missing = to.missing
	case to.at.Before(from.at):
		m.Missing = "the order was the reverse (" + to.words + ", then " + from.words + ")"
	default:
		m.Seconds = seconds(to.at.Sub(from.at))
	}
	return m
}

// startPoint is the start of the impact. Only an alarm's own time counts: when somebody
// declared the incident, users were hurt already.
func (r *reading) startPoint(d Document) point {
	p := point{words: "start of impact", missing: "no alarm told when the impact began"}
	if len(r.words) == 0 || len(d.Impact.Windows) == 0 {
		return p
	}
	if d.Impact.Unstarted > 0 {
		p.missing = "the start of a window of impact is not recorded"
		return p
	}
	first := d.Impact.Windows[0].From
	for _, w := range r.words {
		if w.measured && w.at.Equal(first) && w.State == incidents.AlarmFiring {
			return point{words: p.words, at: first, events: []int{w.seq}}
		}
	}
	p.missing = "the alarm did not tell its own time"
	return p
}

// detectedPoint is when the first alarm was accepted or somebody declared the incident.
func (r *reading) detectedPoint(d Document) point {
	p := point{words: "detected", at: d.Detection.At, events: d.Detection.Events}
	if p.at.IsZero() {
		p.missing = "the timeline has no beginning"
	}
	return p
}

func (r *reading) deliveredPoint() point {
	return r.point("first page delivered", is[incidents.Delivered], "no page was delivered")
}

func (r *reading) acknowledgedPoint() point {
	return r.point("first acknowledgement", byPerson[incidents.Acknowledged], "nobody acknowledged")
}

// mitigatedPoint is the end of the impact, if all alarms told of their recovery.
func (r *reading) mitigatedPoint(d Document) point {
	p := point{words: "end of impact", missing: "no alarm told when the impact ended"}
	for _, w := range d.Impact.Windows {
		if w.To.IsZero() {
			return point{words: p.words, missing: "the end of a window of impact is not recorded"}
		}
		if !w.To.Before(p.at) && len(r.words) > 0 {
			p = point{words: "end of impact", at: w.To, events: w.Events[len(w.Events)-1:]}
			if w.Confidence == Reported {
				p.words = "end of impact as reported"
			}
		}
	}
	return p
}

// resolvedPoint is when the incident was resolved for good, as far as is known.
func (r *reading) resolvedPoint() point {
	p := point{words: "resolved", missing: "the incident is not resolved"}
	if r.incident.Open() {
		return p
	}
	for _, e := range r.events {
		if is[incidents.Resolved](e) {
			p = point{words: p.words, at: e.At.UTC(), events: []int{e.Seq}}
		}
	}
	return p
}

func (r *reading) point(words string, wanted func(incidents.Event) bool, missing string) point {
	e, ok := r.first(wanted)
	if !ok {
		return point{words: words, missing: missing}
	}
	return point{words: words, at: e.At.UTC(), events: []int{e.Seq}}
}
