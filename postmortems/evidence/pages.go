package evidence

import (
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// pager follows the pages through a timeline. It is read in the order of recording: what came of a page is recorded after
// the page.
type pager struct {
	pages  []document.Page
	byKey  map[string]int
	latest map[way]int // the newest page by each way in the current run
	run    int
}

// A way leads to a person through a channel.
type way struct{ person, via string }

// readPages collects the pages, in the order in which they were decided.
func readPages(timeline []incidents.Event) []document.Page {
	p := &pager{pages: []document.Page{}, byKey: map[string]int{}, latest: map[way]int{}}
	for _, e := range timeline {
		switch b := e.Body.(type) {
		case incidents.Reopened:
			p.run++
			clear(p.latest)
		case incidents.Paged:
			p.paged(e, b)
		case incidents.Delivered:
			p.settle(b.Key, e, func(page *document.Page) {
				page.Delivered, page.Adopted, page.Link = e.At.UTC(), b.Adopted, b.Link
				page.Outcome = better(page.Outcome, document.OutcomeDelivered)
			})
		case incidents.Undelivered:
			p.settle(b.Key, e, func(page *document.Page) {
				page.Outcome, page.Detail = better(page.Outcome, document.OutcomeUndelivered), wording.Clean(b.Error)
			})
		case incidents.Withheld:
			p.settle(b.Key, e, func(page *document.Page) {
				page.Outcome, page.Detail = better(page.Outcome, document.OutcomeWithheld), wording.Clean(b.Why)
			})
		case incidents.Acknowledged:
			p.acknowledged(e)
		case incidents.Responded:
			if _, is := b.Fact.(response.Answered); is {
				p.answered(e)
			}
		}
	}
	return p.pages
}

// better keeps that a page was acknowledged: somebody may press the button before it is
// written down that the page was delivered.
func better(old, now document.Outcome) document.Outcome {
	if old == document.OutcomeAcknowledged {
		return old
	}
	return now
}

// paged takes a page down. It is the newest to this person by this channel, whatever page was before.
func (p *pager) paged(e incidents.Event, b incidents.Paged) {
	p.byKey[b.Key] = len(p.pages)
	p.latest[way{b.Person, b.Via}] = len(p.pages)
	page := document.Page{
		Key: b.Key, Person: wording.Clean(b.Person), Via: wording.Clean(b.Via), Run: p.run, Position: b.Position,
		Reminder: b.Reminder, Fallback: wording.Clean(b.Fallback), Why: wording.Clean(b.Why), Decided: e.At.UTC(),
		Outcome: document.OutcomePending, Events: []int{e.Seq},
	}
	if b.After > 0 {
		page.Due = e.At.Add(b.After).UTC()
	}
	p.pages = append(p.pages, page)
}

// settle takes down what came of a page. What is about a page that is not on the timeline changes nothing.
func (p *pager) settle(key string, e incidents.Event, set func(*document.Page)) {
	if n, ok := p.byKey[key]; ok {
		set(&p.pages[n])
		p.pages[n].Events = append(p.pages[n].Events, e.Seq)
	}
}

// acknowledged credits the page that the person saw last; the other pages of the run were
// answered by somebody else, by a later page or through another channel. Only the newest page by each way is looked at: who
// answers has read that one.
func (p *pager) acknowledged(e incidents.Event) {
	credited, known := p.seenLast(e.By)
	for _, n := range p.latest {
		page := &p.pages[n]
		switch {
		// what was answered already stays so
		case page.Outcome == document.OutcomeAcknowledged || page.Instead != "":
		case known && n == credited:
			page.Outcome, page.Acknowledged = document.OutcomeAcknowledged, e.At.UTC()
			page.Events = append(page.Events, e.Seq)
		case page.Outcome == document.OutcomeDelivered || page.Outcome == document.OutcomePending:
			page.Instead = wording.Who(e.By)
			page.Events = append(page.Events, e.Seq)
		}
	}
}

// answered credits the page of one of several who have to acknowledge. Those of the others still wait for them.
func (p *pager) answered(e incidents.Event) {
	if n, known := p.seenLast(e.By); known {
		page := &p.pages[n]
		page.Outcome, page.Acknowledged = document.OutcomeAcknowledged, e.At.UTC()
		page.Events = append(page.Events, e.Seq)
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

// later reports whether one page was delivered after another. Of two that were not, the one that was decided first counts as such; see seenLast.
func later(a, b document.Page) bool {
	if d := a.Delivered.Compare(b.Delivered); d != 0 {
		return d > 0
	}
	return a.Events[0] < b.Events[0]
}
