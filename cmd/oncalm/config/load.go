package config

import (
	"bytes"
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/beats"
	"github.com/oncalm/oncalm/cmd/oncalm/config/channels"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/cmd/oncalm/config/maintenance"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/policies"
	"github.com/oncalm/oncalm/cmd/oncalm/config/publishing"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reviews"
	"github.com/oncalm/oncalm/cmd/oncalm/config/rules"
	"github.com/oncalm/oncalm/cmd/oncalm/config/schedules"
	"github.com/oncalm/oncalm/cmd/oncalm/config/services"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
	"github.com/oncalm/oncalm/cmd/oncalm/config/texts"
	"github.com/oncalm/oncalm/cmd/oncalm/config/ticketing"
	"github.com/oncalm/oncalm/cmd/oncalm/config/weekly"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rotations"
)

// Defaults for keys that a file leaves out.
const (
	DefaultListen    = ":8080"
	DefaultWebListen = "127.0.0.1:9090"
	DefaultStore     = places.DefaultStore
	DefaultSlackAPI  = "https://slack.com/api/"
	DefaultMaxAge    = 75 * time.Minute
)

// sections lists the keys on the top of a file, each with the part of c that it fills in.
func sections(c *Config) []reading.Entry {
	slack, sns := slackReader{&c.Slack}, snsReader{&c.SNS}
	people := &peopleReader{to: c.People, bySlack: map[string]string{}, reachable: c.reachable}
	handoffs := schedules.NewHandoffReader(&c.Handoffs)
	duty := &schedules.Reader{Schedules: c.Schedules, Planned: c.Planned, Handoffs: handoffs}
	policy := &policies.Reader{
		Policies:  c.Policies,
		Reachable: c.reachable,
		Pairs:     schedules.Pairs{Schedules: c.Schedules, Planned: c.Planned},
	}
	text := &texts.Reader{Directory: &c.Templates, Shapes: &c.Shapes}
	service := &services.Reader{Services: &c.Services, Levers: c.Levers, Freezes: c.Freezes, Lookups: c.Lookups,
		Topics: &c.SNS.Topics, Texts: text.Service, Reviews: &c.Reviews}
	beat := beats.Reader{To: &c.Heartbeats, Heard: func() bool { return len(c.SNS.Topics) > 0 }, Quiet: c.PagesNobody}
	rule := &rules.Reader{Rules: &c.Messages, Quiet: c.PagesNobody}
	return []reading.Entry{
		reading.Key("listen", places.Address(&c.Listen)),
		reading.Key("store", func(v reading.Value) { c.Store = cmp.Or(places.Store(v), c.Store) }),
		reading.Key("retention", places.Retention(&c.Retention)),
		reading.Key("templates", text.Section),
		reading.Key("postmortem", reviews.Section(&c.Reviews)),
		reading.Key("postmortems", publishing.Section(&c.Postmortems)),
		reading.Key("tickets", ticketing.Section(&c.Tickets)),
		reading.Key("public_url", c.publicURL),
		reading.Key("web", func(v reading.Value) { v.Mapping(reading.Key("listen", places.Address(&c.WebListen))) }),
		reading.Key("slack", slack.section).Needed("give it bot_token, signing_secret and channel"),
		reading.Key("sns", sns.section),
		reading.Key("cloudwatch", cloudWatchReader{&c.Reconcile, &c.Graphs}.section),
		reading.Key("channels", channels.Section(&c.Channels)),
		reading.Key("people", people.section).Needed("list who can be on call"),
		reading.Key("notify", contacts.Notify(&c.Notify)),
		reading.Key("sms", c.SMS.Section),
		reading.Key("email", c.Email.Section),
		reading.Key("call", c.Call.Section),
		reading.Key("schedules", duty.Section),
		reading.Key("policies", policy.Section).Needed("add one that says whom to page"),
		reading.Key("services", service.Section).Needed("add one, with its alarms"),
		reading.Key("messages", rule.Section),
		reading.Key("heartbeats", beat.Section),
		reading.Key("maintenance", maintenance.Section(&c.Maintenance)),
		reading.Key("quiet", severities.Quiet(&c.Quiet)),
		reading.Key("rights", rightsOf(&c.Rights)),
		reading.Key("access", accessOf(&c.Access)),
		reading.Key("roles", roles(&c.Rights)),
		reading.Key("default_service", service.Default),
		reading.Key("handoffs", handoffs.Section),
		reading.Key("report", weekly.Section(&c.Report)),
		reading.Key("watch", c.Watch.Section),
	}
}

// Sections lists the keys on the top of a file.
func Sections() []string {
	var names []string
	for _, section := range sections(&Config{}) {
		names = append(names, section.Name())
	}
	return names
}

// Load reads the configuration file. env answers for environment variables. now is
// for what is said about times, such as an override that is over.
//
// The Config is never nil; what could not be read has its zero value or its default.
// It is fit for use if the problems have no errors.
func Load(path string, env func(string) (string, bool), now time.Time) (*Config, reading.Problems) {
	src, err := reading.ReadText(path)
	if err != nil {
		remedy := "name the file with -config FILE"
		if errors.Is(err, reading.ErrTooLarge) {
			remedy = "make it smaller"
		}
		text := "the configuration cannot be read: " + err.Error()
		return empty(reading.New(path, env, now)), reading.Problems{{File: path, Text: text, Remedy: remedy}}
	}
	return Parse(path, src, env, now)
}

// Parse is Load for a file of that content.
func Parse(path string, src []byte, env func(string) (string, bool), now time.Time) (*Config, reading.Problems) {
	file := reading.New(path, env, now)
	c := empty(file)
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return c, reading.Problems{{
			File: path, Line: 1, Column: 1, Text: "the file is in UTF-16", Remedy: "save it as UTF-8",
		}}
	}
	root, err := reading.Parse(src)
	if err != nil {
		p := reading.Problem{File: path, Line: 1, Column: 1, Text: err.Error(), Remedy: "correct the YAML"}
		if s, ok := errors.AsType[*reading.SyntaxError](err); ok {
			p.Line, p.Column, p.Text, p.Remedy = s.Line, s.Col, s.Text, s.Remedy
		}
		return c, reading.Problems{p}
	}
	file.Read(root, func(top reading.Value) {
		top.Mapping(sections(c)...)
		file.Later(func() { c.agree(file) })
	})
	return c, file.Problems
}

// empty is what a file says that says nothing. Readers write over what stands here, so a key that is left out has its
// default.
func empty(f *reading.File) *Config {
	return &Config{
		File: f.Name, Listen: DefaultListen, WebListen: DefaultWebListen, Store: f.Path(DefaultStore),
		Slack:     Slack{Mode: modeHTTP, APIURL: DefaultSlackAPI, JoinedPages: true},
		SNS:       SNS{MaxAge: DefaultMaxAge},
		Channels:  channels.Default(),
		Access:    rights.Access{Ask: true, Declare: true},
		People:    map[string]Person{},
		Schedules: map[string]rotations.Schedule{}, Planned: map[string][]rotations.Override{},
		Policies: map[string]paging.Policy{}, Levers: map[string][]rollbacks.Lever{},
		Freezes: map[string]string{}, Lookups: map[string]lookups.Places{},
		Quiet:    severities.DefaultQuiet(),
		Handoffs: schedules.DefaultHandoffs(),
	}
}

// publicURL reads where the public door is reached. It is kept without a slash at the end, since paths are put behind it.
func (c *Config) publicURL(v reading.Value) {
	s, ok := places.Link(v, "https://oncall.example.com")
	if !ok {
		return
	}
	if strings.ContainsAny(s, "?#") {
		v.Errorf("write it without ? and #", "%s has something behind its path", v.Key)
	} else {
		c.PublicURL = strings.TrimRight(s, "/")
	}
}
