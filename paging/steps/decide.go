// Package steps is what an escalation policy says: whom to page at a place of its run, and which place comes next.
//
// [Decide] is a function of values: the policy, the place, and the [Moment] at which it is asked. It has no effects. A step whose
// condition ([When]) does not hold is passed over at once, as if it were not there; so is one of which everybody has acknowledged
// while others have yet to. If nothing is left, the fallback is paged: there is always a decision, and it is never silence unless
// there is nobody at all.
package steps

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
	// At is the place of the step that is taken: steps before it were passed over.
	At    incidents.Position
	Calls []Call
	// Fallback says why the calls are to the policy's fallback, if they are; see
	// [incidents.Paged].
	Fallback string
	// Next is the place to look at after Wait, if nobody has acknowledged.
	Next incidents.Position
	Wait time.Duration
	// List is the list of which one was chosen in turn; empty if nobody was.
	List string
	// Acks is how many different people have to acknowledge, if that is more than one.
	Acks int
}

// A Call is one person to page, and why it is them.
type Call struct {
	Person string
	Why    string
}

// A Moment is what a decision looks at besides the policy. Of functions that are nil, nothing is known.
type Moment struct {
	Now      time.Time
	Severity string
	// OnCall answers who is on call in a schedule now.
	OnCall func(schedule string) []string
	// Turn is the number of the page that a person got last when it was their turn of a list; 0 if there was none.
	Turn func(list, person string) int
	// There reports whether a person can be reached. Those who cannot be have no turn.
	There func(person string) bool
	// Has reports whether a person has acknowledged, of an incident that more than one have to; Acked is how many have.
	Has   func(person string) bool
	Acked int
	// Again asks for the step of that place whatever its condition says by now: it was taken before.
	Again bool
}

// Decide says whom to page at that place of a policy's run.
func Decide(p Policy, at incidents.Position, m Moment) Decision {
	first := at == incidents.Position{}
	for at.Round < p.AllRounds() && len(p.Steps) > 0 {
		if step := p.Steps[at.Step]; m.Again || step.When.Holds(m.Now, m.Severity) {
			if d, taken := p.take(at, step, m); taken {
				return d
			}
		}
		m.Again = false
		at = p.After(at)
	}
	why := fmt.Sprintf("%s in %s of policy %s, and you are its fallback",
		m.acked(), text.Count(p.AllRounds(), "round", "rounds"), p.Name)
	if first && len(p.Steps) > 0 && m.Acked == 0 {
		why = fmt.Sprintf("no step of policy %s is for an incident of %s at this time, and you are its fallback",
			p.Name, m.Severity)
	}
	return Decision{At: at, Calls: m.all(p.Fallback, why), Fallback: incidents.FallbackAfter, Next: p.After(at),
		Wait: p.Every()}
}

// take takes a step, unless all whom it means have acknowledged.
func (p Policy) take(at incidents.Position, step Step, m Moment) (Decision, bool) {
	d := Decision{At: at, Next: p.After(at), Wait: step.Wait, Acks: step.Acks}
	for _, t := range step.Page {
		d.Calls = m.add(d.Calls, t, p.why(at, t, m))
	}
	if meant := len(d.Calls); meant > 0 && m.Has != nil {
		d.Calls = slices.DeleteFunc(d.Calls, func(c Call) bool { return m.Has(c.Person) })
		if len(d.Calls) == 0 {
			return d, false
		}
	}
	if step.InTurn && len(d.Calls) > 0 {
		d.List = List(step)
		d.Calls = []Call{m.next(d.List, d.Calls)}
	}
	if len(d.Calls) == 0 {
		why := fmt.Sprintf("nobody is on call for %s, and you are the fallback of policy %s",
			schedulesOf(step), p.Name)
		d.Calls, d.Fallback = m.all(p.Fallback, why), incidents.FallbackNobody
	}
	if len(d.Calls) == 0 {
		d.Wait = 0 // nobody at all: waiting would help nobody
	}
	return d, true
}

// List names those of whom one is paged in turn. Steps and policies with the same list share its turns.
func List(s Step) string {
	var all []string
	for _, t := range s.Page {
		all = append(all, string(t))
	}
	return strings.Join(all, ",")
}

// next is whose turn it is: who was never paged in turn, and else whose page is the longest ago.
func (m Moment) next(list string, calls []Call) Call {
	there := slices.Clone(calls)
	if m.There != nil {
		there = slices.DeleteFunc(there, func(c Call) bool { return !m.There(c.Person) })
	}
	if len(there) == 0 {
		there = calls // that none can be reached is found out by paging
	}
	if m.Turn == nil {
		return there[0]
	}
	return slices.MinFunc(there, func(a, b Call) int { return m.Turn(list, a.Person) - m.Turn(list, b.Person) })
}

// add calls everybody whom the target means and who is not called yet.
func (m Moment) add(calls []Call, t Target, why string) []Call {
	people := []string{}
	if name, ok := t.Person(); ok {
		people = append(people, name)
	} else if name, ok := t.Schedule(); ok && m.OnCall != nil {
		people = m.OnCall(name)
	}
	for _, person := range people {
		if !slices.ContainsFunc(calls, func(c Call) bool { return c.Person == person }) {
			calls = append(calls, Call{person, why})
		}
	}
	return calls
}

func (m Moment) all(targets []Target, why string) (calls []Call) {
	for _, t := range targets {
		calls = m.add(calls, t, why)
	}
	return calls
}

// acked says how many have acknowledged.
func (m Moment) acked() string {
	if m.Acked == 0 {
		return "nobody acknowledged"
	}
	return fmt.Sprintf("only %d acknowledged", m.Acked)
}

func (p Policy) why(at incidents.Position, t Target, m Moment) string {
	var b strings.Builder
	if name, ok := t.Schedule(); ok {
		fmt.Fprintf(&b, "you are on call for %s", name)
	} else {
		fmt.Fprintf(&b, "policy %s names you", p.Name)
	}
	fmt.Fprintf(&b, " (step %d of %d", at.Step+1, len(p.Steps))
	has := ": nobody has acknowledged"
	if m.Acked > 0 {
		has = fmt.Sprintf(": only %d of those who have to acknowledge did", m.Acked)
	}
	if at.Round > 0 {
		fmt.Fprintf(&b, ", round %d of %d", at.Round+1, p.AllRounds())
	}
	if at.Round > 0 || at.Step > 0 || m.Acked > 0 {
		b.WriteString(has)
	}
	step := p.Steps[at.Step]
	if step.InTurn {
		b.WriteString("; it is your turn")
	}
	if step.Acks > 1 {
		fmt.Fprintf(&b, "; %d people have to acknowledge", step.Acks)
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
