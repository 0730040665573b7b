package config

import (
	"slices"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents"
)

func (r *reader) services(c *Config, v reading.Value) {
	r.Named(v, "service", func(name string, key, v reading.Value) {
		s := alarms.Service{Name: name, Severity: incidents.Sev2}
		r.Mapping(v,
			reading.Key("policy", func(v reading.Value) {
				policy, ok := r.Filled(v, "the name of a policy")
				if ok {
					s.Policy = policy
					r.refer(v, "policy", policy, func() []string { return keys(c.Policies) })
				}
			}),
			reading.Key("severity", func(v reading.Value) {
				if sev, ok := r.severity(v); ok {
					s.Severity = sev
				}
			}),
			reading.Key("alarms", func(v reading.Value) {
				r.List(v, `alarms such as ["checkout-*", {region: eu-central-1}]`, func(v reading.Value) {
					if m, ok := r.match(v); ok {
						r.matched(c, name, m, v)
						s.Matches = append(s.Matches, m)
					}
				})
			}),
			reading.Key("runbook", func(v reading.Value) { s.Runbook, _ = places.Link(r.Reader, v, "https://wiki.example.com/checkout") }),
			reading.Key("rollback", r.NotBuilt("does not roll services back", "take it out")),
		)
		if _, given := r.Places[key.Key+".policy"]; !given {
			r.Errorf(key, "add policy: with one of policies", "service %s has no policy", name)
		}
		c.Services.All = append(c.Services.All, s)
	})
}

func (r *reader) severity(v reading.Value) (string, bool) {
	return r.oneOf(v, incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4)
}

// DefaultQuiet lists the severities of which nobody is paged, unless a file says otherwise.
func DefaultQuiet() []string { return []string{incidents.Sev4} }

// quiet reads the severities of which nobody is paged. An empty list means that all page.
func (r *reader) quiet(c *Config, v reading.Value) {
	const wanted = "severities such as [sev4], or [] so that all of them page"
	if v.Kind == reading.Null {
		r.Errorf(v, "write [sev4], or [] so that all severities page", "quiet has no value")
		return
	}
	c.Quiet = []string{}
	r.List(v, wanted, func(v reading.Value) {
		sev, ok := r.severity(v)
		switch {
		case !ok:
		case slices.Contains(c.Quiet, sev):
			r.Warnf(v, "remove one", "quiet lists %s twice", sev)
		default:
			c.Quiet = append(c.Quiet, sev)
			if sev == incidents.Sev1 {
				r.Warnf(v, "take sev1 out", "of the worst incidents nobody is paged, not even when alarms cannot reach Oncalm any more")
			}
		}
	})
}

// match reads a condition on alarms: a pattern for the name, or a mapping.
func (r *reader) match(v reading.Value) (alarms.Match, bool) {
	var m alarms.Match
	if v.Kind == reading.Scalar {
		patterns.Name(r.Reader, &m.Alarm)(v)
		return m, m.Alarm != ""
	}
	r.Mapping(v,
		reading.Key("name", patterns.Name(r.Reader, &m.Alarm)),
		reading.Key("account", patterns.Formed(r.Reader, &m.Account, patterns.Account, "an AWS account of 12 digits in quotes")),
		reading.Key("region", patterns.Region(r.Reader, &m.Region)),
		reading.Key("dimension", patterns.Formed(r.Reader, &m.Dimension, patterns.Dimension, "a dimension such as ServiceName=checkout")),
		reading.Key("tag", patterns.Formed(r.Reader, &m.Tag, patterns.Dimension, "a tag such as team=checkout")),
		reading.Key("topic", patterns.Formed(r.Reader, &m.Topic, patterns.Topic, "the ARN of a topic, or its name")),
	)
	if m == (alarms.Match{}) {
		r.unlessFaulty(v.Key, "the condition has nothing that an alarm could match",
			"give at least one of name, account, region, dimension, tag, topic")
	}
	return m, !r.Faulty(v.Key)
}

func (r *reader) defaultService(c *Config, v reading.Value) {
	s, ok := r.Filled(v, "the name of a service")
	if !ok {
		return
	}
	c.Services.Default = s
	r.refer(v, "service", s, func() []string {
		var names []string
		for _, s := range c.Services.All {
			names = append(names, s.Name)
		}
		return names
	})
}
