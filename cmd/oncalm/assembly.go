package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/contacts"
	"github.com/oncalm/oncalm/bot/graph"
	"github.com/oncalm/oncalm/bot/report"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/levers"
	"github.com/oncalm/oncalm/cmd/oncalm/reaching"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/reach/drill"
	"github.com/oncalm/oncalm/reach/links"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/reach/replies"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/rollbacks/recent"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/tickets"
	"github.com/oncalm/oncalm/watch"
	"github.com/oncalm/oncalm/web"
)

// An assembly is all rooms that a configuration decides about, wired as it says. It never changes: another configuration is
// another assembly. The way of the data is the order of the fields.
type assembly struct {
	*app
	cfg           *config.Config
	texts         shapes.Layout
	publisher     *publish.Publisher
	book          *incidents.Book
	intake        *alarms.Intake
	door          *sns.Door
	subscriptions *sns.Confirmations
	heartbeats    *heartbeats.Desk
	pulse         *watch.Watch    // of the program itself
	overrides     *overrides.Book // who is on call
	silences      *silences.Book  // what nobody is paged for
	around        *around.Finder  // what was changed around incidents
	report        *report.Teller  // of weeks
	pager         *paging.Pager
	desk          *handoffs.Desk
	rollbacks     *rollbacks.Desk
	freezes       *freeze.Desk    // of pipelines
	recent        *recent.Desk    // which asks what was done before incidents
	watcher       *graphs.Watcher // of the metrics of alarms
	graphs        *graph.Room     // which shows them
	tickets       *tickets.Desk   // of action items
	bot           *bot.Bot
	contacts      *proof.Contacts           // which of them are proven
	talk          *contacts.Room            // about them
	replies       *replies.Taker            // of answers by SMS
	notes         *notes.Sender             // by the channels of pages
	handlers      map[string]outbox.Handler // of outbox entries, by kind
	publicly      http.Handler
	privately     http.Handler

	visitors visitors
}

// assemble wires the rooms as cfg says. Nothing runs yet. Two parts need each other: the bot has its buttons done by the
// pager, and the pager has its pages sent by the bot. So the pager is made first, and gets its channel when the bot is
// there.
func (a *app) assemble(cfg *config.Config) (*assembly, error) {
	n := &assembly{app: a, cfg: cfg, handlers: map[string]outbox.Handler{}}
	n.book = &incidents.Book{Store: a.store, Clock: a.clock}
	n.around = &around.Finder{Book: n.book, Targets: func(service string) []changes.Thing {
		return levers.Things(cfg.Levers[service])
	}}
	n.overrides = cfg.Overrides(a.clock)
	n.silences = &silences.Book{Incidents: n.book, Rules: cfg.Maintenance, Known: cfg.Knows, Clock: a.clock,
		Opens: cfg.Services.Opens, PagesNobody: cfg.PagesNobody}
	n.pager = &paging.Pager{Book: n.book, Policy: cfg.PolicyOf, Overrides: n.overrides, Reach: cfg.Reach, Clock: a.clock}
	n.contacts = reaching.Contacts(cfg)
	n.talk = &contacts.Room{Store: a.store, Drills: &drill.Drills{URL: cfg.PublicURL},
		Contacts: n.contacts, Reach: cfg.Reach, Quiet: cfg.PagesNobody,
		Slack: func() string { return a.line.Watch.Now().Problem }, Behind: a.pagesBehind}
	for _, wire := range []func() error{n.wireTexts, n.wireRollbacks, n.wireBot, n.wireGraphs, n.wireTickets,
		n.wireAlarms, n.wireHeartbeats, n.wireWatch} {
		if err := wire(); err != nil {
			return nil, err
		}
	}
	n.wireChannels()
	n.wireDesk()
	n.wireReport()
	n.book.Followers = n.followers()
	// a book of its own, on the store that refuses alarms while the reserve is short; what follows from an event is the
	// same
	n.intake.Book.Followers = n.book.Followers
	n.intake.Changed = n.around.Known
	n.silences.Followers = []silences.Follower{n.bot.Silence.Follow}
	n.overrides.Followers = []overrides.Follower{n.bot.FollowOverrides, n.desk.Follow}
	for _, handlers := range []map[string]outbox.Handler{
		n.overrides.Handlers(), n.silences.Handlers(), n.pager.Handlers(), n.desk.Handlers(), n.bot.Handlers(),
		n.intake.Handlers(), n.subscriptions.Handlers(), n.rollbacks.Handlers(), n.freezes.Handlers(),
		n.recent.Handlers(), n.watcher.Handlers(), n.graphs.Handlers(), n.notes.Handlers(), a.sweeping,
	} {
		maps.Copy(n.handlers, handlers)
	}
	n.publicly, n.privately = n.publicDoor(), n.privateDoor()
	return n, nil
}

// rights are who may do what at this moment: groups in Slack change.
func (a *assembly) rights() rights.Rules {
	names := map[string]string{}
	for name, p := range a.cfg.People {
		if p.Slack != "" {
			names[p.Slack] = name
		}
	}
	return a.groups.Rules(a.cfg.Rights, names)
}

// followers hear of every event, whichever door it came by.
func (a *assembly) followers() []incidents.Follower {
	all := []incidents.Follower{a.pager.Follow, a.around.Follow, a.rollbacks.Follow, a.bot.Follow,
		a.bot.Silence.FollowIncident, history.Follow, actions.Follow, learning.Follow}
	all = append(all, a.freezes.Follow, a.recent.Follow, a.watcher.Follow, a.graphs.Follow, a.tickets.Follow)
	if a.outside.follows != nil {
		all = append(all, a.outside.follows)
	}
	return append(all, a.publisher.Follow)
}

func (a *assembly) wireTexts() (err error) {
	a.texts, err = shapes.Load(a.cfg.Templates, a.cfg.Shapes)
	a.wirePostmortems()
	return err
}

func (a *assembly) wireBot() (err error) {
	people := map[string]chat.Person{}
	for name, p := range a.cfg.People {
		people[name] = chat.Person{Slack: p.Slack, Zone: p.Zone}
	}
	var services []string
	for _, s := range a.cfg.Services.All {
		services = append(services, s.Name)
	}
	var secrets []string
	if secret := a.cfg.Slack.SigningSecret; !secret.Empty() {
		secrets = append(secrets, secret.Reveal())
	}
	a.bot, err = bot.New(bot.Options{
		Out: a.line, Token: a.cfg.Slack.BotToken.Reveal(), SigningSecrets: secrets, Unposted: a.cfg.Slack.Socket(),
		Channel: a.cfg.Slack.Channel, Book: a.book, Pager: a.pager, Overrides: a.overrides, People: people,
		Contacts: a.talk, Silences: a.silences, Rollbacks: a.rollbacks, Freezes: a.freezes, Lookups: a.lookups(),
		Watched: a.cfg.Services, PagesNobody: a.cfg.PagesNobody,
		Services: services, PublicURL: a.cfg.PublicURL, Postmortem: a.postmortem, Reviews: a.cfg.Reviews, Post: a.posted,
		Rights: a.cfg.Rights, RightsNow: a.rights, Access: a.cfg.Access,
		Roots:   bot.Roots{Incident: a.cfg.Slack.Incident, OnCall: a.cfg.Slack.OnCall},
		Capture: a.cfg.Channels.Capture, Channels: a.cfg.Channels.Rules,
		Clock: a.clock, Witness: a.others, Log: a.log,
	})
	return err
}

func (a *assembly) wireAlarms() error {
	topics, err := sns.ParseTopics(a.cfg.SNS.Topics)
	if err != nil {
		return err
	}
	let, err := sns.ParseTopics(slices.Concat(a.cfg.SNS.Topics, a.cfg.SNS.Replies))
	if err != nil {
		return err
	}
	certs := a.fetched
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
		Metrics: a.counters.alarms, Silences: a.silences,
		Quiet: a.cfg.Quiet, Rules: a.cfg.Messages, Tally: doors.NewTally(a.log),
	}
	a.replies = &replies.Taker{Next: a.intake, Topics: a.cfg.SNS.Replies, Book: a.book, Contacts: a.contacts,
		May: func(person string) bool { return a.rights().Can(person, rights.Respond) }, Tally: doors.NewTally(a.log)}
	a.door = sns.NewDoor(&sns.Verifier{
		Topics: let, Certificates: certs, MaxAge: a.cfg.SNS.MaxAge,
		RequireV2: a.cfg.SNS.RequireV2, Endpoint: a.outside.endpoint, Clock: a.clock, Agrees: a.others.Agrees,
	}, a.replies, a.log, a.counters.sns)
	a.door.Refused = func(p *sns.Problem, claimed *sns.Envelope, from string) {
		a.refused.Note(fates.Refusal{
			Code: string(p.Code), Text: p.Text, Topic: claimed.TopicARN, ID: claimed.MessageID, From: from,
		})
	}
	a.subscriptions = &sns.Confirmations{
		API: a.confirmer, Clock: a.clock, Log: a.log, Metrics: a.counters.sns, Confirmed: a.intake.Subscribed,
	}
	return nil
}

// wireChannels wires what goes to people beside Slack. It needs the bot, which is the channel to Slack.
func (a *assembly) wireChannels() {
	channels, sayers := reaching.Channels(a.cfg, a.store, a.bot.Pages(), a.ways)
	watcher := &proof.Watcher{Contacts: a.contacts, Store: a.store, Clock: a.clock, Log: a.log}
	for via, c := range channels {
		if via != incidents.ViaSlack {
			channels[via] = watcher.Watch(via, c)
		}
	}
	a.pager.Channels = channels
	a.notes = &notes.Sender{Store: a.store, Sayers: sayers, Clock: a.clock, Log: a.log,
		Purposes: map[string]notes.Purpose{proof.Purpose: a.contacts, replies.Purpose: a.replies,
			drill.Purpose: a.talk.Drills}}
	a.talk.Can, a.contacts.Failed, a.talk.Drills.Told = a.notes.Can, a.talk.Failed, a.talk.Tested
}

// postmortem renders the document of an incident.
func (a *assembly) postmortem(ctx context.Context, id string) (string, error) {
	doc, err := postmortems.FromStore(ctx, a.store, id, postmortems.AsRoles)
	if err != nil {
		return "", err
	}
	text, err := a.texts.Markdown(doc, "")
	return string(markdown.Bare(text)), err
}

// publicDoor is the door to the internet. What is signed, and whether the program is well, may be asked for by any name: a proxy in
// front of it has one that the configuration may not know.
func (a *assembly) publicDoor() http.Handler {
	mux, feeds := http.NewServeMux(), http.NewServeMux()
	mux.Handle("/sns", a.door)
	if !a.cfg.Slack.SigningSecret.Empty() {
		mux.Handle("/slack/", a.bot.Handler())
	}
	a.schedules().RegisterFeeds(feeds)
	mux.Handle(feed.Route, doors.Hosts(feeds, a.cfg.Listen, "set public_url to the address that people use",
		a.cfg.PublicURL))
	a.links().Register(mux)
	(&heartbeats.Door{Desk: a.heartbeats}).Register(mux)
	(&drill.Door{Drills: a.talk.Drills, Store: a.store, Clock: a.clock, Log: a.log}).Register(mux)
	a.health.Register(mux)
	return a.refusals.Watch(doors.Tidy(mux, append(posted(), ops.RouteAlive, "/readyz")))
}

// links is the door that the links of pages lead to.
func (a *assembly) links() *links.Door {
	return &links.Door{Book: a.book, Knows: a.cfg.Knows, Clock: a.clock, Log: a.log}
}

// privateDoor is for operators.
func (a *assembly) privateDoor() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", ops.Metrics(a.reg, a.log))
	a.schedules().RegisterPage(mux)
	a.reports().RegisterPage(mux)
	(&web.Postmortems{Store: a.store, Texts: a.texts, Log: a.log}).RegisterPage(mux)
	a.health.Register(mux)
	return doors.Hosts(mux, a.cfg.WebListen, "use localhost, or add the host to web.listen or public_url", a.cfg.PublicURL)
}

// schedules are who is on call, as both doors show it.
func (a *assembly) schedules() *web.Schedules {
	return &web.Schedules{Store: a.store, Schedules: a.cfg.Schedules, Overrides: a.overrides.Of, Clock: a.clock,
		Log: a.log}
}

// keepers is who is told when Oncalm itself is in trouble: the fallback of the default
// service, and whom the first step of each service would page now, since nothing else will.
func (a *assembly) keepers(ctx context.Context, now time.Time) []string {
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
