package evidence

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
)

// A point is a moment of the incident: t0 to t7 of the definitions.
type point struct {
	words   string // what it is
	at      time.Time
	events  []int
	missing string // why it is not recorded, if it is not
}

// points are the moments between which times are measured.
type points struct{ start, detected, delivered, acknowledged, mitigated, resolved, reviewed, closed point }

// A stopwatch finds the moments between which times are measured. It goes by what the document says already, so that its
// times and its sentences cannot differ.
type stopwatch struct {
	told *Reading
	doc  document.Document // with impact and detection
}

// Times measures how long things took. A moment that is not recorded makes the times
// that need it not recorded.
func (r *Reading) Times(d document.Document) []document.Measure {
	t := stopwatch{r, d}
	p := points{t.start(), t.detected(), t.delivered(), t.acknowledged(), t.mitigated(), t.resolved(),
		t.reviewed(), t.closed()}
	return []document.Measure{
		measure("Time to detect", "TTD", p.start, p.detected),
		measure("Delivery lag", "", p.detected, p.delivered),
		measure("Time to acknowledge", "TTA", p.delivered, p.acknowledged),
		measure("Time to a human", "", p.detected, p.acknowledged),
		measure("Time to mitigate", "TTM", p.start, p.mitigated),
		measure("Time to resolve", "TTR", p.start, p.resolved),
		measure("Detected to resolved", "", p.detected, p.resolved),
		measure("Resolved to reviewed", "", p.resolved, p.reviewed),
		measure("Resolved to the last action item closed", "", p.resolved, p.closed),
	}
}

// measure is the time between two points, with the events of both. A time that would be negative is not recorded, and says
// why: a clock was wrong, or somebody acknowledged before the page came.
func measure(name, shortName string, from, to point) document.Measure {
	m := document.Measure{
		Name:    name,
		Short:   shortName,
		Between: [2]string{from.words, to.words},
		From:    from.at,
		To:      to.at,
		Events:  []int{},
	}
	m.Events = append(append(m.Events, from.events...), to.events...)
	switch {
	case from.missing != "":
		m.Missing = from.missing
	case to.missing != "":
		m.Missing = to.missing
	case to.at.Before(from.at):
		m.Missing = "the order was the reverse (" + to.words + ", then " + from.words + ")"
	default:
		m.Seconds = document.Seconds(to.at.Sub(from.at))
	}
	return m
}

// start is the start of the impact: what a person named, or an alarm's own time. When somebody
// declared the incident, users were hurt already.
func (t stopwatch) start() point {
	p := point{words: "start of impact", missing: "no alarm reported when the impact began"}
	if a := t.doc.Affected; a != nil && !a.From.IsZero() {
		return point{words: "start of impact as reported", at: a.From, events: a.Events}
	}
	if !t.told.Heard() || len(t.doc.Impact.Windows) == 0 {
		return p
	}
	// that window may have been the first
	if t.doc.Impact.Unstarted > 0 {
		p.missing = "the start of a window of impact is not recorded"
		return p
	}
	first := t.doc.Impact.Windows[0].From
	for _, w := range t.told.words {
		if w.measured && w.at.Equal(first) && w.State == incidents.AlarmFiring {
			return point{words: p.words, at: first, events: []int{w.seq}}
		}
	}
	p.missing = "the alarm did not report its own time"
	return p
}

// detected is when the first alarm was accepted or somebody declared the incident.
func (t stopwatch) detected() point {
	p := point{words: "detected", at: t.doc.Detection.At, events: t.doc.Detection.Events}
	if p.at.IsZero() {
		p.missing = "the timeline has no beginning"
	}
	return p
}

// delivered is when the first page reached somebody's Slack.
func (t stopwatch) delivered() point {
	return t.first("first page delivered", Is[incidents.Delivered], "no page was delivered")
}

// acknowledged is when a person took it on first, in whichever run.
func (t stopwatch) acknowledged() point {
	return t.first("first acknowledgement", ByPerson[incidents.Acknowledged], "nobody acknowledged")
}

// mitigated is the end of the impact: what a person named, or when all alarms had told of their recovery.
func (t stopwatch) mitigated() point {
	p := point{words: "end of impact", missing: "no alarm reported when the impact ended"}
	if a := t.doc.Affected; a != nil && !a.To.IsZero() {
		return point{words: "end of impact as reported", at: a.To, events: a.Events}
	}
	for _, w := range t.doc.Impact.Windows {
		if w.To.IsZero() {
			return point{words: p.words, missing: "the end of a window of impact is not recorded"}
		}
		if !w.To.Before(p.at) && t.told.Heard() {
			p = point{words: "end of impact", at: w.To, events: w.Events[len(w.Events)-1:]}
			if w.Confidence == document.Reported {
				p.words = "end of impact as reported"
			}
		}
	}
	return p
}

// resolved is when the incident was resolved for good, as far as is known.
func (t stopwatch) resolved() point {
	p := point{words: "resolved", missing: "the incident is not resolved"}
	if t.told.Incident.Open() {
		return p
	}
	for _, e := range t.told.Events {
		if Is[incidents.Resolved](e) {
			p = point{words: p.words, at: e.At.UTC(), events: []int{e.Seq}}
		}
	}
	return p
}

// reviewed is when the postmortem had been reviewed.
func (t stopwatch) reviewed() point {
	return t.first("postmortem reviewed", func(e incidents.Event) bool {
		b, ok := e.Body.(incidents.Responded)
		if !ok {
			return false
		}
		moved, ok := b.Fact.(response.ReviewMoved)
		return ok && moved.To == response.Reviewed
	}, "the postmortem is not reviewed")
}

// closed is when the last action item was closed. One that is open leaves it without an end.
func (t stopwatch) closed() point {
	p := point{words: "last action item closed", missing: "there are no action items"}
	for _, item := range t.doc.ActionItems {
		if item.Status != itemDone {
			return point{words: p.words, missing: "an action item is open"}
		}
		if seq := item.Events[len(item.Events)-1]; seq > 0 {
			e, _ := t.told.First(func(e incidents.Event) bool { return e.Seq == seq })
			if !e.At.UTC().Before(p.at) {
				p = point{words: p.words, at: e.At.UTC(), events: []int{seq}}
			}
		}
	}
	return p
}

// first is when the first of some events happened.
func (t stopwatch) first(words string, wanted func(incidents.Event) bool, missing string) point {
	e, ok := t.told.First(wanted)
	if !ok {
		return point{words: words, missing: missing}
	}
	return point{words: words, at: e.At.UTC(), events: []int{e.Seq}}
}
