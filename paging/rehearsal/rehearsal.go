// Package rehearsal says whom a policy would page, without doing anything: first, or in a whole run in which nobody ever acknowledges.
package rehearsal

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// A Step is one step of such a run.
type Step struct {
	After    time.Duration
	At       time.Time
	Position incidents.Position
	Calls    []paging.Call
}

// Of goes through a policy's run from start on, up to the first page to the fallback after the last round.
func Of(p paging.Policy, start time.Time, who func(schedule string, t time.Time) []string) []Step {
	var run []Step
	var at incidents.Position
	var after time.Duration
	for {
		now := start.Add(after)
		d := paging.Decide(p, at, func(schedule string) []string { return who(schedule, now) })
		run = append(run, Step{after, now, at, d.Calls})
		if at.Round >= max(p.Rounds, 1) || len(p.Steps) == 0 {
			return run
		}
		at, after = d.Next, after+d.Wait
	}
}

// First are the people whom a policy pages first for a service, or of a schedule who are on call.
func First(p *paging.Pager, tx store.Tx, now time.Time, service, schedule string) (people []string) {
	who := func(schedule string) []string { return p.Overrides.OnCall(tx, schedule, now) }
	if schedule != "" {
		return who(schedule)
	}
	for _, c := range paging.Decide(p.Policy(service), incidents.Position{}, who).Calls {
		people = append(people, c.Person)
	}
	return people
}
