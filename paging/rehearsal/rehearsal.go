// Package rehearsal says whom a policy would page, without doing anything: first, or in a whole run in which nobody ever acknowledges.
package rehearsal

import (
	"cmp"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/store"
)

// A Step is one step of such a run.
type Step struct {
	After    time.Duration
	At       time.Time
	Position incidents.Position
	Calls    []paging.Call
	// Acks is how many have to acknowledge from here on, if more than one do; InTurn says that one of several was chosen.
	Acks   int
	InTurn bool
}

// A Knowing is what a rehearsal has to know. Who had their turns is as it is now, and goes on from there; it may be nil.
type Knowing struct {
	Severity string
	OnCall   func(schedule string, t time.Time) []string
	Turn     func(list, person string) int
}

// Of goes through a policy's run from start on, up to the first page to the fallback after the last round.
func Of(p paging.Policy, start time.Time, k Knowing) []Step {
	var run []Step
	var at incidents.Position
	var after time.Duration
	acks, had := 0, map[[2]string]int{}
	for {
		now := start.Add(after)
		d := steps.Decide(p, at, steps.Moment{
			Now: now, Severity: cmp.Or(k.Severity, incidents.Sev2),
			Turn:   func(list, person string) int { return k.turn(had, list, person) },
			OnCall: func(schedule string) []string { return k.OnCall(schedule, now) },
		})
		if d.List != "" {
			had[[2]string{d.List, d.Calls[0].Person}] = rehearsed + len(run)
		}
		acks = max(acks, d.Acks)
		run = append(run, Step{after, now, d.At, d.Calls, acks, d.List != ""})
		if d.At.Round >= p.AllRounds() || len(p.Steps) == 0 {
			return run
		}
		at, after = d.Next, after+d.Wait
	}
}

// rehearsed is more than the number of any page in turn: what is rehearsed comes after all that were.
const rehearsed = 1 << 40

func (k Knowing) turn(had map[[2]string]int, list, person string) int {
	if n, ok := had[[2]string{list, person}]; ok || k.Turn == nil {
		return n
	}
	return k.Turn(list, person)
}

// First are the people whom a policy pages first for a service, as for the worst that can happen, or of a schedule who are on call.
func First(p *paging.Pager, tx store.Tx, now time.Time, service, schedule string) (people []string) {
	who := func(schedule string) []string { return p.Overrides.OnCall(tx, schedule, now) }
	if schedule != "" {
		return who(schedule)
	}
	m := steps.Moment{Now: now, Severity: incidents.Sev1, OnCall: who, Turn: paging.Turn(tx), There: p.Overrides.Knows}
	for _, c := range steps.Decide(p.Policy(service), incidents.Position{}, m).Calls {
		people = append(people, c.Person)
	}
	return people
}
