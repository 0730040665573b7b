package paging

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/store"
)

// An Upcoming is the step that an incident takes next if nobody acknowledges it before.
type Upcoming struct {
	At time.Time
	// People are those whom it pages, as far as that is known now: who is on call is asked when the step is taken.
	People []string
	// Fallback says why they are the policy's fallback, if they are; see [incidents.Paged].
	Fallback string
}

// Next is what an incident does next; nil if it pages nobody by itself any more.
func Next(p *Pager, tx store.Tx, now time.Time, i *incidents.Incident) *Upcoming {
	if i.Status != incidents.StatusTriggered || i.Quiet {
		return nil
	}
	e, ok := next(outbox.In(tx, now), i)
	var run escalation
	if !ok || !e.Done.IsZero() || e.Decode(&run) != nil {
		return nil
	}
	coming := &Upcoming{At: e.Due}
	d := steps.Decide(run.Policy, run.At, momentOf(p, tx, e.Due, i))
	for _, c := range d.Calls {
		coming.People = append(coming.People, c.Person)
	}
	coming.Fallback = d.Fallback
	return coming
}
