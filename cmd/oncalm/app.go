package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/cloudwatch"
	"github.com/oncalm/oncalm/alarms/groups"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/report"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/rollback"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/socket"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/amazon"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/watching"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems/archive"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/tickets"
	"github.com/oncalm/oncalm/watch"
)

// outside is what lies beyond the program. Tests and the demo put their own in its
// place; everything else is the same for all.
type outside struct {
	slack     http.RoundTripper  // to Slack; nil: the network
	dial      dialer             // to Slack's connections; nil: the network
	aws       http.RoundTripper  // to where AWS keeps its certificates; nil: the network
	confirmer sns.Confirmer      // of subscriptions; nil: SNS
	ways      amazon.Ways        // into AWS, for rollbacks; nil: as the environment says
	rolling   time.Duration      // between two looks at a rollback under way; 0: as rollbacks has it
	heartbeat http.RoundTripper  // to who watches over us; nil: the network
	metrics   graphs.Source      // what the metrics of alarms were; nil: CloudWatch
	endpoint  string             // of an emulator of SNS; empty: the real one
	clock     *clocks.Clock      // what time it is; nil: that of a bubble of time, for tests
	reserve   ops.Reserve        // of the store; nil: none
	follows   incidents.Follower // hears of every event, after the parts of the app; nil: nobody

	// configuration is read again on request; nil: never.
	configuration func(now time.Time) (*config.Config, reading.Problems)

	connections int // that Slack may have at a time; 0: as many as there is work
}

// app is Oncalm at work on a store: what stays while configurations come and go. What a configuration decides is an [assembly];
// one of them is in force at a time.
type app struct {
	log       *slog.Logger
	clock     *clocks.Clock
	started   clocks.Moment
	watched   *watching.Kept  // of who watches over us
	others    *clocks.Witness // of what time it is
	reg       *prometheus.Registry
	store     store.Store     // a write to it wakes the runner
	incoming  store.Store     // the same, for alarms: it leaves the reserve alone
	fetched   sns.CertSource  // certificates from AWS
	confirmer sns.Confirmer   // of subscriptions
	ways      amazon.Ways     // into AWS, for rollbacks
	metrics   graphs.Source   // what the metrics of alarms were
	truth     *reconcile.Loop // what CloudWatch says itself
	line      *slack.Sender   // to Slack
	socket    *socket.Door    // from Slack; nil: it posts
	runner    *outbox.Runner
	health    *ops.Health
	self      *ops.SelfPager
	watch     *ops.ClockWatch
	groups    *rights.Groups   // that have roles
	hearing   *ops.SocketWatch // nil without a socket
	sweeper   *ops.Sweeper
	sweeping  map[string]outbox.Handler // of the sweeper
	refused   *fates.Refused            // messages

	refusals *doors.Refusals
	counters counters
	outside  outside

	auditEach time.Duration // 0: never, for tests

	current atomic.Pointer[assembly]
	reloads chan chan ops.Reloaded // whoever asks for one, and is answered
	ended   chan struct{}          // closed when no more are done
}

// counters are those of rooms that come and go with the configuration.
type counters struct {
	alarms *alarms.Metrics
	sns    *sns.Metrics
}

// newApp wires all parts on the store s. Nothing runs yet. Parts that need the assembly in force ask for it when they are
// at work (a.now, a.enter): the first is wired last, since it needs them.
func newApp(cfg *config.Config, s store.Store, log *slog.Logger, o outside) (*app, error) {
	a := &app{log: log, clock: o.clock, started: o.clock.Moment(), others: clocks.NewWitness(o.clock),
		auditEach: ops.AuditEach, reg: prometheus.NewRegistry(), outside: o,
		reloads: make(chan chan ops.Reloaded), ended: make(chan struct{})}
	a.refusals = doors.NewRefusals(log, a.reg, posted())
	a.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.counters = counters{alarms.NewMetrics(a.reg), sns.NewMetrics(a.reg)}
	a.watched = &watching.Kept{Metrics: watch.NewMetrics(a.reg), Started: a.started}
	noted := make(chan struct{}, 1)
	// the innermost wrapper hears of all that is refused for want of space: by the disk, or for the reserve
	s = ops.Noting(s, noted)
	incoming := s
	if o.reserve != nil {
		s, incoming = ops.ForDebts(s, o.reserve), ops.ForAlarms(s, o.reserve)
	}
	a.runner = &outbox.Runner{
		Store: s, Clock: a.clock, Log: log,
		Metrics: outbox.NewMetrics(a.reg), Calendar: calendar(), Patient: patient(), Enter: a.work,
		Groups: slices.Concat(outbox.DefaultGroups(a.probe), reach.Groups(), watch.Groups()),
		Busy:   func() bool { return a.now().intake.Busy() },
	}
	a.store = outbox.Waking(s, a.runner)
	a.incoming = outbox.Waking(incoming, a.runner)
	a.refused = &fates.Refused{Store: a.store, Clock: a.clock, Log: log}
	a.wireLines(cfg)
	a.groups = &rights.Groups{Ask: a.groupUsers, Clock: a.clock, Log: a.log}
	a.sweeper = &ops.Sweeper{
		Store: a.store, Clock: a.clock, Witness: a.others, Log: log,
		Sweeps: []func(context.Context, store.Store, time.Time) (int, error){outbox.Sweep, changes.Sweep, known.Sweep,
			groups.Sweep, requests.Sweep, bot.Sweep, pages.Sweep,
			capture.Sweep, channels.Sweep, paging.SweepJoints, fates.Sweep, silences.Sweep, rollbacks.Sweep, rollback.Sweep,
			publish.Sweep, tickets.Sweep,
			a.archiver(cfg.Store).Sweep},
	}
	a.sweeping = a.sweeper.Handlers()
	a.health = ops.NewHealth(log, ops.StoreWritable(incoming), ops.NotBehind(a.runner.Look, time.Minute), ops.Check{
		Name: "slack", Run: a.slackWell,
	}, ops.Check{Name: "clock", Run: func(ctx context.Context, now time.Time) error { return a.watch.Well(ctx, now) }},
		ops.Check{Name: "scopes", Run: a.scopesWell}, ops.Check{Name: "channel", Run: a.channelWell, Aside: true})
	a.self = &ops.SelfPager{Store: incoming, Reserve: o.reserve, Noted: noted, Keep: cfg.Store,
		Who: func(ctx context.Context, now time.Time) []string { return a.now().keepers(ctx, now) },
		Notify: func(ctx context.Context, person string, p bot.SelfPage) error {
			return a.now().bot.SelfPage(ctx, person, p)
		}, Log: log}
	a.watch = &ops.ClockWatch{Witness: a.others, Clock: a.clock, Ask: a.probe, Self: a.self, Log: log}
	a.watch.Register(a.reg)
	a.wireSocket(cfg)
	first, err := a.assemble(cfg)
	if err != nil {
		return nil, err
	}
	a.runner.Handlers = first.handlers
	a.current.Store(first)
	return a, nil
}

// wireLines wires what leads to Slack and AWS.
func (a *app) wireLines(cfg *config.Config) {
	a.line = slack.New(slack.Options{
		APIURL: cfg.Slack.APIURL, Token: cfg.Slack.BotToken.Reveal(), Transport: a.outside.slack,
		Connections: a.outside.connections, Channel: cfg.Slack.Channel, Witness: a.others,
		Log: a.log.With("component", "bot"), Metrics: a.reg,
	})
	fetched := sns.NewAWSCertificates(a.outside.aws, sns.StoredCertificates{Store: a.store}, a.log)
	fetched.ObserveClock(a.others)
	a.fetched, a.confirmer = fetched, a.outside.confirmer
	if a.confirmer == nil {
		a.confirmer = amazon.Confirmer(a.others, a.log)
	}
	if a.ways = a.outside.ways; a.ways == nil {
		a.ways = amazon.Into(a.log)
	}
	truth := cloudwatch.New(amazon.Load(a.log))
	if a.metrics = a.outside.metrics; a.metrics == nil {
		a.metrics = truth
	}
	a.truth = &reconcile.Loop{
		Store: a.store, API: truth, Clock: a.clock, Log: a.log,
		Metrics: reconcile.NewMetrics(a.reg),
		Rules: func() reconcile.Rules {
			now := a.now()
			return reconcile.Rules{Every: now.cfg.Reconcile, Topics: now.intake.Topics, Take: now.intake.Take}
		},
	}
}

// calendar are the kinds of work that have their time from the calendar, and not so long
// after their cause.
func calendar() map[string]bool {
	return map[string]bool{
		handoffs.KindBorder: true, handoffs.KindRemind: true, handoffs.KindAhead: true,
		overrides.KindAskEnd: true, ops.KindSweep: true, silences.KindMaintenance: true, report.Kind: true,
		actions.KindRemind: true, actions.KindDigest: true, review.KindRemind: true, tickets.KindLook: true,
	}
}

// patient are the kinds of work that Slack knows to be done: what is tried again is looked for there first.
func patient() map[string]bool {
	return map[string]bool{paging.KindPage: true, paging.KindJoint: true, bot.KindCard: true}
}

// slackWell is a condition for being ready.
func (a *app) slackWell(context.Context, time.Time) error {
	if p := a.line.Watch.Now().Problem; p != "" {
		return fmt.Errorf("%s", p)
	}
	return nil
}

// pagesBehind is how long the oldest page that is due has been waiting.
func (a *app) pagesBehind(ctx context.Context) (late time.Duration, err error) {
	state, err := a.runner.Look(ctx)
	for lane, by := range state.Behind {
		if lane.Pages() {
			late = max(late, by)
		}
	}
	return late, err
}

// channelWell tells of the channel of the cards. Pages go out without it.
func (a *app) channelWell(context.Context, time.Time) error {
	if p := a.line.Watch.Now().Channel; p != "" {
		return fmt.Errorf("%s", p)
	}
	return nil
}

// posted are the paths that SNS and Slack post to.
func posted() []string {
	return []string{"/sns", "/slack/commands", "/slack/interactions", "/slack/events"}
}

// probe asks Slack whether it is there and takes our token.
func (a *app) probe(ctx context.Context) error {
	_, err := a.line.Test(ctx)
	return err
}

// audit enqueues again what was lost from the store.
func (a *app) audit(ctx context.Context) (mended []paging.Mended, err error) {
	defer func() { a.watched.Audits.Note(a.clock.Now(), len(mended), err) }()
	now := a.enter()
	defer now.leave()
	let, err := now.silences.Audit(ctx)
	if err != nil {
		return nil, err
	}
	mended, err = now.pager.Audit(ctx)
	for _, m := range let {
		mended = append(mended, paging.Mended{Incident: m.Incident, What: "silence", Key: m.Key, Due: m.Due})
	}
	return mended, err
}

// archiver moves what is over for longer than the configuration in force says out of the store at that path.
func (a *app) archiver(path string) *archive.Archiver {
	return &archive.Archiver{
		Path: path,
		Kept: func() time.Duration { return a.now().cfg.Retention },
		Render: func(doc document.Document) (string, error) {
			text, err := a.now().texts.Markdown(doc, "")
			return string(text), err
		},
	}
}

// complete makes a store of before quick to list, and to learn from.
func (a *app) complete(ctx context.Context) {
	learning.Complete(ctx, a.store, a.log)
}

// run works until ctx ends, then finishes what is in hand.
func (a *app) run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { a.sweeper.Plan(ctx) })
	parts.Go(func() { a.supervise(ctx) })
	parts.Go(func() { a.complete(ctx) })
	parts.Go(func() { a.self.Run(ctx) })
	parts.Go(func() { a.watch.Run(ctx) })
	parts.Go(func() { a.tellLacking(ctx) })
	parts.Go(func() { a.groups.Run(ctx, func() []string { return a.now().cfg.Rights.Groups() }) })
	if a.socket != nil {
		parts.Go(func() { a.socket.Run(ctx) })
		parts.Go(func() { a.hearing.Run(ctx) })
	}
	parts.Go(func() { a.refused.Run(ctx) })
	parts.Go(func() { a.truth.Run(ctx) })
	parts.Go(func() { (&ops.Auditor{Audit: a.audit, Each: a.auditEach, Log: a.log}).Run(ctx, a.reg) })
	err := a.runner.Run(ctx)
	parts.Wait()
	return err
}
