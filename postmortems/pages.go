package postmortems

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// pager follows the pages through a timeline.
type pager struct {
	pages  []Page
	byKey  map[string]int
	latest map[way]int // the newest page by each way in the current run
	run    int
}

// A way leads to a person through a channel.
type way struct{ person, via string }

// readPages collects the pages, in the order in which they were decided.
func readPages(timeline []incidents.Event) []Page {
	p := &pager{pages: []Page{}, byKey: map[string]int{}, latest: map[way]int{}}
	for _, e := range timeline {
		switch b := e.Body.(type) {
		case incidents.Reopened:
			p.run++
			clear(p.latest)
		case incidents.Paged:
			p.paged(e, b)
		case incidents.Delivered:
			p.settle(b.Key, e, func(page *Page) {
				page.Delivered, page.Adopted, page.Link = e.At.UTC(), b.Adopted, b.Link
				page.Outcome = better(page.Outcome, OutcomeDelivered)
			})
		case incidents.Undelivered:
			p.settle(b.Key, e, func(page *Page) {
				page.Outcome, page.Detail = better(page.Outcome, OutcomeUndelivered), clean(b.Error)
			})
		case incidents.Withheld:
			p.settle(b.Key, e, func(page *Page) {
				page.Outcome, page.Detail = better(page.Outcome, OutcomeWithheld), clean(b.Why)
			})
		case incidents.Acknowledged:
			p.acknowledged(e)
		}
	}
	return p.pages
}

// better keeps that a page was acknowledged: somebody may press the button before it is
// written down that the page was delivered.
func better(old, now Outcome) Outcome {
	if old == OutcomeAcknowledged {
		return old
	}
	return now
}

func (p *pager) paged(e incidents.Event, b incidents.Paged) {
	p.byKey[b.Key] = len(p.pages)
	p.latest[way{b.Person, b.Via}] = len(p.pages)
	page := Page{
		Key: b.Key, Person: clean(b.Person), Via: clean(b.Via), Run: p.run, Position: b.Position,
		Reminder: b.Reminder, Fallback: clean(b.Fallback), Why: clean(b.Why), Decided: e.At.UTC(), Outcome: OutcomePending,
		Events: []int{e.Seq},
	}
	if b.After > 0 {
		page.Due = e.At.Add(b.After).UTC()
	}
	p.pages = append(p.pages, page)
}

func (p *pager) settle(key string, e incidents.Event, set func(*Page)) {
	if n, ok := p.byKey[key]; ok {
		set(&p.pages[n])
		p.pages[n].Events = append(p.pages[n].Events, e.Seq)
	}
}

// acknowledged credits the page that the person saw last; the other pages of the run were
// answered by somebody else, by a later page or through another channel.
func (p *pager) acknowledged(e incidents.Event) {
	credited, known := p.seenLast(e.By)
	for _, n := range p.latest {
		page := &p.pages[n]
		switch {
		case page.Outcome == OutcomeAcknowledged || page.Instead != "":
		case known && n == credited:
			page.Outcome, page.Acknowledged = OutcomeAcknowledged, e.At.UTC()
			page.Events = append(page.Events, e.Seq)
		case page.Outcome == OutcomeDelivered || page.Outcome == OutcomePending:
			page.Instead = who(e.By)
			page.Events = append(page.Events, e.Seq)
		}
	}
}

// seenLast is the newest page to somebody that was delivered last; if none was, the first that was decided: it may be
// written down later that it was delivered.
func (p *pager) seenLast(by incidents.Actor) (page int, ok bool) {
	for to, n := range p.latest {
		if by != incidents.Person(to.person) {
			continue
		}
		if !ok || later(p.pages[n], p.pages[page]) {
			page, ok = n, true
		}
	}
	return page, ok
}

func later(a, b Page) bool {
	if d := a.Delivered.Compare(b.Delivered); d != 0 {
		return d > 0
	}
	return a.Events[0] < b.Events[0]
}

// quiet reports whether the incident was quiet from its beginning to its end.
func (r *reading) quiet() bool {
	return r.incident.Quiet && len(r.all(func(e incidents.Event) bool {
		b, ok := e.Body.(incidents.Opened)
		return ok && b.Quiet != ""
	})) > 0
}

// pagesInAll counts the pages by what became of them. Reminders are counted apart: they
// need no acknowledgement.
func (r *reading) pagesInAll() Sentence {
	if len(r.pages) == 0 {
		s := Sentence{Text: "Nobody was paged", Events: r.all(is[incidents.Opened])}
		if r.quiet() {
			s.Text += ", since the incident was quiet"
		}
		return s
	}
	people := map[string]bool{}
	outcomes := map[Outcome]int{}
	s := Sentence{Events: []int{}}
	reminders, adopted := 0, 0
	for _, p := range r.pages {
		people[p.Person] = true
		s.Events = append(s.Events, p.Events[0])
		if p.Adopted {
			adopted++
		}
		if p.Reminder {
			reminders++
		} else {
			outcomes[p.Outcome]++
		}
	}
	s.Text = fmt.Sprintf("%s to %s: %s", text.Count(len(r.pages)-reminders, "page", "pages"),
		list(slices.Sorted(maps.Keys(people))), counts(outcomes))
	if reminders > 0 {
		s.Text += "; and " + text.Count(reminders, "reminder", "reminders")
	}
	if adopted > 0 {
		s.Text += fmt.Sprintf("; for %d of them an earlier attempt, whose outcome was not known, turned out to have sent it", adopted)
	}
	return s
}

// counts writes how many pages came to which end.
func counts(outcomes map[Outcome]int) string {
	var parts []string
	for _, o := range []struct {
		outcome Outcome
		words   string
	}{
		{OutcomeAcknowledged, "acknowledged"}, {OutcomeDelivered, "delivered and not acknowledged"},
		{OutcomeUndelivered, "not deliverable"}, {OutcomeWithheld, "withheld"}, {OutcomePending, "without a recorded outcome"},
	} {
		if n := outcomes[o.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.words))
		}
	}
	return strings.Join(parts, ", ")
}

// list names people, or counts them if they are many.
func list(names []string) string {
	if len(names) > 6 {
		return text.Count(len(names), "person", "people")
	}
	return and(names)
}

// and joins names for a sentence.
func and(names []string) string {
	for n := range names {
		names[n] = short(names[n])
	}
	return text.List(names, "and")
}

// step is the place of a page in the escalation policy, as people count.
func (p Page) step() string {
	switch {
	case p.Reminder:
		return "reminder"
	case p.Fallback == incidents.FallbackAfter:
		return "fallback"
	}
	s := fmt.Sprintf("step %d", p.Position.Step+1)
	if p.Position.Round > 0 {
		s += fmt.Sprintf(", round %d", p.Position.Round+1)
	}
	if p.Fallback != "" {
		s += ", fallback"
	}
	return s
}

// outcome is what became of the page, in words.
func (p Page) outcome() string {
	s := ""
	switch p.Outcome {
	case OutcomeAcknowledged:
		s = "acknowledged"
		if d := p.Acknowledged.Sub(p.Delivered); !p.Delivered.IsZero() && d >= 0 {
			s += " after " + took(d)
		}
	case OutcomeDelivered:
		s = "delivered, not acknowledged"
		if p.Reminder {
			s = "delivered"
		}
		if p.Instead != "" {
			s = "delivered; " + p.Instead + " acknowledged"
		}
	case OutcomeUndelivered:
		s = "not deliverable: " + isolated(p.Detail)
	case OutcomeWithheld:
		s = "withheld: " + isolated(p.Detail)
	case OutcomePending:
		s = notRecorded
	}
	if p.Adopted {
		s += " (an earlier attempt had sent it)"
	}
	return s
}
