package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/cmd/oncalm/config/levers"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/policies"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/services"
	"github.com/oncalm/oncalm/heartbeats"
)

// agree checks what is not about one section, when all of them were read. It warns of what has no effect, which is a
// mistake as a rule.
func (c *Config) agree(f *reading.File) {
	if _, given := f.Look("sns"); !given {
		f.Place("sns").Warnf("list your topics in sns.topics", "there is no sns: no alarm will be accepted")
	}
	if places.Collide(c.Listen, c.WebListen) {
		text := fmt.Sprintf("listen and web.listen are both %s", c.Listen)
		if c.Listen != c.WebListen {
			text = fmt.Sprintf("listen (%s) and web.listen (%s) are on one port", c.Listen, c.WebListen)
		}
		f.Place("web.listen").Errorf("give web.listen an address of its own: it is not for the public", "%s", text)
	}
	services.Agree(f, &c.Services, c.PagesNobody, func(service string) bool {
		return slices.ContainsFunc(c.Heartbeats, func(h heartbeats.Heartbeat) bool { return h.Service == service })
	})
	contacts.Team{Notify: c.Notify, SMS: c.SMS, Email: c.Email, Call: c.Call, PublicURL: c.PublicURL,
		People:   slices.Sorted(maps.Keys(c.People)),
		Own:      func(person string) contacts.Rules { return c.People[person].Notify },
		Contacts: func(person string) contacts.Contacts { return c.People[person].contacts() },
	}.Agree(f)
	c.SNS.agree(f, c.SMS.Via != "")
	may := c.Rights.Who(rights.Approve, slices.Collect(maps.Keys(c.People)))
	if slices.ContainsFunc(slices.Concat(c.Rights[rights.Approver], c.Rights[rights.Admin]), rights.IsGroup) {
		may = slices.Collect(maps.Keys(c.People)) // whoever is in the group
	}
	levers.Agree(f, c.Levers, len(may))
	levers.AgreeFreezes(f, c.Levers, c.Freezes)
	if f.Faulty("services") || f.Faulty("policies") || f.Faulty("schedules") {
		return // what is wrong there may be why something is not used
	}
	c.unusedPolicies(f)
	c.unusedSchedules(f)
}

// unusedPolicies warns of policies that no service names.
func (c *Config) unusedPolicies(f *reading.File) {
	named := map[string]bool{}
	for _, s := range c.Services.All {
		named[s.Policy] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Policies)) {
		if !named[name] && len(c.Services.All) > 0 {
			f.Place("policies."+name).Warnf("name it in a service, or remove it", "no service has the policy %s", name)
		}
	}
}

// unusedSchedules warns of schedules that nothing asks who is on call.
func (c *Config) unusedSchedules(f *reading.File) {
	asked := map[string]bool{}
	for _, p := range c.Policies {
		for _, name := range policies.Schedules(p) {
			asked[name] = true
		}
		for _, t := range p.Fallback {
			if name, ok := t.Schedule(); ok {
				asked[name] = true
			}
		}
	}
	for _, g := range c.Handoffs.Groups {
		for _, name := range g.Schedules {
			asked[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Schedules)) {
		if !asked[name] && len(c.Policies) > 0 {
			f.Place("schedules."+name).Warnf(`name it in a policy's steps as "schedule:`+name+`", or remove it`,
				"no policy pages the schedule %s", name)
		}
	}
}
