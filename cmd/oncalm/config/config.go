// Package config reads the configuration: one YAML file, strict, with everything
// that is wrong named at once and where it stands.
//
// [Load] turns the file into the values that the other packages work with, so that
// nothing after it has to look at text again. What it finds wrong are [reading.Problems]. A
// [Config] is returned all the same, as far as it could be read: a command that only
// asks who is on call must not fail because a Slack token is missing (see
// [reading.Problems.In]).
//
// In every value ${NAME} stands for an environment variable and ${file:PATH} for the
// content of a file; $${ is a plain ${. What such a reference stands for is never
// shown in a problem: problems quote the text of the file.
//
// Relative paths, that of the store included, are relative to the folder of the
// configuration file, so that every command finds the same store from wherever it is
// called.
//
// Each section of the file is read by a type of its own, in a package of its own if it is large; all of them stand in one
// list (see sections). A key is one line of its section's mapping. Sections know nothing of each other but the names
// that they refer to: what must agree is looked at when all of the file was read.
package config

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/bot/report"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/config/beats"
	"github.com/oncalm/oncalm/cmd/oncalm/config/channels"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/cmd/oncalm/config/publishing"
	"github.com/oncalm/oncalm/cmd/oncalm/config/schedules"
	"github.com/oncalm/oncalm/cmd/oncalm/config/ticketing"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/silences"
)

// Config is what a configuration file says, with defaults for what it leaves open.
type Config struct {
	File string // as given to Load

	Listen    string // address of the public door: host:port, the host may be empty
	WebListen string // address of the private web listener: pages and metrics
	Store     string // path of the store's file
	// Retention is how long incidents are kept in the store after they are resolved; 0: for ever.
	Retention time.Duration
	Templates string // directory of texts that replace the embedded ones; may be empty
	Shapes    shapes.Choices
	// Reviews says which incidents get a postmortem by themselves.
	Reviews review.Rules
	// Postmortems is where they are written to.
	Postmortems publishing.Postmortems
	// Tickets is where action items get them.
	Tickets   ticketing.Tickets
	PublicURL string // without a slash at the end; empty if not configured

	Slack Slack
	SNS   SNS
	// Reconcile is how often CloudWatch is asked how its alarms stand; 0: never.
	Reconcile time.Duration
	// Graphs says that CloudWatch is asked what the metrics of alarms were.
	Graphs bool
	// Channels is what is done where incidents are talked about.
	Channels channels.Channels

	// Rights are the people of each role.
	Rights rights.Rules
	Access rights.Access
	People map[string]Person
	// Notify says by which channels people are paged who have no rules of their own.
	Notify    contacts.Rules
	SMS       contacts.SMS
	Email     contacts.Email
	Call      contacts.Call
	Schedules map[string]rotations.Schedule
	// Planned holds the overrides of the file, by schedule, in the file's order.
	Planned  map[string][]rotations.Override
	Policies map[string]paging.Policy
	// Services are in the order of the file; their default is where an alarm goes that
	// none of them claims.
	Services alarms.Services
	// Levers are what can be rolled back of services, in order.
	Levers map[string][]rollbacks.Lever
	// Freezes are how bad incidents of services must be for their pipelines to be frozen; those that are missing never are.
	Freezes map[string]string
	// Lookups are where services can be looked at.
	Lookups map[string]lookups.Places
	// Messages say what messages amount to that are not CloudWatch's own, before the program's own table does.
	Messages []messages.Rule
	// Heartbeats are what ought to be told of again and again, in the order of their names.
	Heartbeats []heartbeats.Heartbeat
	// Maintenance says when nobody is paged for what.
	Maintenance []silences.Rule
	// Quiet lists the severities of which nobody is paged.
	Quiet []string
	// Handoffs says what is done when shifts begin and end.
	Handoffs schedules.Handoffs
	// Watch says who outside hears that the pager lives.
	Watch beats.Watch
	// Report says when a channel is told what the incidents of the week amount to.
	Report report.Weekly
}

// Service returns the service of that name, and false if there is none.
func (c *Config) Service(name string) (alarms.Service, bool) {
	for _, s := range c.Services.All {
		if s.Name == name {
			return s, true
		}
	}
	return alarms.Service{}, false
}

// PolicyOf returns the escalation policy of a service; of an unknown one that of the
// default service.
func (c *Config) PolicyOf(service string) paging.Policy {
	s, ok := c.Service(service)
	if !ok {
		s, _ = c.Service(c.Services.Default)
	}
	return c.Policies[s.Policy]
}

// PagesNobody reports whether incidents of that severity are quiet.
func (c *Config) PagesNobody(severity string) bool { return slices.Contains(c.Quiet, severity) }

// Knows reports whether there is a person of that name.
func (c *Config) Knows(name string) bool {
	_, ok := c.People[name]
	return ok
}

// PersonBySlack returns the name of the person with that Slack user id.
func (c *Config) PersonBySlack(id string) (name string, ok bool) {
	for name, p := range c.People {
		if p.Slack == id && id != "" {
			return name, true
		}
	}
	return "", false
}

// Overrides is the book of overrides, for all doors. Who follows it is wired when there are such.
func (c *Config) Overrides(clock *clocks.Clock) *overrides.Book {
	return &overrides.Book{
		Schedules: c.Schedules, Planned: c.Planned, Known: c.Knows, Clock: clock,
		Reachable: func(person string) bool { return c.People[person].Slack != "" },
	}
}

// Zones are those of the schedules, and the one in which weeks are reported: that of the section report; else that which all
// schedules have in common; else UTC.
func (c *Config) Zones() (bySchedule map[string]*time.Location, weeks *time.Location) {
	bySchedule = map[string]*time.Location{}
	var common *time.Location
	for _, name := range slices.Sorted(maps.Keys(c.Schedules)) {
		zone := cmp.Or(c.Schedules[name].Zone, time.UTC)
		if bySchedule[name] = zone; common == nil {
			common = zone
		} else if common.String() != zone.String() {
			common = time.UTC
		}
	}
	if zone, err := time.LoadLocation(c.Report.Zone); c.Report.Zone != "" && err == nil {
		return bySchedule, zone
	}
	return bySchedule, cmp.Or(common, time.UTC)
}
