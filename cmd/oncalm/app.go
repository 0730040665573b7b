package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/templates"
	"github.com/oncalm/oncalm/web"
)

// outside is what lies beyond the program. Tests and the demo put their own in its
// place; everything else is the same for all.
type outside struct {
	slack     http.RoundTripper  // to Slack; nil: the network
	aws       http.RoundTripper  // to where AWS keeps its certificates; nil: the network
	confirmer sns.Confirmer      // of subscriptions; nil: SNS
	endpoint  string             // of an emulator of SNS; empty: the real one
	clock     *clocks.Clock      // what time it is; nil: that of a bubble of time, for tests
	reserve   ops.Reserve        // of the store; nil: none
	follows   incidents.Follower // hears of every event, after the parts of the app; nil: nobody

	connections int // that Slack may have at a time; 0: as many as there is work
}

// app is Oncalm at work on a store: all of its parts, wired. The way of the data is
// the order of the fields.
type app struct {
	cfg           *config.Config
	log           *slog.Logger
	clock         *clocks.Clock
	others        *clocks.Witness // of what time it is
	reg           *prometheus.Registry
	store         store.Store // a write to it wakes the runner
	incoming      store.Store // the same, for alarms: it leaves the reserve alone
	book          *incidents.Book
	intake        *alarms.Intake
	door          *sns.Door
	subscriptions *sns.Confirmations
	overrides     *overrides.Book // who is on call
	pager         *paging.Pager
	desk          *handoffs.Desk
	bot           *bot.Bot
	runner        *outbox.Runner
	health        *ops.Health
	self          *ops.SelfPager
	watch         *ops.ClockWatch
	sweeper       *ops.Sweeper

	refusals *doors.Refusals
	texts    *templates.Set

	auditEach time.Duration // 0: never, for tests
}

// newApp wires all parts on the store s. Nothing runs yet.
func newApp(cfg *config.Config, s store.Store, log *slog.Logger, o outside) (*app, error) {
	a := &app{cfg: cfg, log: log, clock: o.clock, others: clocks.NewWitness(o.clock), auditEach: ops.AuditEach,
		reg: prometheus.NewRegistry()}
	a.refusals = doors.NewRefusals(log, a.reg, posted())
	a.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	noted := make(chan struct{}, 1)
	s = ops.Noting(s, noted)
	incoming := s
	if o.reserve != nil {
		s, incoming = ops.ForDebts(s, o.reserve), ops.ForAlarms(s, o.reserve)
	}
	a.runner = &outbox.Runner{
		Store: s, Clock: a.clock, Log: log,
		Metrics: outbox.NewMetrics(a.reg), Handlers: map[string]outbox.Handler{}, Calendar: calendar(),
	}
	a.store = outbox.Waking(s, a.runner)
	a.incoming = outbox.Waking(incoming, a.runner)
	a.book = &incidents.Book{Store: a.store, Clock: a.clock}
	a.overrides = cfg.Overrides(a.clock)
	a.pager = &paging.Pager{Book: a.book, Policy: cfg.PolicyOf, Overrides: a.overrides, Reach: cfg.Reach, Clock: a.clock}
	for _, wire := range []func(outside) error{a.wireTexts, a.wireBot, a.wireAlarms} {
		if err := wire(o); err != nil {
			return nil, err
		}
	}
	a.pager.Channels = map[string]paging.Channel{incidents.ViaSlack: a.bot}
	a.wireDesk()
	a.runner.Groups = outbox.DefaultGroups(a.bot.Probe)
	a.book.Followers = a.followers(o)
	a.intake.Book.Followers = a.book.Followers
	a.overrides.Followers = []overrides.Follower{a.bot.FollowOverrides, a.desk.Follow}
	a.sweeper = &ops.Sweeper{
		Store: a.store, Clock: a.clock, Witness: a.others, Log: log,
		Sweeps: []func(context.Context, store.Store, time.Time) (int, error){outbox.Sweep, changes.Sweep, alarms.Sweep,
			incidents.Sweep, bot.Sweep},
	}
	a.handle(a.overrides.Handlers(), a.pager.Handlers(), a.desk.Handlers(), a.bot.Handlers(), a.intake.Handlers(),
		a.subscriptions.Handlers(), a.sweeper.Handlers())
	a.health = ops.NewHealth(log, ops.StoreWritable(incoming), ops.NotBehind(a.runner.Look, time.Minute), ops.Check{
		Name: "slack", Run: a.slackWell,
	}, ops.Check{Name: "clock", Run: func(ctx context.Context, now time.Time) error { return a.watch.Well(ctx, now) }},
		ops.Check{Name: "channel", Run: a.channelWell, Aside: true})
	a.self = &ops.SelfPager{Store: incoming, Reserve: o.reserve, Noted: noted, Keep: cfg.Store, Who: a.keepers,
		Notify: a.bot.SelfPage, Log: log}
	a.watch = &ops.ClockWatch{Witness: a.others, Clock: a.clock, Ask: a.bot.Probe, Self: a.self, Log: log}
	a.watch.Register(a.reg)
	return a, nil
}

// followers hear of every event, whichever door it came by.
func (a *app) followers(o outside) []incidents.Follower {
	all := []incidents.Follower{a.pager.Follow, a.bot.Follow}
	if o.follows != nil {
		all = append(all, o.follows)
	}
	return all
}

// calendar are the kinds of work that have their time from the calendar, and not so long
// after their cause.
func calendar() map[string]bool {
	return map[string]bool{
		handoffs.KindBorder: true, handoffs.KindRemind: true, handoffs.KindAhead: true,
		overrides.KindAskEnd: true, ops.KindSweep: true,
	}
}

func (a *app) handle(all ...map[string]outbox.Handler) {
	for _, handlers := range all {
		maps.Copy(a.runner.Handlers, handlers)
	}
}

func (a *app) wireTexts(outside) (err error) {
	a.texts, err = loadTexts(a.cfg.Templates)
	return err
}

// loadTexts reads the templates and makes sure that each can be filled in.
func loadTexts(dir string) (*templates.Set, error) {
	texts, err := templates.Load(dir)
	if err != nil {
		return nil, err
	}
	return texts, markdown.Check(texts)
}

func (a *app) wireBot(o outside) (err error) {
	people := map[string]chat.Person{}
	for name, p := range a.cfg.People {
		people[name] = chat.Person{Slack: p.Slack, Zone: p.Zone}
	}
	var services []string
	for _, s := range a.cfg.Services.All {
		services = append(services, s.Name)
	}
	a.bot, err = bot.New(bot.Options{
		APIURL: a.cfg.Slack.APIURL, Token: a.cfg.Slack.BotToken.Reveal(),
		SigningSecrets: []string{a.cfg.Slack.SigningSecret.Reveal()},
		Transport:      o.slack, Connections: o.connections, Channel: a.cfg.Slack.Channel,
		Book: a.book, Pager: a.pager, Overrides: a.overrides, People: people, Services: services, PublicURL: a.cfg.PublicURL,
		Postmortem: a.postmortem, Clock: a.clock, Witness: a.others, Log: a.log, Metrics: a.reg,
	})
	return err
}

func (a *app) wireAlarms(o outside) error {
	topics, err := sns.ParseTopics(a.cfg.SNS.Topics)
	if err != nil {
		return err
	}
	fetched := sns.NewAWSCertificates(o.aws, sns.StoredCertificates{Store: a.store}, a.log)
	fetched.ObserveClock(a.others)
	var certs sns.CertSource = fetched
	if path := a.cfg.SNS.Certificate; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if certs, err = sns.FileCertificate(text); err != nil {
			return fmt.Errorf("sns.certificate %s: %w", path, err)
		}
	}
	a.intake = &alarms.Intake{
		Book: &incidents.Book{Store: a.incoming, Clock: a.clock}, Services: a.cfg.Services, Topics: topics,
		Metrics: alarms.NewMetrics(a.reg),
		Quiet:   a.cfg.Quiet, Rules: a.cfg.Messages, Tally: doors.NewTally(a.log),
	}
	a.runner.Busy = a.intake.Busy
	metrics := sns.NewMetrics(a.reg)
	a.door = sns.NewDoor(&sns.Verifier{
		Topics: topics, Certificates: certs, MaxAge: a.cfg.SNS.MaxAge,
		RequireV2: a.cfg.SNS.RequireV2, Endpoint: o.endpoint, Clock: a.clock, Agrees: a.others.Agrees,
	}, a.intake, a.log, metrics)
	a.subscriptions = &sns.Confirmations{
		API: confirmer(o, a.others, a.log), Clock: a.clock, Log: a.log, Metrics: metrics, Confirmed: a.intake.Subscribed,
	}
	return nil
}

// postmortem renders the document of an incident.
func (a *app) postmortem(ctx context.Context, id string) (string, error) {
	var doc document.Document
	err := a.store.View(ctx, func(tx store.Tx) (err error) {
		doc, err = postmortems.FromStore(tx, id)
		return err
	})
	if err != nil {
		return "", err
	}
	text, err := markdown.Render(doc, a.texts)
	return string(text), err
}

// slackWell is a condition for being ready.
func (a *app) slackWell(context.Context, time.Time) error {
	if p := a.bot.Status().Problem; p != "" {
		return fmt.Errorf("%s", p)
	}
	return nil
}

// channelWell tells of the channel of the cards. Pages go out without it.
func (a *app) channelWell(context.Context, time.Time) error {
	if p := a.bot.Status().Channel; p != "" {
		return fmt.Errorf("%s", p)
	}
	return nil
}

// posted are the paths that SNS and Slack post to.
func posted() []string {
	return []string{"/sns", "/slack/commands", "/slack/interactions", "/slack/events"}
}

// public is the door to the internet. What is signed, and whether the program is well, may be asked for by any name: a proxy in
// front of it has one that the configuration may not know.
func (a *app) public() http.Handler {
	mux, feeds := http.NewServeMux(), http.NewServeMux()
	mux.Handle("/sns", a.door)
	mux.Handle("/slack/", a.bot.Handler())
	a.schedules().RegisterFeeds(feeds)
	mux.Handle(feed.Route, doors.Hosts(feeds, a.cfg.Listen, "set public_url to the address that people use",
		a.cfg.PublicURL))
	a.health.Register(mux)
	return a.refusals.Watch(doors.Tidy(mux, append(posted(), ops.RouteAlive, "/readyz")))
}

// private is for operators.
func (a *app) private() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", ops.Metrics(a.reg, a.log))
	a.schedules().RegisterPage(mux)
	a.health.Register(mux)
	return doors.Hosts(mux, a.cfg.WebListen, "use localhost, or add the host to web.listen or public_url", a.cfg.PublicURL)
}

// schedules are who is on call, as both doors show it.
func (a *app) schedules() *web.Schedules {
	return &web.Schedules{Store: a.store, Schedules: a.cfg.Schedules, Overrides: a.overrides.Of, Clock: a.clock,
		Log: a.log}
}

// keepers is who is told when Oncalm itself is in trouble: the fallback of the default
// service, and whom the first step of each service would page now, since nothing else will.
func (a *app) keepers(ctx context.Context, now time.Time) []string {
	targets := slices.Clone(a.cfg.PolicyOf(a.cfg.Services.Default).Fallback)
	for _, service := range a.cfg.Services.All {
		if policy := a.cfg.PolicyOf(service.Name); len(policy.Steps) > 0 {
			targets = append(targets, policy.Steps[0].Page...)
		}
	}
	var people []string
	err := a.store.View(ctx, func(tx store.Tx) error {
		people = nil
		for _, target := range targets {
			if person, ok := target.Person(); ok {
				people = append(people, person)
			} else if schedule, ok := target.Schedule(); ok {
				people = append(people, a.overrides.OnCall(tx, schedule, now)...)
			}
		}
		return nil
	})
	if err != nil {
		a.log.Error("cannot find out whom to notify", "err", err)
	}
	return people
}

// run works until ctx ends, then finishes what is in hand.
func (a *app) run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { a.sweeper.Plan(ctx) })
	parts.Go(func() { a.bot.Run(ctx) })
	parts.Go(func() { a.desk.Run(ctx) })
	parts.Go(func() { a.self.Run(ctx) })
	parts.Go(func() { a.watch.Run(ctx) })
	parts.Go(func() { (&ops.Auditor{Pager: a.pager, Each: a.auditEach, Log: a.log}).Run(ctx, a.reg) })
	err := a.runner.Run(ctx)
	parts.Wait()
	return err
}
