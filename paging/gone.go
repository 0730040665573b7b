package paging

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// undelivered says what follows from a page that cannot be delivered: the run goes on at once.
func (p *Pager) undelivered(tx store.Tx, now time.Time, i *incidents.Incident,
	b incidents.Undelivered) []incidents.Body {
	queue := outbox.In(tx, now)
	_, newest := i.Pages[b.Key]
	switch {
	case !newest:
		return nil // a newer page to the same person took its place
	case i.Status == incidents.StatusAcknowledged && strings.HasPrefix(b.Key, remindingPrefix(i)):
		if !slices.Contains(reminded(i), b.Person) {
			return nil // who is reminded beside those who take care of it
		}
		if next, ok := p.nextReminder(queue, i, b); ok {
			return []incidents.Body{next}
		}
		why := fmt.Sprintf("the reminder to %s, who acknowledged, cannot be delivered: %s", b.Person, b.Error)
		return []incidents.Body{incidents.Escalated{Reason: why, Anew: true}}
	case i.Status != incidents.StatusTriggered || nextChannel(queue, now, i, b.Person) ||
		!strings.HasPrefix(b.Key, key(i, "page", i.Step)+"/"):
		return nil
	}
	run := p.runOf(queue, i)
	if pages := p.standIns(tx, now, i, run, b.Person); len(pages) > 0 {
		return pages
	}
	switch {
	case !stepFailed(i):
	case !exhausted(queue, i):
		p.stepNow(queue, now, i)
	case p.changed(run.Policy, i):
		const why = "nobody named in the policy that this run started with can be paged, and the configuration has a " +
			"newer policy"
		return []incidents.Body{incidents.Escalated{Reason: why, Anew: true}}
	}
	return nil
}

// runOf is the incident's run with the policy that it began with. Where that is not known any more, the policy of today
// takes its place.
func (p *Pager) runOf(queue outbox.Tx, i *incidents.Incident) escalation {
	run := escalation{Incident: i.ID, Run: i.Run, Policy: p.Policy(i.Service)}
	var begun escalation
	if e, ok := next(queue, i); ok && e.Decode(&begun) == nil {
		run.Policy = begun.Policy
	}
	return run
}

// standIns are the pages to those who take the place of a person who cannot be paged: whoever is on call if the overrides of
// those who are gone do not count; and once the fallback is of no use, everybody whom the steps mean.
func (p *Pager) standIns(tx store.Tx, now time.Time, i *incidents.Incident, run escalation,
	person string) []incidents.Body {
	there := func(person string) bool { return p.Overrides.Knows(person) && !unreachable(i, person) }
	who := func(schedule string) []string { return p.Overrides.OnCallIf(tx, schedule, now, there) }
	m := momentOf(p, tx, now, i)
	m.OnCall, m.There, m.Again = who, func(person string) bool { return there(person) && !pagedAt(i, person) }, true
	d := steps.Decide(run.Policy, i.Step, m)
	if i.Step.Round >= run.Policy.AllRounds() && stepFailed(i) {
		for n := range run.Policy.Steps {
			d.Calls = append(d.Calls, steps.Decide(run.Policy, incidents.Position{Step: n}, m).Calls...)
		}
	}
	var pages []incidents.Body
	queue, taken := outbox.In(tx, now), map[string]bool{}
	for _, c := range d.Calls {
		if taken[c.Person] || !there(c.Person) || pagedAt(i, c.Person) {
			continue
		}
		taken[c.Person] = true
		took(tx, steps.Decision{List: d.List, Calls: []Call{c}})
		pages = append(pages, p.call(queue, now, i, incidents.Paged{
			Person: c.Person, Position: i.Step, Fallback: d.Fallback, Then: i.Then,
			Why: c.Why + "; the page to " + person + " cannot be delivered",
		})...)
	}
	return pages
}

// changed reports whether the policy of an incident is another by now than that of its run, and names somebody who is there.
func (p *Pager) changed(begun Policy, i *incidents.Incident) bool {
	today := p.Policy(i.Service)
	targets := slices.Clone(today.Fallback)
	for _, step := range today.Steps {
		targets = append(targets, step.Page...)
	}
	return !bytes.Equal(outbox.Body(begun), outbox.Body(today)) && slices.ContainsFunc(targets, func(t Target) bool {
		person, ok := t.Person()
		return !ok || p.Overrides.Knows(person) && !unreachable(i, person)
	})
}

// remindingPrefix is how the keys of reminders begin.
func remindingPrefix(i *incidents.Incident) string { return i.ID + "/page/remind-" }

// departed says why a run starts again whose incident somebody took care of.
func departed(person string) string {
	return person + ", who acknowledged, is no longer in the configuration"
}

// A Roll is what a roll call found.
type Roll struct {
	// Void are the overrides that do not count from now on.
	Void []rotations.Override
	// Anew are the incidents whose policies were started again.
	Anew []string
}

// RollCall looks, once at the start, who is bound to a duty and not in the configuration any more: overrides of theirs are
// void from now on, and policies of incidents that they took care of, or were paged for, are started again. What it found before is not found again.
func (p *Pager) RollCall(tx store.Tx, now time.Time) (Roll, error) {
	r := Roll{Void: p.Overrides.RollCall(tx, now)}
	anew, err := p.Anew(tx, now, func(i *incidents.Incident) string {
		for _, key := range slices.Sorted(maps.Keys(i.Pages)) {
			if person := i.Pages[key].Person; i.Status == incidents.StatusTriggered && !p.Overrides.Knows(person) {
				return person + ", who was paged, is no longer in the configuration"
			}
		}
		if person, ok := Acknowledger(i); ok && !p.Overrides.Knows(person) {
			return departed(person)
		}
		return ""
	})
	r.Anew = anew
	return r, err
}

// Acknowledger is the person who takes care of an incident, if one does.
func Acknowledger(i *incidents.Incident) (person string, ok bool) {
	return i.AcknowledgedBy.Name, i.Status == incidents.StatusAcknowledged && i.AcknowledgedBy.Kind == incidents.KindPerson
}

// TakesCare reports whether somebody takes care of the incident since an event.
func TakesCare(b incidents.Body) bool {
	switch b := b.(type) {
	case incidents.Acknowledged:
		return true
	case incidents.Responded:
		_, is := b.Fact.(response.TakenOver)
		return is
	}
	return false
}

// Anew begins the policies of open incidents again for which there is a reason to do so, and returns their ids.
func (p *Pager) Anew(tx store.Tx, now time.Time, reason func(*incidents.Incident) string) (ids []string, err error) {
	for _, id := range incidents.OpenIDs(tx, mostOpen) {
		i, err := incidents.Head(tx, id)
		if err != nil || i.Quiet {
			continue // fsck names what cannot be read; the others are not to wait for it
		}
		why := reason(i)
		if why == "" {
			continue
		}
		if err := p.record(tx, now, id, incidents.Escalated{Reason: why, Anew: true}); err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// mostOpen is how many open incidents a roll call looks at.
const mostOpen = 10_000
