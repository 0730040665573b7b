// Package services reads what alarms are about: services, each with its escalation policy, and with the alarms that are its
// own.
//
// An alarm belongs to the service with the most specific match; if no match fits, to the default service
// (alarms.Services.For). So every alarm has a service and a policy: one that nobody thought of pages as well.
package services

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/cmd/oncalm/config/levers"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reviews"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/rollbacks"
)

// DefaultGroup is how long after an incident was triggered alarms of its service join it, if nothing else is said. See
// docs/decisions/0032.
const DefaultGroup = 5 * time.Minute

// A Reader reads the sections services and default_service. It remembers the matches of all services, to find two that are
// the same.
type Reader struct {
	Services *alarms.Services
	// Levers are what can be rolled back, by service.
	Levers map[string][]rollbacks.Lever
	// Freezes are how bad an incident of a service must be for its pipelines to be frozen.
	Freezes map[string]string
	// Lookups are where services can be looked at.
	Lookups map[string]lookups.Places
	// Topics are those that are heard, once the whole file was read.
	Topics *[]string
	// Texts returns the reader of the templates of a service.
	Texts func(service string) func(reading.Value)
	// Reviews are which incidents get postmortems.
	Reviews *review.Rules

	taken map[alarms.Match]owner // by what was read so far
}

// Section reads services by their names.
func (r *Reader) Section(v reading.Value) {
	v.Named("service", func(name string, key, v reading.Value) {
		s := alarms.Service{Name: name, Severity: incidents.Sev2, Group: DefaultGroup, Flap: alarms.DefaultFlap()}
		var looked lookups.Places
		v.Mapping(
			reading.Key("policy", func(v reading.Value) {
				if policy, ok := v.Filled("the name of a policy"); ok {
					s.Policy = policy
					v.Refer("policy", policy)
				}
			}),
			reading.Key("severity", severities.Set(&s.Severity)),
			reading.Key("alarms", func(v reading.Value) { r.matches(v, &s) }),
			reading.Key("hold", hold(func(d time.Duration) { s.Hold = d })),
			reading.Key("flap", flap(&s.Flap)),
			reading.Key("runbook", func(v reading.Value) {
				s.Runbook, _ = places.Link(v, "https://wiki.example.com/checkout")
			}),
			reading.Key("group", func(v reading.Value) {
				if d, ok := v.Duration(); ok {
					s.Group = d
					v.Odd(d, 10*time.Second, 24*time.Hour, "such as 5m, or 0 for an incident for each alarm")
				}
			}),
			reading.Key("group_by", func(v reading.Value) { s.GroupBy = groupBy(v) }),
			reading.Key("stakeholders", func(v reading.Value) { s.Stakeholders = stakeholders(v) }),
			reading.Key("templates", r.Texts(name)),
			reading.Key("postmortem", reviews.Service(r.Reviews, name)),
			// docs/decisions/0030
			reading.Key("rollback", func(v reading.Value) { r.Levers[name] = levers.Read(v) }),
			reading.Key("logs", func(v reading.Value) { looked.Logs = logs(v) }),
			reading.Key("traces", func(v reading.Value) { looked.Traces = traces(v) }),
			reading.Key("freeze", func(v reading.Value) {
				if severity, ok := severities.Read(v); ok {
					r.Freezes[name] = severity
				}
			}),
		)
		if !key.Has("policy") {
			key.Errorf("add policy: with one of policies", "service %s has no policy", name)
		}
		if s.Group == 0 && len(s.GroupBy) > 0 {
			v.In("group_by").Warnf("remove it, or group", "group is 0: alarms of service %s are not grouped, by whatever", name)
		}
		r.Services.All = append(r.Services.All, s)
		if len(looked.Logs)+len(looked.Traces) > 0 {
			r.Lookups[name] = looked
		}
	})
}

// stakeholders reads which channels are told of updates. Whether the bot is in them, oncalm doctor and the first update
// find out.
func stakeholders(v reading.Value) (all []string) {
	v.List("ids of channels, such as [C0STATUS]", func(v reading.Value) {
		if id, ok := places.Channel(v); ok && slices.Contains(all, id) {
			v.Warnf("remove one of them", "%s is listed twice", id)
		} else if ok {
			all = append(all, id)
		}
	})
	return all
}

// groupBy reads what alarms of one group have in common. Tags and dimensions have names of AWS, which are not checked: an
// alarm without one is in a group with the others without.
func groupBy(v reading.Value) (all []string) {
	v.List(`what alarms have in common, such as ["tag:team", account]`, func(v reading.Value) {
		by, ok := v.Filled("account, region, topic, tag:NAME or dimension:NAME")
		if !ok {
			return
		}
		what, name, named := strings.Cut(by, ":")
		switch {
		case named && strings.TrimSpace(name) != "" && (what == "tag" || what == "dimension"):
		case !named && (what == "account" || what == "region" || what == "topic"):
		default:
			v.Errorf("write account, region, topic, tag:NAME or dimension:NAME", "alarms cannot be grouped by %s",
				reading.Quote(by))
			return
		}
		if slices.Contains(all, by) {
			v.Warnf("remove one of them", "%s is listed twice", reading.Quote(by))
			return
		}
		all = append(all, by)
	})
	return all
}

// Default reads the service of alarms that no other claims.
func (r *Reader) Default(v reading.Value) {
	if name, ok := v.Filled("the name of a service"); ok {
		r.Services.Default = name
		v.Refer("service", name)
	}
}

// Agree sees, when the whole file was read, that there is a default service: of one service it is that. It warns of
// services that no alarm can come to. quiet says which severities page nobody, and beats of which services there are heartbeats. With
// several services a default has to be named: which of them gets what nobody claims is a decision.
func Agree(f *reading.File, services *alarms.Services, quiet, beats func(string) bool) {
	_, given := f.Look("default_service")
	switch all := services.All; {
	case len(all) == 0 || given:
	case len(all) == 1:
		services.Default = all[0].Name
	default:
		f.Place("default_service").Errorf("name the service for alarms that no other service matches",
			"default_service is missing")
	}
	lonely(f, services, quiet, beats)
}
