package paging

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/paging/turns"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kinds of outbox entries that this package handles.
const (
	KindEscalate = "escalate"
	KindPage     = "page"
	KindRemind   = "remind"
)

// Pager takes the steps of escalation policies and sends the pages.
type Pager struct {
	Book *incidents.Book
	// Policy returns the escalation policy of a service; of an unknown one that of
	// the default service.
	Policy    func(service string) Policy
	Overrides *overrides.Book // knows who is on call
	// Channels are the ways to reach people, by their names.
	Channels map[string]Channel
	// Reach says by which channels a person is paged for an incident of that severity; if it is nil, or
	// knows none, by Slack at once.
	Reach func(person, severity string) []Via
	Clock *clocks.Clock // nil is for tests

	turns turns.Turns
}

// Handlers returns the pager's handlers by kind, for the outbox.
func (p *Pager) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{
		KindEscalate: p.escalate,
		KindPage:     p.page,
		KindRemind:   p.remind,
		KindJoint:    joints{p}.joint,
	}
}

// escalation is the body of an entry that decides a step.
type escalation struct {
	Incident string             `json:"incident"`
	Run      int                `json:"run,omitempty"`
	At       incidents.Position `json:"at"`
	Policy   Policy             `json:"policy"`
}

func (run escalation) entry(key string, due time.Time) outbox.Entry {
	return outbox.Entry{Key: key, Kind: KindEscalate, Lane: outbox.Decisions, Due: due, Body: outbox.Body(run)}
}

// pending is the key of the entry that decides the next step of the incident's run.
func pending(i *incidents.Incident) string {
	if i.Then == "" { // nobody was found yet
		return key(i, "escalate", incidents.Position{})
	}
	return i.Then
}

// Follow is the pager's part in each event (see [incidents.Follower]).
func (p *Pager) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	queue := outbox.In(tx, now)
	var raised *incidents.Raised
	var held *incidents.Held
	switch b := e.Body.(type) {
	case incidents.Opened, incidents.Reopened, incidents.Snoozed:
		return p.begin(tx, now, i)
	case incidents.Reported:
		raised, held = b.Raised, b.Held
	case incidents.Joined:
		raised, held = b.Raised, b.Held
	case incidents.Worsened:
		if b.Again {
			return p.begin(tx, now, i)
		}
	case incidents.Rated:
		if b.Again && i.Open() {
			return p.begin(tx, now, i)
		}
	case incidents.Paged:
		enqueuePage(queue, now, i, b)
	case incidents.Acknowledged:
		enqueue(queue, firstReminder(queue, i, e))
	case incidents.Responded:
		if _, is := b.Fact.(response.TakenOver); is {
			enqueue(queue, firstReminder(queue, i, e))
		}
	case incidents.Escalated:
		if b.Undoes != 0 && (i.Quiet || stepWaits(queue, i)) {
			return nil // the next step comes when it would have come
		}
		if _, begun := queue.Get(pending(i)); b.Anew || !begun && i.Then == "" {
			return p.begin(tx, now, i) // again, or it was quiet until now
		}
		p.stepNow(queue, now, i)
	case incidents.Undelivered:
		return p.undelivered(tx, now, i, b)
	case incidents.Unsilenced:
		return p.unsilenced(tx, now, i)
	}
	switch { // of an alarm in an incident that was open
	case raised != nil:
		return p.begin(tx, now, i)
	case held != nil && i.Held == nil:
		p.stepNow(queue, now, i)
	case held != nil:
		holdLess(queue, i)
	}
	return nil
}

// enqueuePage enqueues a page. It is light unless its text is asked for once it is done.
func enqueuePage(queue outbox.Tx, now time.Time, i *incidents.Incident, b incidents.Paged) {
	if e := pageEntry(now, i, b); b.Reminder {
		queue.Once(e)
	} else {
		queue.Lightly(e)
	}
}

// next is the entry that decides the next step of the incident's run.
func next(queue outbox.Tx, i *incidents.Incident) (outbox.Entry, bool) {
	if i.Then == "" {
		return queue.Get(pending(i))
	}
	return queue.Find(pending(i), outbox.Decisions, i.ThenDue)
}

// pageOf is the entry of a page of the incident's run, if it has not gone out.
func pageOf(queue outbox.Tx, i *incidents.Incident, key string) (outbox.Entry, bool) {
	page := i.Pages[key]
	if page.Failed || !page.Delivered.IsZero() {
		return queue.Get(key)
	}
	return queue.Find(key, laneOf(page.Via, i.Severity), page.DueAt())
}

// begin takes the first step of a run, unless nobody is to be paged in it, or not yet. Whose the incident is again is reminded.
func (p *Pager) begin(tx store.Tx, now time.Time, i *incidents.Incident) []incidents.Body {
	switch {
	case i.Quiet:
		return nil
	case i.Status == incidents.StatusAcknowledged:
		_, _ = p.mendReminder(tx, outbox.In(tx, now), i, now) // a timeline that cannot be read has none: fsck names it
		return nil
	}
	run := escalation{Incident: i.ID, Run: i.Run, Policy: p.Policy(i.Service)}
	if i.Held != nil {
		outbox.In(tx, now).Soon(run.entry(pending(i), i.Held.Until))
		return nil
	}
	return p.step(tx, now, i, run)
}

// holdLess makes the first step of a run due that waited for longer until now.
func holdLess(queue outbox.Tx, i *incidents.Incident) {
	if e, ok := next(queue, i); ok {
		e.Due = i.Held.Until
		queue.Soon(e)
	}
}

// step takes one step of a run: whom to page now, and the entry for the step after.
func (p *Pager) step(tx store.Tx, now time.Time, i *incidents.Incident, run escalation) []incidents.Body {
	d := steps.Decide(run.Policy, run.At, momentOf(p, tx, now, i))
	rest := run
	rest.At = d.Next
	then := rest.entry(key(i, "escalate", d.Next), now.Add(d.Wait))
	if len(d.Calls) == 0 {
		// Nothing is recorded of a step that finds nobody, so the incident goes on to name the
		// entry that it named before: that one takes the next step, too.
		then.Key = pending(i)
		outbox.In(tx, now).Soon(then)
		return nil
	}
	queue := outbox.In(tx, now)
	queue.Lightly(then)
	took(tx, d)
	var pages []incidents.Body
	for _, c := range d.Calls {
		pages = append(pages, p.call(queue, now, i, incidents.Paged{
			Person: c.Person, Position: d.At, Why: c.Why, Fallback: d.Fallback, Then: then.Key, ThenAfter: d.Wait, Acks: d.Acks,
		})...)
	}
	return pages
}

// escalate takes the step that came due, unless the run has moved on or ended.
func (p *Pager) escalate(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var run escalation
	if err := e.Decode(&run); err != nil {
		return nil, err
	}
	now := p.Clock.Now()
	return func(tx store.Tx) error {
		i, err := incidents.Head(tx, run.Incident)
		if err != nil {
			return err
		}
		if i.Status != incidents.StatusTriggered || i.Run != run.Run || i.Then != "" && i.Then != e.Key {
			outbox.In(tx, now).Keep(e) // it says with which policy the run began
			return nil
		}
		return p.record(tx, now, i.ID, p.step(tx, now, i, run)...)
	}, nil
}

func (p *Pager) record(tx store.Tx, now time.Time, id string, bodies ...incidents.Body) error {
	for _, b := range bodies {
		if _, err := p.Book.Append(tx, now, id, incidents.Event{By: incidents.Oncalm(), Body: b}); err != nil {
			return err
		}
	}
	return nil
}

// stepNow makes the next step of the run due now.
func (p *Pager) stepNow(queue outbox.Tx, now time.Time, i *incidents.Incident) {
	if i.Status != incidents.StatusTriggered {
		return
	}
	e, ok := next(queue, i)
	if !ok { // it came due while somebody took care, so long ago that it was swept
		run := p.runOf(queue, i)
		run.At = run.Policy.After(i.Step)
		e = run.entry(pending(i), now)
	}
	e.Due = now
	queue.Soon(e)
}

// stepFailed reports whether no page of the step taken last can still reach anybody.
func stepFailed(i *incidents.Incident) bool {
	prefix := key(i, "page", i.Step) + "/"
	for k, page := range i.Pages {
		if strings.HasPrefix(k, prefix) && !page.Failed {
			return false
		}
	}
	return true
}

// exhausted reports whether the run is past its last round. From there on only time
// brings the next page: a fallback that cannot be reached must not be tried in a
// tight circle.
func exhausted(queue outbox.Tx, i *incidents.Incident) bool {
	e, ok := next(queue, i)
	var run escalation
	return !ok || e.Decode(&run) != nil || run.At.Round > run.Policy.AllRounds()
}

// key names what is enqueued at a place of the incident's current run.
func key(i *incidents.Incident, what string, at incidents.Position) string {
	if i.Run == 0 {
		return fmt.Sprintf("%s/%s/%d.%d", i.ID, what, at.Round, at.Step)
	}
	return fmt.Sprintf("%s/%s/%d.%d.%d", i.ID, what, i.Run, at.Round, at.Step)
}

// reminder is the body of an entry that pages somebody who acknowledged again.
type reminder struct {
	Incident string        `json:"incident"`
	Acked    int           `json:"acked"` // the acknowledgement's event
	At       time.Time     `json:"at"`    // and its time
	N        int           `json:"n"`
	Every    time.Duration `json:"every"`
}

func (r reminder) key() string {
	return r.Incident + "/remind/" + strconv.Itoa(r.Acked) + "." + strconv.Itoa(r.N)
}

func (r reminder) entry(now time.Time) *outbox.Entry {
	return &outbox.Entry{
		Key: r.key(), Kind: KindRemind, Lane: outbox.Decisions,
		Due: now.Add(r.Every), Body: outbox.Body(r),
	}
}

// firstReminder returns nil if the run's policy wants none.
func firstReminder(queue outbox.Tx, i *incidents.Incident, e incidents.Event) *outbox.Entry {
	then, ok := next(queue, i)
	var run escalation
	if !ok || then.Decode(&run) != nil || run.Policy.Reminder <= 0 || e.By.Kind != incidents.KindPerson {
		return nil
	}
	r := reminder{Incident: i.ID, Acked: e.Seq, At: e.At, Every: run.Policy.Reminder}
	return r.entry(e.Recorded)
}

func enqueue(queue outbox.Tx, e *outbox.Entry) {
	if e != nil {
		queue.Once(*e)
	}
}

// remind pages the person who acknowledged, if the incident still waits for them.
func (p *Pager) remind(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var r reminder
	if err := e.Decode(&r); err != nil {
		return nil, err
	}
	now := p.Clock.Now()
	return func(tx store.Tx) error {
		i, err := incidents.Head(tx, r.Incident)
		if err != nil {
			return err
		}
		if i.Status != incidents.StatusAcknowledged || !i.Acknowledged.Equal(r.At) || i.Quiet {
			return nil
		}
		people := reminded(i)
		for _, person := range people {
			if !p.Overrides.Knows(person) {
				return p.record(tx, now, i.ID, incidents.Escalated{Reason: departed(person), Anew: true})
			}
		}
		again := r
		again.N++
		outbox.In(tx, now).Once(*again.entry(now))
		why := fmt.Sprintf("you acknowledged %s ago and it is not resolved",
			text.Count(int(now.Sub(r.At).Round(time.Minute).Minutes()), "minute", "minutes"))
		var pages []incidents.Body
		if i.Response.Handover.Late(i.AcknowledgedBy.Name, now) {
			people = together(people, p.Overrides.OnCall(tx, i.Response.Handover.Schedule, now))
			why = i.AcknowledgedBy.Name + " acknowledged and is off call, and nobody has taken it over"
		}
		for _, person := range people {
			via := p.reach(person, i.Severity)[0].Name
			pages = append(pages, reminding(i, fmt.Sprintf("%d.%d", r.Acked, r.N), person, via, why))
		}
		return p.record(tx, now, i.ID, pages...)
	}, nil
}

// together are all of both, each once.
func together(a, b []string) []string {
	return slices.Concat(a, slices.DeleteFunc(slices.Clone(b), func(p string) bool { return slices.Contains(a, p) }))
}

// reminded are those who are reminded of an incident that they take care of: all who acknowledged it.
func reminded(i *incidents.Incident) []string {
	if all := i.Response.Acks.People(); len(all) > 0 {
		return all
	}
	return []string{i.AcknowledgedBy.Name}
}
