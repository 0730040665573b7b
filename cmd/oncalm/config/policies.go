package config

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/paging"
)

func (r *reader) policies(c *Config, v reading.Value) {
	r.Named(v, "policy", func(name string, key, v reading.Value) {
		p := paging.Policy{Name: name, Rounds: 1, Reminder: paging.DefaultReminder}
		r.Mapping(v,
			reading.Key("steps", func(v reading.Value) {
				r.List(v, "steps such as {page: [\"schedule:payments\"], wait: 5m}", func(v reading.Value) {
					p.Steps = append(p.Steps, r.step(c, v))
				})
			}),
			reading.Key("rounds", func(v reading.Value) {
				if n, ok := r.number(v, 1, 100); ok {
					p.Rounds = n
				}
			}),
			reading.Key("fallback", func(v reading.Value) { p.Fallback = r.targets(c, v) }),
			reading.Key("reminder", func(v reading.Value) {
				if d, ok := r.duration(v); ok {
					p.Reminder = d
					r.odd(v, d, time.Minute, 7*24*time.Hour, "such as 30m, or 0 for never")
				}
			}),
		)
		c.Policies[name] = p
		r.Later = append(r.Later, func() {
			r.reaches(c, p, key)
			if names := schedulesOf(p); !r.Faulty(key.Key) && !r.Faulty("schedules") {
				r.twice(c, names, name, key)
			}
		})
	})
}

// leastWait is what somebody needs at the least to hear a page, and to press a button.
const leastWait = 30 * time.Second

// odd warns of a duration that is too short or too long to be meant. Zero has a meaning of its own.
func (r *reader) odd(v reading.Value, d, least, most time.Duration, such string) {
	switch {
	case d == 0:
	case d < least:
		r.Warnf(v, "give it more, "+such, "%s is %s, which is too short for people", v.Key, reading.Quote(v.Text))
	case d > most:
		r.Warnf(v, "give it less, "+such, "%s is %s, which is too long to help anybody", v.Key, reading.Quote(v.Text))
	}
}

func (r *reader) step(c *Config, v reading.Value) paging.Step {
	s := paging.Step{Wait: DefaultWait}
	r.Mapping(v,
		reading.Key("page", func(v reading.Value) { s.Page = r.targets(c, v) }),
		reading.Key("wait", func(v reading.Value) {
			if d, ok := r.duration(v); ok {
				s.Wait = d
				r.odd(v, d, leastWait, 24*time.Hour, "such as 5m")
				if d == 0 {
					r.Warnf(v, "give people time, such as 5m, or name all in one step", "%s is 0: the next step comes at once, before anybody can acknowledge", v.Key)
				}
			}
		}),
	)
	if len(s.Page) == 0 {
		r.unlessFaulty(v.Key, "the step pages nobody", `add page: ["schedule:NAME"] or ["person:NAME"]`)
	}
	return s
}

func (r *reader) targets(c *Config, v reading.Value) []paging.Target {
	var all []paging.Target
	seen := map[paging.Target]bool{}
	r.List(v, `targets such as ["schedule:payments", "person:bo"]`, func(v reading.Value) {
		s, ok := r.Filled(v, "schedule:NAME or person:NAME")
		if !ok {
			return
		}
		t, err := paging.ParseTarget(s)
		if err != nil {
			r.Errorf(v, "write schedule:NAME or person:NAME", "%s is not a target", reading.Quote(v.Text))
			return
		}
		if name, is := t.Schedule(); is {
			r.refer(v, "schedule", name, func() []string { return keys(c.Schedules) })
		} else if name, is := t.Person(); is {
			r.refer(v, "person", name, func() []string { return keys(c.People) })
		}
		if seen[t] {
			r.Warnf(v, "remove one of them", "%s stands there twice, and is paged once", reading.Quote(v.Text))
		}
		seen[t] = true
		all = append(all, t)
	})
	return all
}

// schedulesOf lists the schedules that a policy's steps page, each once.
func schedulesOf(p paging.Policy) []string {
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
func (r *reader) reaches(c *Config, p paging.Policy, key reading.Value) {
	if r.Faulty(key.Key) {
		return
	}
	if len(p.Steps) == 0 {
		r.Errorf(key, `add steps: with {page: ["schedule:NAME"], wait: 5m}`, "policy %s has no steps", p.Name)
		return
	}
	reached := false
	for _, s := range p.Steps {
		reached = reached || c.reachable(s.Page)
	}
	switch {
	case !reached && !c.reachable(p.Fallback):
		r.Errorf(key, "name somebody with a Slack id in its steps or its fallback", "policy %s can page nobody", p.Name)
	case len(p.Fallback) == 0:
		r.Warnf(key, `add fallback: ["person:NAME"]`,
			"policy %s has no fallback: nobody is paged when a step finds nobody, nor after the last round", p.Name)
	case !c.reachable(p.Fallback):
		r.Warnf(r.Place(key.Key+".fallback"), "name somebody with a Slack id", "the fallback of policy %s can page nobody", p.Name)
	}
}

// reachable reports whether one of the targets can ever mean somebody who can be paged.
func (c *Config) reachable(targets []paging.Target) bool {
	for _, t := range targets {
		if name, ok := t.Person(); ok && c.People[name].Slack != "" {
			return true
		}
		name, ok := t.Schedule()
		if !ok {
			continue
		}
		for _, l := range c.Schedules[name].Layers {
			for _, turn := range l.People {
				for _, person := range turn {
					if c.People[person].Slack != "" {
						return true
					}
				}
			}
		}
	}
	return false
}
