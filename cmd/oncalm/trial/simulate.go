package trial

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/shifts"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/rehearsal"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/text"
)

// SimulateCommand is oncalm simulate. Exactly one of Service, Alarm, Message and Replay is given (xor).
type SimulateCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	Service string      `xor:"what" placeholder:"NAME" help:"An incident of this service; either this or --alarm is required."`
	Alarm   string      `xor:"what" placeholder:"NAME" help:"An incident that an alarm of this name opens."`
	Message string      `xor:"what" placeholder:"FILE" help:"How the message in this file is judged, and whom it would page: what SNS carries in Message, or a whole envelope."`
	Replay  cli.Span    `xor:"what" placeholder:"SPAN" help:"Play the messages of so long against the configuration, as 24h or 7d, and say what would have changed."`
	Subject string      `placeholder:"TEXT" help:"The subject of that message."`
	Tag     []string    `sep:"none" placeholder:"TAG" help:"A tag of that alarm, as team=checkout; may be given several times."`
	At      cli.Instant `placeholder:"TIME" help:"Opened at this time, as 2026-03-29T02:30:00+01:00 (default: now)."`
}

// simulated is a step of the answer. Round and Step count from 0, as in the store; the table shows them from 1.
type simulated struct {
	After string   `json:"after"`
	At    string   `json:"at"`
	Step  int      `json:"step"`
	Round int      `json:"round"`
	Page  []string `json:"page"`
	Via   []string `json:"via"`
	Why   string   `json:"why"`
	// Channels say by which channels each person is paged, and how long after the step; left out where all are paged by Slack at once.
	Channels []channel `json:"channels,omitempty"`
}

// channel is a channel by which a person is reached.
type channel struct {
	Person string `json:"person"`
	Via    string `json:"via"`
	After  string `json:"after"`
}

// Run goes through an escalation as if nobody ever acknowledged. The sections are those that the answer depends on: an
// error elsewhere, such as a missing token, is none here.
func (c *SimulateCommand) Run(ctx context.Context, s *cli.Session) error {
	if c.Service == "" && c.Alarm == "" && c.Message == "" && c.Replay.Duration == 0 { // kong could require one of them, but its help would show each as required
		return cli.End(cli.ExitUsage, "missing flags: --service=NAME, --alarm=NAME, --message=FILE or --replay=SPAN",
			"run oncalm simulate --help")
	}
	if c.Subject != "" && c.Message == "" {
		return cli.End(cli.ExitUsage, "--subject is that of a message", "add --message=FILE")
	}
	cfg, err := s.Load(c.Config, "people", "notify", "sms", "schedules", "policies", "services", "default_service", "quiet", "messages", "sns",
		"maintenance", "store")
	if err != nil {
		return err
	}
	switch {
	case c.Message != "":
		return c.judge(ctx, s, cfg)
	case c.Replay.Duration > 0:
		return c.replay(ctx, s, cfg)
	}
	service, err := c.service(cfg)
	if err != nil {
		return err
	}
	if cfg.PagesNobody(service.Severity) {
		return c.quiet(s, service)
	}
	of := silences.Subject{Alarm: &incidents.Alarm{Name: c.Alarm, Tags: c.tags()}, Service: service.Name}
	if by := c.silenced(ctx, s, cfg, of); by != nil {
		return c.hushed(s, service, by)
	}
	all := c.run(ctx, s, cfg, service, service.Severity)
	if c.JSON {
		return s.JSON(all)
	}
	policy := cfg.PolicyOf(service.Name)
	s.Printf("An incident of %s (%s) goes through policy %s until somebody acknowledges:", service.Name, service.Severity,
		policy.Name)
	printHold(s, "", service.Hold)
	printRun(s, policy, all)
	return nil
}

// printHold says that an incident that an alarm opens is held.
func printHold(s *cli.Session, indent string, hold time.Duration) {
	if hold > 0 {
		s.Printf("%sThe page is held for %s: nobody is paged if all is OK by then.", indent, text.Lasting(hold))
	}
}

// run goes through the escalation of an incident that an alarm opens, when its hold is over.
func (c *SimulateCommand) run(
	ctx context.Context, s *cli.Session, cfg *config.Config, service alarms.Service, severity string,
) []simulated {
	overrides := shifts.OverridesOrPlanned(ctx, s, cfg, c.Store, slices.Collect(maps.Keys(cfg.Schedules)))
	who := func(schedule string, t time.Time) []string {
		return cfg.Schedules[schedule].OnCall(t, overrides[schedule])
	}
	all := []simulated{}
	for _, step := range rehearsal.Of(cfg.PolicyOf(service.Name), c.At.Or(s.Now.UTC()).Add(service.Hold),
		rehearsal.Knowing{Severity: severity, OnCall: who}) {
		// the policy counts from its first step; whoever reads counts from the alarm
		step.After += service.Hold
		all = append(all, simulatedStep(step, func(person string) []paging.Via { return cfg.Reach(person, severity) }))
	}
	return all
}

// printRun prints the steps of a run. Those after the last round are the fallback, which have no number.
func printRun(s *cli.Session, policy paging.Policy, all []simulated) {
	rows := [][]string{{"AFTER", "AT", "ROUND", "STEP", "PAGE", "WHY"}}
	for _, row := range all {
		round, step := strconv.Itoa(row.Round+1), strconv.Itoa(row.Step+1)
		if row.Round >= policy.Rounds {
			round, step = "after", "-"
		}
		rows = append(rows, []string{row.After, row.At, round, step, orNobody(row.named()), row.Why})
	}
	s.Table(rows)
}

// quiet answers for an incident of which nobody is paged.
func (c *SimulateCommand) quiet(s *cli.Session, service alarms.Service) error {
	if c.JSON {
		return s.JSON([]simulated{})
	}
	s.Printf("An incident of %s pages nobody: %s is quiet. It gets a card in the channel; escalating it by hand starts "+
		"policy %s.",
		service.Name, service.Severity, service.Policy)
	return nil
}

// hushed answers for an incident that is silenced.
func (c *SimulateCommand) hushed(s *cli.Session, service alarms.Service, by *silences.Silence) error {
	if c.JSON {
		return s.JSON([]simulated{})
	}
	becomes := "pages, by policy " + service.Policy
	if by.End == silences.EndResolve {
		becomes = "is resolved"
	}
	s.Printf("An incident of %s pages nobody: %s. What still fires at the end of that %s.", service.Name, bySilence(by),
		becomes)
	return nil
}

// named are the people of a step, each with their channels unless all are paged by Slack at once.
func (row simulated) named() (people []string) {
	for _, person := range row.Page {
		var by []string
		for _, c := range row.Channels {
			switch {
			case c.Person != person:
			case c.After == "0s":
				by = append(by, c.Via)
			default:
				by = append(by, c.Via+" after "+c.After)
			}
		}
		if len(by) > 0 {
			person += " (" + strings.Join(by, ", ") + ")"
		}
		people = append(people, person)
	}
	return people
}

// orNobody names people, or says that there are none.
func orNobody(people []string) string {
	if len(people) == 0 {
		return "nobody"
	}
	return strings.Join(people, ", ")
}

// service finds the service that was meant.
func (c *SimulateCommand) service(cfg *config.Config) (alarms.Service, error) {
	if c.Alarm != "" {
		return cfg.Services.For(&alarms.Signal{Alarm: incidents.Alarm{Name: c.Alarm, Tags: c.tags()}}), nil
	}
	service, ok := cfg.Service(c.Service)
	if !ok {
		var names []string
		for _, other := range cfg.Services.All {
			names = append(names, other.Name)
		}
		return service, cli.Unknown("service", c.Service, names)
	}
	return service, nil
}

// tags are those of the alarm.
func (c *SimulateCommand) tags() map[string]string {
	tags := map[string]string{}
	for _, tag := range c.Tag {
		name, value, _ := strings.Cut(tag, "=")
		tags[name] = value
	}
	return tags
}

// simulatedStep is a step with the channels by which its people are reached.
func simulatedStep(step rehearsal.Step, reach func(person string) []paging.Via) simulated {
	row := simulated{
		After: step.After.String(), At: step.At.Format(time.RFC3339),
		Step: step.Position.Step, Round: step.Position.Round, Page: []string{}, Via: []string{},
	}
	var whys []string
	slackOnly := true
	for _, call := range step.Calls {
		row.Page = append(row.Page, call.Person)
		for _, via := range reach(call.Person) {
			slackOnly = slackOnly && via.Name == incidents.ViaSlack && via.After == 0
			row.Channels = append(row.Channels, channel{call.Person, via.Name, via.After.String()})
			if !slices.Contains(row.Via, via.Name) {
				row.Via = append(row.Via, via.Name)
			}
		}
		// people of one schedule have the same reason
		if len(whys) == 0 || whys[len(whys)-1] != call.Why {
			whys = append(whys, call.Why)
		}
	}
	if slackOnly {
		row.Channels = nil
	}
	row.Why = strings.Join(whys, "; ")
	if row.Why == "" {
		row.Why = "nobody is on call, and the policy has no fallback that could be paged"
	}
	return row
}
