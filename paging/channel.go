package paging

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// A Channel is a way to reach people, such as Slack. Its name is in [Pager.Channels].
type Channel interface {
	// Page sends p, once for each key as far as it can tell: if p.PerhapsSent, it
	// first looks whether an earlier attempt has got through, and adopts what it
	// finds.
	//
	// Errors: [Undeliverable] if it can never get through to this person; [Unsure] if it
	// may have, and nobody can look; [outbox.Later] and [outbox.Unreachable] as they say;
	// any other error is tried again, also that of p.Still.
	Page(ctx context.Context, key string, p Page) (Receipt, error)
}

// Via is a channel by which a person is reached, and how long after the decision to page them.
type Via struct {
	Name  string
	After time.Duration
}

// Lanes are the lanes of pages by a channel, from the most urgent on. Each channel has its own, so that one that does
// not answer holds up no other. Those of Slack are named in package outbox.
func Lanes(via string) [4]outbox.Lane {
	all := [4]outbox.Lane{outbox.Pages1, outbox.Pages2, outbox.Pages3, outbox.Pages4}
	if via != incidents.ViaSlack {
		for n, slack := range all {
			all[n] = outbox.Lane("pages_" + via + strings.TrimPrefix(string(slack), "pages"))
		}
	}
	return all
}

// reach are the channels by which a person is reached, in the order in which they are tried: at least one.
func (p *Pager) reach(person, severity string) []Via {
	if p.Reach != nil {
		if vias := p.Reach(person, severity); len(vias) > 0 {
			return vias
		}
	}
	return []Via{{Name: incidents.ViaSlack}}
}

// pageKey names a page: its occasion, whom it is to and the channel. Slack's has no name in it, as when it was the only one.
func pageKey(occasion, person, via string) string {
	k := occasion + "/" + store.Key(person)
	if via != incidents.ViaSlack {
		k += "/" + store.Key(via)
	}
	return k
}

// call decides the pages to one person at a step: one by each channel, each at its time. What they have in common is in b.
func (p *Pager) call(queue outbox.Tx, now time.Time, i *incidents.Incident, b incidents.Paged) []incidents.Body {
	var pages []incidents.Body
	for _, via := range p.reach(b.Person, i.Severity) {
		b.Via, b.After = via.Name, min(via.After, waits(queue, now, i, b.Person, via.Name))
		b.Key = pageKey(key(i, "page", b.Position), b.Person, b.Via)
		pages = append(pages, b)
	}
	return pages
}

// waits is how long a page to a person by a channel still waits that a newer one is to replace. The newer one must not come
// later, or quick steps would put a slow channel off for ever.
func waits(queue outbox.Tx, now time.Time, i *incidents.Incident, person, via string) time.Duration {
	const noPage = time.Duration(1<<63 - 1)
	for k, page := range i.Pages {
		if page.Person == person && page.Via == via && !page.Due.IsZero() {
			if e, ok := pageOf(queue, i, k); ok && e.Done.IsZero() {
				return max(e.Due.Sub(now), 0)
			}
		}
	}
	return noPage
}

// nextChannel makes the page due now that is to reach a person next, in the place of one that cannot be delivered, and reports
// whether there is one.
func nextChannel(queue outbox.Tx, now time.Time, i *incidents.Incident, person string) bool {
	var waiting []outbox.Entry
	for k, page := range i.Pages {
		if page.Person != person || page.Failed || !page.Due.After(now) {
			continue // it was tried, or its time has come
		}
		if e, ok := pageOf(queue, i, k); ok && e.Done.IsZero() && e.Due.After(now) && e.Attempt == 0 {
			waiting = append(waiting, e)
		}
	}
	if len(waiting) == 0 {
		return false
	}
	first := slices.MinFunc(waiting,
		func(a, b outbox.Entry) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key)) })
	first.Due = now
	queue.Soon(first)
	return true
}

// nextReminder is the reminder by the channel that comes after that of one that cannot be delivered, if there is any: somebody who
// takes care is not to be reminded on all at once.
func (p *Pager) nextReminder(queue outbox.Tx, i *incidents.Incident, failed incidents.Undelivered) (incidents.Paged,
	bool) {
	vias := p.reach(failed.Person, i.Severity)
	next := slices.IndexFunc(vias, func(v Via) bool { return v.Name == failed.Via }) + 1
	e, ok := queue.Get(failed.Key)
	if !ok || next == len(vias) {
		return incidents.Paged{}, false
	}
	b, err := record.Unmarshal(e.Body, (*pageBody).fields)
	if err != nil {
		return incidents.Paged{}, false
	}
	nth, _, _ := strings.Cut(strings.TrimPrefix(failed.Key, remindingPrefix(i)), "/")
	return reminding(i, nth, failed.Person, vias[next].Name, b.Why), true
}

// reminding is the page that reminds a person for the nth time.
func reminding(i *incidents.Incident, nth, person, via, why string) incidents.Paged {
	return incidents.Paged{
		Key: pageKey(remindingPrefix(i)+nth, person, via), Person: person, Via: via, Position: i.Step, Then: i.Then,
		Reminder: true, Why: why,
	}
}

// pagedAt reports whether a person was paged at the step taken last.
func pagedAt(i *incidents.Incident, person string) bool {
	for k, page := range i.Pages {
		if page.Person == person && strings.HasPrefix(k, key(i, "page", i.Step)+"/") {
			return true
		}
	}
	return false
}

// unreachable reports whether none of the pages that were decided for a person last could be delivered.
func unreachable(i *incidents.Incident, person string) bool {
	pages := i.PagesTo(person)
	if len(pages) == 0 {
		return false
	}
	newest := pages[len(pages)-1].At
	return !slices.ContainsFunc(pages, func(p incidents.PageState) bool { return p.At.Equal(newest) && !p.Failed })
}
