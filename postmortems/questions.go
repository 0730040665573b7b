package postmortems

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
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

// factors asks for contributing factors: several, of different kinds.
func factors() []Factor {
	return []Factor{
		{"technical", "which conditions in code, data or infrastructure made this possible, or worse?"},
		{"process", "which ways of working (changes, reviews, handoffs) mattered?"},
		{"tooling", "what did tools, alarms, dashboards and runbooks show, hide or slow down?"},
		{"environment", "what around it mattered: load, suppliers, time of day, other work?"},
	}
}

// questions chooses what to ask by what happened. No question begins with why or who:
// such questions look for a person, and get a defence.
func (r *reading) questions(d Document) []Question {
	rules := []func(Document) (Question, bool){
		r.askPerson, r.askDetection, r.askPageLag, r.askAck, r.askNoAck, r.askSteps, r.askEscalated,
		r.askNobody, r.askUndelivered, r.askWithheld, r.askReopened, r.askFlapped, r.askEnd, r.askGaps, r.askRunbook,
	}
	questions := []Question{}
	for _, rule := range rules {
		if q, ok := rule(d); ok {
			questions = append(questions, q)
		}
	}
	return questions
}

// ask makes a question.
func ask(rule, question string, events []int, because string, args ...any) (Question, bool) {
	return Question{rule, Sentence{Text: fmt.Sprintf(because, args...), Events: events}, question}, true
}

func none() (Question, bool) { return Question{}, false }

func (r *reading) askPerson(d Document) (Question, bool) {
	if d.Detection.Alarm != nil || d.Detection.Person == "" {
		return none()
	}
	return ask("declared", "What was the first sign, and which alarm could have told it?", d.Detection.Events,
		"A person declared the incident")
}

func (r *reading) askDetection(d Document) (Question, bool) {
	m := d.measure("TTD")
	if m.Seconds == nil || length(*m.Seconds) < slowToDetect {
		return none()
	}
	return ask("slow detection", "What would cut that in half?", m.Events, "Detection took %s", took(length(*m.Seconds)))
}

func (r *reading) askPageLag(d Document) (Question, bool) {
	for _, m := range d.Times {
		if m.Name == "Delivery lag" && m.Seconds != nil && length(*m.Seconds) > slowPage {
			return ask("slow page", "What held the page up, and what else would have reached somebody?", m.Events,
				"The first page was delivered %s after the detection", took(length(*m.Seconds)))
		}
	}
	return none()
}

func (r *reading) askAck(d Document) (Question, bool) {
	m := d.measure("TTA")
	if m.Seconds == nil || length(*m.Seconds) <= slowAck {
		return none()
	}
	return ask("slow acknowledgement", "What was the responder seeing when the page arrived?", m.Events,
		"The first acknowledgement came %s after the first page", took(length(*m.Seconds)))
}

func (r *reading) askNoAck(d Document) (Question, bool) {
	if len(d.Pages) == 0 || r.incident.Open() || len(r.all(byPerson[incidents.Acknowledged])) > 0 {
		return none()
	}
	return ask("no acknowledgement", "How did it come to an end, and was a page needed?", d.PagesInAll.Events,
		"%s, and nobody acknowledged", text.Count(len(d.Pages), "page was decided", "pages were decided"))
}

// askSteps asks when the first step of a run was not enough.
func (r *reading) askSteps(d Document) (Question, bool) {
	type place struct {
		run int
		at  incidents.Position
	}
	events, steps, fallback := []int{}, map[place]bool{}, false
	for _, p := range d.Pages {
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

func (r *reading) askEscalated(Document) (Question, bool) {
	events := r.all(byPerson[incidents.Escalated])
	if len(events) == 0 {
		return none()
	}
	return ask("escalated", "What made calling for more people the right step at that moment?", events,
		"It was escalated by hand %s", times(len(events)))
}

func (r *reading) askNobody(d Document) (Question, bool) {
	events := []int{}
	for _, p := range d.Pages {
		if strings.HasPrefix(p.Why, nobodyOnCall) {
			events = append(events, p.Events[0])
		}
	}
	if len(events) > 0 {
		return ask("nobody on call", "How did the gap in the schedule come about, and what would have shown it before?", events,
			"Nobody was on call when a step was taken, so the fallback was paged")
	}
	if len(d.Pages) > 0 || r.quiet() {
		return none()
	}
	return ask("nobody paged", "How should somebody have been reached?", d.PagesInAll.Events, "Nobody was paged at all")
}

func (r *reading) askUndelivered(Document) (Question, bool) {
	events := r.all(is[incidents.Undelivered])
	if len(events) == 0 {
		return none()
	}
	return ask("undelivered", "Which other way would have reached these people?", events,
		"%s could not be delivered", text.Count(len(events), "page", "pages"))
}

func (r *reading) askWithheld(Document) (Question, bool) {
	events := r.all(func(e incidents.Event) bool {
		b, ok := e.Body.(incidents.Withheld)
		return ok && !r.waited(b.Key)
	})
	if len(events) == 0 {
		return none()
	}
	return ask("withheld", "What kept them waiting, and what did people know without them?", events,
		"%s waited until there was no point in sending", text.Count(len(events), "page", "pages"))
}

// waited reports whether a page was to wait from the start, for what a channel before it brings.
func (r *reading) waited(key string) bool {
	return slices.ContainsFunc(r.pages, func(p Page) bool { return p.Key == key && !p.Due.IsZero() })
}

func (r *reading) askReopened(Document) (Question, bool) {
	events := r.all(is[incidents.Reopened])
	if len(events) == 0 {
		return none()
	}
	return ask("reopened", "How was recovery seen the first time, and what was still in place?", events,
		"It was triggered again %s after it had been resolved", times(len(events)))
}

// askFlapped asks about alarms that fired several times.
func (r *reading) askFlapped(d Document) (Question, bool) {
	firings := map[string][]int{}
	var flapped []string
	for _, w := range d.Impact.Series {
		if w.From.IsZero() || len(r.words) == 0 {
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
		"%s fired %s", and(flapped), times(total))
}

func (r *reading) askEnd(d Document) (Question, bool) {
	if r.incident.Open() || d.Impact.Unended == 0 {
		return none()
	}
	events := []int{}
	for _, w := range d.Impact.Windows {
		if w.To.IsZero() {
			events = append(events, w.Events...)
		}
	}
	return ask("no recovery", "How was it known that users were no longer hurt?", events,
		"The incident was resolved, and the end of %s is not recorded", text.Count(d.Impact.Unended, "window of impact", "windows of impact"))
}

// askGaps asks about silence before the incident was resolved.
func (r *reading) askGaps(d Document) (Question, bool) {
	var gaps int
	var longest float64
	events := []int{}
	for n, l := range d.Timeline {
		if l.Source != sourceGap || !d.Header.Resolved.IsZero() && !l.At.Before(d.Header.Resolved) {
			continue
		}
		gaps++
		longest = max(longest, l.Gap)
		for _, near := range []int{n - 1, n + 1} {
			if near >= 0 && near < len(d.Timeline) && d.Timeline[near].Seq > 0 {
				events = append(events, d.Timeline[near].Seq)
			}
		}
	}
	if gaps == 0 {
		return none()
	}
	because := "Nothing was recorded for " + took(length(longest))
	if gaps > 1 {
		because = fmt.Sprintf("%d times nothing was recorded for more than %s, the longest time for %s", gaps, took(longGap), took(length(longest)))
	}
	return ask("gaps", "What happened in that time, and where was it said?", events, "%s", because)
}

func (r *reading) askRunbook(Document) (Question, bool) {
	if r.incident.Runbook != "" {
		return none()
	}
	return ask("no runbook", "What would a runbook have said, and to whom?", r.all(is[incidents.Opened]),
		"No runbook was linked for %s", r.service())
}

// measure returns the measure of that short name.
func (d Document) measure(name string) Measure {
	for _, m := range d.Times {
		if m.Short == name {
			return m
		}
	}
	return Measure{}
}
