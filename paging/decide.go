package paging

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// A Decision is what a policy says at one place of its run.
type Decision struct {
	Calls []Call
	// Fallback says why the calls are to the policy's fallback, if they are; see
	// [incidents.Paged].
	Fallback string
	// Next is the place to look at after Wait, if nobody has acknowledged.
	Next incidents.Position
	Wait time.Duration
}

// A Call is one person to page, and why it is them.
type Call struct {
	Person string
	Why    string
}

// Decide says whom to page at that place of a policy's run. who answers who is on
// call in a schedule now. Decide has no effects.
func Decide(p Policy, at incidents.Position, who func(schedule string) []string) Decision {
	if at.Round >= p.rounds() || len(p.Steps) == 0 {
		why := fmt.Sprintf("nobody acknowledged in %s of policy %s, and you are its fallback",
			text.Count(p.rounds(), "round", "rounds"), p.Name)
		return Decision{callAll(p.Fallback, why, who), incidents.FallbackAfter, p.after(at), p.every()}
	}
	step := p.Steps[at.Step]
	d := Decision{Next: p.after(at), Wait: step.Wait}
	for _, t := range step.Page {
		d.add(t, stepWhy(p, at, t), who)
	}
	if len(d.Calls) == 0 {
		why := fmt.Sprintf("nobody is on call for %s, and you are the fallback of policy %s",
			schedulesOf(step), p.Name)
		d.Calls, d.Fallback = callAll(p.Fallback, why, who), incidents.FallbackNobody
	}
	if len(d.Calls) == 0 {
		d.Wait = 0 // nobody at all: waiting would help nobody
	}
	return d
}

// add calls everybody whom the target means and who is not called yet.
func (d *Decision) add(t Target, why string, who func(string) []string) {
	people := []string{}
	if name, ok := t.Person(); ok {
		people = append(people, name)
	} else if name, ok := t.Schedule(); ok {
		people = who(name)
	}
	for _, person := range people {
		if !slices.ContainsFunc(d.Calls, func(c Call) bool { return c.Person == person }) {
			d.Calls = append(d.Calls, Call{person, why})
		}
	}
}

func callAll(targets []Target, why string, who func(string) []string) []Call {
	var d Decision
	for _, t := range targets {
		d.add(t, why, who)
	}
	return d.Calls
}

func stepWhy(p Policy, at incidents.Position, t Target) string {
	var b strings.Builder
	if name, ok := t.Schedule(); ok {
		fmt.Fprintf(&b, "you are on call for %s", name)
	} else {
		fmt.Fprintf(&b, "policy %s names you", p.Name)
	}
	fmt.Fprintf(&b, " (step %d of %d", at.Step+1, len(p.Steps))
	if at.Round > 0 {
		fmt.Fprintf(&b, ", round %d of %d: nobody has acknowledged", at.Round+1, p.rounds())
	} else if at.Step > 0 {
		b.WriteString(": nobody has acknowledged")
	}
	b.WriteByte(')')
	return b.String()
}

func schedulesOf(s Step) string {
	var names []string
	for _, t := range s.Page {
		if name, ok := t.Schedule(); ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}
