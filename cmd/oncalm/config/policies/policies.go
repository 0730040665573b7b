// Package policies reads whom to page, in which order and how often, and sees that this gets through to somebody.
//
// A policy that can page nobody is an error: an incident that follows it would be as if it were quiet, and nobody would
// have said so. What may be meant, such as a policy without a fallback, is a warning. Whether somebody can be paged is
// known when all of the file was read, so this is looked at later.
package policies

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/schedules"
	"github.com/oncalm/oncalm/paging"
)

// DefaultWait is how long a step waits for an acknowledgement, if nothing else is said.
const DefaultWait = 5 * time.Minute

// A Reader reads the section policies.
type Reader struct {
	Policies map[string]paging.Policy
	// Reachable says, once the whole file was read, whether a person can be paged.
	Reachable func(person string) bool
	Pairs     schedules.Pairs
}

// Section reads policies by their names.
func (r *Reader) Section(v reading.Value) {
	v.Named("policy", func(name string, key, v reading.Value) {
		p := paging.Policy{Name: name, Rounds: 1, Reminder: paging.DefaultReminder}
		v.Mapping(
			reading.Key("steps", func(v reading.Value) {
				v.List(`steps such as {page: ["schedule:payments"], wait: 5m}`, func(v reading.Value) {
					p.Steps = append(p.Steps, step(v))
				})
			}),
			reading.Key("rounds", func(v reading.Value) {
				if n, ok := v.Number(1, 100); ok {
					p.Rounds = n
				}
			}),
			reading.Key("fallback", func(v reading.Value) { p.Fallback = targets(v) }),
			reading.Key("reminder", func(v reading.Value) {
				if d, ok := v.Duration(); ok {
					p.Reminder = d
					v.Odd(d, time.Minute, 7*24*time.Hour, "such as 30m, or 0 for never")
				}
			}),
		)
		r.Policies[name] = p
		v.File.Later(func() {
			r.reaches(p, key)
			if names := Schedules(p); !key.Faulty() && !key.File.Faulty("schedules") {
				r.Pairs.Check(names, name, key)
			}
		})
	})
}

// leastWait is what somebody needs at the least to hear a page, and to press a button.
const leastWait = 30 * time.Second

// step reads whom a step pages, and how long it waits for an acknowledgement before the next one.
func step(v reading.Value) paging.Step {
	s := paging.Step{Wait: DefaultWait}
	v.Mapping(
		reading.Key("page", func(v reading.Value) { s.Page = targets(v) }),
		reading.Key("wait", func(v reading.Value) {
			d, ok := v.Duration()
			if !ok {
				return
			}
			s.Wait = d
			v.Odd(d, leastWait, 24*time.Hour, "such as 5m")
			if d == 0 {
				v.Warnf("give people time, such as 5m, or name all in one step",
					"%s is 0: the next step is paged at once, before anybody can acknowledge", v.Key)
			}
		}),
		reading.Key("when", func(v reading.Value) { s.When = when(v) }),
		reading.Key("who", func(v reading.Value) {
			who, _ := v.OneOf("all", "round-robin")
			s.InTurn = who == "round-robin"
		}),
		reading.Key("acks", func(v reading.Value) {
			if n, ok := v.Number(1, mostAcks); ok && n > 1 {
				s.Acks = n
			}
		}),
	)
	if len(s.Page) == 0 {
		v.Lacks(`add page: ["schedule:NAME"] or ["person:NAME"]`, "the step pages nobody")
	}
	return s
}

// targets reads a list of people and schedules. One that is listed twice is kept: it is paged once all the same.
func targets(v reading.Value) []paging.Target {
	var all []paging.Target
	seen := map[paging.Target]bool{}
	v.List(`targets such as ["schedule:payments", "person:bo"]`, func(v reading.Value) {
		t, ok := target(v)
		if !ok {
			return
		}
		if seen[t] {
			v.Warnf("remove one of them", "%s is listed twice, and is paged once", reading.Quote(v.Text()))
		}
		seen[t] = true
		all = append(all, t)
	})
	return all
}

// target reads one of them. That the name exists is checked when the whole file was read ([reading.Value.Refer]).
func target(v reading.Value) (paging.Target, bool) {
	s, ok := v.Filled("schedule:NAME or person:NAME")
	if !ok {
		return "", false
	}
	t, err := paging.ParseTarget(s)
	if err != nil {
		v.Errorf("write schedule:NAME or person:NAME", "%s is not a target", reading.Quote(v.Text()))
		return "", false
	}
	if name, is := t.Schedule(); is {
		v.Refer("schedule", name)
	} else if name, is := t.Person(); is {
		v.Refer("person", name)
	}
	return t, true
}

// Schedules lists the schedules that a policy's steps page, each once. Those of the fallback are left out: it is paged when
// the steps have found nobody.
func Schedules(p paging.Policy) []string {
	var names []string
	for _, s := range p.Steps {
		for _, t := range s.Page {
			if name, ok := t.Schedule(); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// reaches checks that a policy gets through to somebody.
func (r *Reader) reaches(p paging.Policy, key reading.Value) {
	if key.Faulty() {
		return
	}
	if len(p.Steps) == 0 {
		key.Errorf(`add steps: with {page: ["schedule:NAME"], wait: 5m}`, "policy %s has no steps", p.Name)
		return
	}
	reached := slices.ContainsFunc(p.Steps, func(s paging.Step) bool { return r.reachable(s.Page) })
	switch {
	case !reached && !r.reachable(p.Fallback):
		key.Errorf("name somebody with a Slack id in its steps or its fallback", "policy %s can page nobody", p.Name)
	// see docs/decisions/0007
	case len(p.Fallback) == 0:
		key.Warnf(`add fallback: ["person:NAME"]`,
			"policy %s has no fallback: nobody is paged when a step finds nobody, nor after the last round", p.Name)
	case !r.reachable(p.Fallback):
		key.In("fallback").Warnf("name somebody with a Slack id", "the fallback of policy %s can page nobody", p.Name)
	}
	r.gaps(p, key)
	r.acks(p, key)
}

// reachable reports whether one of the targets can ever mean somebody who can be paged. It looks at everybody who has a
// turn in a schedule, at any time: that nobody is on call for an hour is what package schedules warns of.
func (r *Reader) reachable(targets []paging.Target) bool {
	return len(r.people(targets)) > 0
}

// people are those whom targets can ever mean and who can be paged.
func (r *Reader) people(targets []paging.Target) map[string]bool {
	all := map[string]bool{}
	add := func(person string) {
		if r.Reachable(person) {
			all[person] = true
		}
	}
	for _, t := range targets {
		if name, ok := t.Person(); ok {
			add(name)
		}
		name, ok := t.Schedule()
		if !ok {
			continue
		}
		for _, l := range r.Pairs.Schedules[name].Layers {
			for _, turn := range l.People {
				for _, person := range turn {
					add(person)
				}
			}
		}
	}
	return all
}
