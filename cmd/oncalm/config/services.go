package config

import (
	"regexp"
	"slices"

	"github.com/oncalm/oncalm/alarms"
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
						s.Matches = append(s.Matches, m)
					}
				})
			}),
			reading.Key("runbook", func(v reading.Value) { s.Runbook, _ = places.Link(r.Reader, v, "https://wiki.example.com/checkout") }),
			reading.Key("rollback", func(v reading.Value) { r.rollback(c, name, v) }),
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

// Each may be a pattern, in which * is any text and ? any character.
var (
	accountForm   = regexp.MustCompile(`^[0-9*?]{1,12}$`)
	regionForm    = regexp.MustCompile(`^[a-z0-9*?-]{1,30}$`)
	dimensionForm = regexp.MustCompile(`^[^=\s]+=.+$`)
	topicPattern  = regexp.MustCompile(`^[A-Za-z0-9:._*?-]+$`)
)

const maxPattern = 255

// match reads a condition on alarms: a pattern for the name, or a mapping.
func (r *reader) match(v reading.Value) (alarms.Match, bool) {
	var m alarms.Match
	if v.Kind == reading.Scalar {
		r.pattern(&m.Alarm, "an alarm's name, such as checkout-*")(v)
		return m, m.Alarm != ""
	}
	r.Mapping(v,
		reading.Key("name", r.pattern(&m.Alarm, "an alarm's name, such as checkout-*")),
		reading.Key("account", r.formed(&m.Account, accountForm, "an AWS account of 12 digits in quotes")),
		reading.Key("region", r.formed(&m.Region, regionForm, "a region such as eu-central-1")),
		reading.Key("dimension", r.formed(&m.Dimension, dimensionForm, "a dimension such as ServiceName=checkout")),
		reading.Key("tag", r.formed(&m.Tag, dimensionForm, "a tag such as team=checkout")),
		reading.Key("topic", r.formed(&m.Topic, topicPattern, "the ARN of a topic, or its name")),
	)
	if m == (alarms.Match{}) {
		r.unlessFaulty(v.Key, "the condition has nothing that an alarm could match",
			"give at least one of name, account, region, dimension, tag, topic")
	}
	return m, !r.Faulty(v.Key)
}

func (r *reader) pattern(to *string, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := r.Filled(v, wanted)
		switch {
		case !ok:
		case len(s) > maxPattern:
			r.Errorf(v, "shorten it: names of alarms have at most 255 characters", "the pattern is too long")
		default:
			r.expression(v, s)
			*to = s
		}
	}
}

// expressions are what regular expressions have and names of alarms hardly do: .* and .+, anchors, classes, choices, escapes.
var expressions = regexp.MustCompile(`\.[*+]|^\^|\$$|\[[^\]]*-[^\]]*\][*+?]?|\[[^\]]*\][*+]|\([^()]*\|[^()]*\)|\\[.dwsbDWS*+?()\[\]-]|\(\?[:i]|[^|]\|[^|]|\)[+]|\{\d+(,\d*)?\}`)

// expression warns of a regular expression in the place of a pattern.
func (r *reader) expression(v reading.Value, pattern string) {
	if odd := expressions.FindString(pattern); odd != "" {
		r.Warnf(v, "* is any text and ? any character, as in checkout-*; for several patterns write several",
			"%s looks like a regular expression; %s is taken as it stands", reading.Quote(v.Text), reading.Quote(odd))
	}
}

// formed returns the reader of a text of one form.
func (r *reader) formed(to *string, form *regexp.Regexp, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := r.Filled(v, wanted)
		switch {
		case !ok:
		case !form.MatchString(s):
			r.Errorf(v, "expected "+wanted, "%s cannot be %s", v.Key, reading.Quote(v.Text))
		default:
			if form == dimensionForm {
				r.expression(v, s)
			}
			*to = s
		}
	}
}

func (r *reader) rollback(c *Config, service string, v reading.Value) {
	b := Rollback{Approvals: 1}
	r.Mapping(v,
		reading.Key("kind", func(v reading.Value) { b.Kind, _ = r.oneOf(v, "ecs") }),
		reading.Key("cluster", r.SetText(&b.Cluster, "the name of an ECS cluster")),
		reading.Key("service", r.SetText(&b.Service, "the name of an ECS service")),
		reading.Key("approvals", func(v reading.Value) {
			if n, ok := r.number(v, 0, 10); ok {
				b.Approvals = n
			}
		}),
	)
	if v.Kind != reading.Mapping {
		return
	}
	for _, need := range []struct{ key, has string }{{"kind", b.Kind}, {"cluster", b.Cluster}, {"service", b.Service}} {
		if need.has == "" {
			r.unlessFaulty(v.Key+"."+need.key, "the rollback has no "+need.key, "add "+need.key)
		}
	}
	c.Rollbacks[service] = b
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
