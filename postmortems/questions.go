package postmortems

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// From these on a question is asked.
const (
	slowAck      = 5 * time.Minute
	slowPage     = time.Minute
	slowToDetect = 5 * time.Minute
	manyFirings  = 3 // how often an alarm must have fired to have flapped
)

// nobodyOnCall is how the reason of a page begins that went to the fallback because a
// schedule had a gap (see package paging).
const nobodyOnCall = "nobody is on call"

// factors asks for contributing factors: several, of different kinds. There are four kinds on the page, so that nobody
// stops at the first.
func factors() []document.Factor {
	return []document.Factor{
		{Kind: "technical", Ask: "which conditions in code, data or infrastructure made this possible, or worse?"},
		{Kind: "process", Ask: "which ways of working (changes, reviews, handoffs) mattered?"},
		{Kind: "tooling", Ask: "what did tools, alarms, dashboards and runbooks show, hide or slow down?"},
		{Kind: "environment", Ask: "what around it mattered: load, suppliers, time of day, other work?"},
	}
}

// An interview chooses what to ask by what happened. No question begins with why or who: such questions look for a person,
// and get a defence. Its rules are methods, each with one question at most. A rule says what happened ("because") and asks
// what people know.
type interview struct {
	told *evidence.Reading
	doc  document.Document // all of it but the questions
}

// questions are those of all rules that have one. The order is that in which the incident went: how it became known, who
// was reached, what was done, how it ended.
func (v interview) questions() []document.Question {
	rules := []func() (document.Question, bool){
		v.person, v.detection, v.pageLag, v.ack, v.noAck, v.steps, v.escalated, v.nobody, v.undelivered, v.withheld,
		v.reopened, v.flapped, v.end, v.gaps, v.runbook,
	}
	questions := []document.Question{}
	for _, rule := range rules {
		if q, ok := rule(); ok {
			questions = append(questions, q)
		}
	}
	return questions
}

// ask makes a question. events are those that give the occasion for it.
func ask(rule, question string, events []int, because string, args ...any) (document.Question, bool) {
	told := document.Sentence{Text: fmt.Sprintf(because, args...), Events: events}
	return document.Question{Rule: rule, Because: told, Ask: question}, true
}

// none is no question.
func none() (document.Question, bool) { return document.Question{}, false }

// person asks when no alarm saw the trouble before a person did.
func (v interview) person() (document.Question, bool) {
	if v.doc.Detection.Alarm != nil || v.doc.Detection.Person == "" {
		return none()
	}
	return ask("declared", "What was the first sign, and which alarm could have reported it?", v.doc.Detection.Events,
		"A person declared the incident")
}

// detection asks when the alarm took long to fire.
func (v interview) detection() (document.Question, bool) {
	m := v.doc.Measure("TTD")
	if m.Seconds == nil || document.Length(*m.Seconds) < slowToDetect {
		return none()
	}
	return ask("slow detection", "What would cut that in half?", m.Events, "Detection took %s",
		wording.Took(document.Length(*m.Seconds)))
}

// pageLag asks when the first page took long to be delivered, which is our part or Slack's.
func (v interview) pageLag() (document.Question, bool) {
	if len(v.doc.Delays) > 0 {
		return none() // the document says it
	}
	for _, m := range v.doc.Times {
		if m.Name == "Delivery lag" && m.Seconds != nil && document.Length(*m.Seconds) > slowPage {
			return ask("slow page", "What held the page up, and what else would have reached somebody?", m.Events,
				"The first page was delivered %s after the detection", wording.Took(document.Length(*m.Seconds)))
		}
	}
	return none()
}

// ack asks when the first acknowledgement took long.
func (v interview) ack() (document.Question, bool) {
	m := v.doc.Measure("TTA")
	if m.Seconds == nil || document.Length(*m.Seconds) <= slowAck {
		return none()
	}
	return ask("slow acknowledgement", "What was the responder seeing when the page arrived?", m.Events,
		"The first acknowledgement came %s after the first page", wording.Took(document.Length(*m.Seconds)))
}

// noAck asks when people were paged, and it was resolved without anybody's acknowledgement: perhaps it needed nobody.
func (v interview) noAck() (document.Question, bool) {
	if len(v.doc.Pages) == 0 || v.told.Incident.Open() ||
		len(v.told.All(evidence.ByPerson[incidents.Acknowledged])) > 0 {
		return none()
	}
	return ask("no acknowledgement", "How did it come to an end, and was a page needed?", v.doc.PagesInAll.Events,
		"%s, and nobody acknowledged", text.Count(len(v.doc.Pages), "page was decided", "pages were decided"))
}

// steps asks when the first step of a run was not enough.
func (v interview) steps() (document.Question, bool) {
	type place struct {
		run int
		at  incidents.Position
	}
	events, steps, fallback := []int{}, map[place]bool{}, false
	for _, p := range v.doc.Pages {
		switch {
		case p.Reminder:
			continue
		case p.Fallback == incidents.FallbackAfter:
			fallback = true
		case p.Position == (incidents.Position{}):
			continue
		default:
			steps[place{p.Run, p.Position}] = true
		}
		events = append(events, p.Events[0])
	}
	// a fallback that stands in for a step is one of its steps; the one after the last round is counted by itself
	further := "The policy went on to " + text.Count(len(steps), "further step", "further steps") + " after its first"
	switch {
	case len(steps) == 0 && !fallback:
		return none()
	case len(steps) == 0:
		further = "The policy went on to its fallback"
	case fallback:
		further += ", and then to its fallback"
	}
	return ask("further steps", "What would let the first step reach somebody?", events, "%s", further)
}

// escalated asks when a person called for more people.
func (v interview) escalated() (document.Question, bool) {
	events := v.told.All(evidence.ByPerson[incidents.Escalated])
	if len(events) == 0 {
		return none()
	}
	return ask("escalated", "What made calling for more people the right step at that moment?", events,
		"It was escalated by hand %s", wording.Times(len(events)))
}

// nobody asks when nobody was on call, or nobody was paged at all. What was quiet or held was not to page anybody.
func (v interview) nobody() (document.Question, bool) {
	events := []int{}
	for _, p := range v.doc.Pages {
		if strings.HasPrefix(p.Why, nobodyOnCall) {
			events = append(events, p.Events[0])
		}
	}
	if len(events) > 0 {
		return ask("nobody on call",
			"How did the gap in the schedule come about, and what would have shown it before?", events,
			"Nobody was on call when a step was taken, so the fallback was paged")
	}
	if len(v.doc.Pages) > 0 || v.told.Quiet() || v.told.Held() {
		return none()
	}
	return ask("nobody paged", "How should somebody have been reached?", v.doc.PagesInAll.Events,
		"Nobody was paged at all")
}

// undelivered asks when Slack, or another channel, took a page for good as undeliverable.
func (v interview) undelivered() (document.Question, bool) {
	events := v.told.All(evidence.Is[incidents.Undelivered])
	if len(events) == 0 {
		return none()
	}
	return ask("undelivered", "Which other way would have reached these people?", events,
		"%s could not be delivered", text.Count(len(events), "page", "pages"))
}

// withheld asks when pages waited until they were pointless. One that was to wait from the start, by another channel, did
// what it should.
func (v interview) withheld() (document.Question, bool) {
	events := v.told.All(func(e incidents.Event) bool {
		b, ok := e.Body.(incidents.Withheld)
		return ok && !v.told.Waited(b.Key)
	})
	if len(events) == 0 {
		return none()
	}
	return ask("withheld", "What kept them waiting, and what did people know without them?", events,
		"%s waited until sending was pointless", text.Count(len(events), "page", "pages"))
}

// reopened asks when the end was none.
func (v interview) reopened() (document.Question, bool) {
	events := v.told.All(evidence.Is[incidents.Reopened])
	if len(events) == 0 {
		return none()
	}
	return ask("reopened", "How was recovery seen the first time, and what was still in place?", events,
		"It was triggered again %s after it had been resolved", wording.Times(len(events)))
}

// flapped asks about alarms that fired several times.
func (v interview) flapped() (document.Question, bool) {
	firings := map[string][]int{}
	var flapped []string
	for _, w := range v.doc.Impact.Series {
		if w.From.IsZero() || !v.told.Heard() {
			continue
		}
		name := "“" + w.Source[0] + "”"
		firings[name] = append(firings[name], w.Events[0])
		if len(firings[name]) == manyFirings {
			flapped = append(flapped, name)
		}
	}
	if len(flapped) == 0 {
		return none()
	}
	slices.Sort(flapped)
	events, total := []int{}, 0
	for _, name := range flapped {
		events = append(events, firings[name]...)
		total += len(firings[name])
	}
	slices.Sort(events)
	return ask("flapping", "Which of these were signs of something new, and which were noise?", events,
		"%s fired %s", and(flapped), wording.Times(total))
}

// end asks when it was resolved while something that hurt users has no recorded end.
func (v interview) end() (document.Question, bool) {
	if v.told.Incident.Open() || v.doc.Impact.Unended == 0 {
		return none()
	}
	events := []int{}
	for _, w := range v.doc.Impact.Windows {
		if w.To.IsZero() {
			events = append(events, w.Events...)
		}
	}
	return ask("no recovery", "How was it known that users were no longer hurt?", events,
		"The incident was resolved, and the end of %s is not recorded",
		text.Count(v.doc.Impact.Unended, "window of impact", "windows of impact"))
}

// gaps asks about silence before the incident was resolved.
func (v interview) gaps() (document.Question, bool) {
	var gaps int
	var longest float64
	events := []int{}
	for n, l := range v.doc.Timeline {
		// after the resolution nothing has to happen any more
		if l.Source != document.SourceGap || !v.doc.Header.Resolved.IsZero() && !l.At.Before(v.doc.Header.Resolved) {
			continue
		}
		gaps++
		longest = max(longest, l.Gap)
		for _, near := range []int{n - 1, n + 1} {
			if near >= 0 && near < len(v.doc.Timeline) && v.doc.Timeline[near].Seq > 0 {
				events = append(events, v.doc.Timeline[near].Seq)
			}
		}
	}
	if gaps == 0 {
		return none()
	}
	because := "Nothing was recorded for " + wording.Took(document.Length(longest))
	if gaps > 1 {
		because = fmt.Sprintf("%d times nothing was recorded for more than %s, the longest time for %s", gaps,
			wording.Took(evidence.LongGap), wording.Took(document.Length(longest)))
	}
	return ask("gaps", "What happened in that time, and where was it said?", events, "%s", because)
}

// runbook asks when the service has no runbook.
func (v interview) runbook() (document.Question, bool) {
	if v.told.Incident.Runbook != "" {
		return none()
	}
	return ask("no runbook", "What would a runbook have said, and to whom?",
		v.told.All(evidence.Is[incidents.Opened]),
		"No runbook was linked for %s", v.told.Service())
}
