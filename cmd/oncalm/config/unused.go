package config

// unused warns of policies that no service names, and of schedules that nothing asks who is on call.
func (r *reader) unused(c *Config) {
	if r.Faulty("services") || r.Faulty("policies") || r.Faulty("schedules") {
		return // what is wrong there may be why
	}
	policies, schedules := map[string]bool{}, map[string]bool{}
	for _, s := range c.Services.All {
		policies[s.Policy] = true
	}
	for name, p := range c.Policies {
		for _, s := range schedulesOf(p) {
			schedules[s] = true
		}
		for _, t := range p.Fallback {
			if s, ok := t.Schedule(); ok {
				schedules[s] = true
			}
		}
		if !policies[name] && len(c.Services.All) > 0 {
			r.Warnf(r.Place("policies."+name), "name it in a service, or remove it", "no service has the policy %s", name)
		}
	}
	for _, g := range c.Handoffs.Groups {
		for _, s := range g.Schedules {
			schedules[s] = true
		}
	}
	for name := range c.Schedules {
		if !schedules[name] && len(c.Policies) > 0 {
			r.Warnf(r.Place("schedules."+name), `name it in a policy's steps as "schedule:`+name+`", or remove it`, "no policy pages the schedule %s", name)
		}
	}
}
