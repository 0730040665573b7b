package main

import (
	"context"
	_ "embed" // for the configuration
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot/home"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/phones"
	"github.com/oncalm/oncalm/cmd/oncalm/stage"
	"github.com/oncalm/oncalm/cmd/oncalm/webshop"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store/bolt"
)

type demoCommand struct {
	Addr string `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where the page is (default: 127.0.0.1:8080)."`
	Data string `placeholder:"DIR" help:"Where the store is kept (default: a temporary folder)."`

	SlackLimits bool `help:"Slack takes no more than the real one: about a message a second in a conversation."`
}

// Run runs the demo until it is told to stop.
func (c *demoCommand) Run(ctx context.Context, s *cli.Session) (err error) {
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "oncalm-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	d := &demo{}
	if err := d.open(ctx, s, dir, c.Addr); err != nil {
		return errors.Join(err, d.close())
	}
	d.slack.Limits.On(c.SlackLimits)
	s.Printf("Oncalm demo: open %s in a browser. Ctrl-C ends it.", d.url())
	return d.live(ctx)
}

// demo is the whole product on one machine. Alarms are signed by a topic with a key of
// its own and posted to the bot's public door over the network; the bot reaches its
// Slack, and Slack the bot, over the network as well: nothing is short-cut.
type demo struct {
	house *house
	db    *bolt.DB
	topic *sns.SigningTopic
	slack *slackfake.Slack
	api   *http.Server // Slack's Web API
	page  *http.Server
	doors struct{ api, page net.Listener }
	stage *stage.Stage
	shop  *webshop.Shop
	// phones are reached when Slack is not.
	phones phones.Phones
}

const demoTopic = "arn:aws:sns:eu-central-1:123456789012:alarms"

// demoConfig is the configuration; the verbs are Slack, the topic, ntfy and the beginning of
// the shifts.
//
//go:embed demo.yaml
var demoConfig string

// open sets everything up. After an error, close undoes what was done.
func (d *demo) open(ctx context.Context, s *cli.Session, dir, addr string) (err error) {
	if d.doors.page, err = net.Listen("tcp", addr); err != nil {
		return cli.End(cli.ExitUsage, fmt.Sprintf("cannot listen on %s: %v", addr, reason(err)),
			"choose another address with -addr")
	}
	if d.doors.api, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	if d.topic, err = sns.NewSigningTopic(demoTopic, s.Now); err != nil {
		return err
	}
	// That Slack does not answer is part of the play, and warnings of it would fill the terminal.
	log := slog.New(slog.NewTextHandler(s.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	d.openSlack()
	d.phones.Rang = d.slack.Page.Rang
	if d.shop, err = webshop.Open(log, d.phones.Services()); err != nil {
		return err
	}
	cfg, err := configOf(s, dir, d)
	if err != nil {
		return err
	}
	cfg.PublicURL = strings.TrimSuffix(d.url(), "/") // not in the file: -addr may be an address that a file may not name without https
	if d.db, err = cli.OpenStore(ctx, cfg.Store, bolt.Options{}); err != nil {
		return err
	}
	if err := d.db.View(ctx, d.stage.Resume); err != nil {
		return err
	}
	if d.house, err = openHouse(cfg, d.db, d.db, log,
		outside{clock: clocks.System(), follows: d.stage.Follow, ways: d.shop.Ways, metrics: d.shop}); err != nil {
		return err
	}
	d.stage.Week = func(ctx context.Context) error { return d.house.app.now().report.Now(ctx) }
	d.stage.Connect("http://"+d.house.addr(0), d.topic, d.slack, d.shop)
	api := http.NewCrossOriginProtection().Handler(d.slack.API)
	d.api = doors.NewServer(doors.Hosts(api, "127.0.0.1", "it is for the bot alone"), log)
	d.page = doors.NewServer(doors.Named(d.front(log), doors.OnThisMachine,
		"open "+d.url()+", or start the demo with -addr HOST:PORT", addr), log)
	d.page.WriteTimeout = 0 // the page listens to a stream
	return nil
}

// front is what is at the address of the demo: the page, the links of what comes to the phones, and the calendars of /oncall
// feed. The bot's own door has another port after each start, which a calendar program
// would lose.
func (d *demo) front(log *slog.Logger) http.Handler {
	feeds, mux := http.NewServeMux(), http.NewServeMux()
	now := d.house.app.now()
	now.schedules().RegisterFeeds(feeds)
	mux.Handle(feed.Route, doors.Frame(feeds, log))
	now.links().Register(mux)
	mux.Handle("/", d.slack.Page.Handler())
	return mux
}

// reason is what the system says, without the steps on the way there.
func reason(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return err
}

func (d *demo) openSlack() {
	d.stage = &stage.Stage{}
	d.phones.Owners = map[string]phones.Owner{
		"U0ANA": {Number: "+12025550111", Topic: "ana", Address: "ana@example.com"},
		"U0BO":  {Number: "+12025550122", Topic: "bo", Address: "bo@example.com"},
		"U0CY":  {Number: "+12025550133", Topic: "cy", Address: "cy@example.com"},
	}
	d.slack = slackfake.New(slackfake.Options{
		Team:     workspace.Team{ID: "T0DEMO", Name: "Example Shop", Domain: "example-shop"},
		BotToken: "xoxb-demo", SigningSecret: "demo-signing-secret",
		BaseURL: "http://" + d.doors.api.Addr().String(),
		Users: []workspace.User{
			{ID: "U0ANA", Name: "ana", RealName: "Ana", Title: "Backend", Zone: "Europe/Berlin"},
			{ID: "U0BO", Name: "bo", RealName: "Bo", Title: "Platform", Zone: "Europe/Lisbon"},
			{ID: "U0CY", Name: "cy", RealName: "Cy", Title: "Engineering lead", Zone: "Europe/Berlin"},
		},
		Channels: []workspace.Channel{
			{ID: "C0INCIDENTS", Name: "incidents", Topic: "Cards of all incidents"},
			{ID: "C0STATUS", Name: "status", Topic: "What everybody else is told of incidents"},
		},

		Subscriptions: []string{
			"message", "reaction_added", "reaction_removed", "pin_added", "pin_removed", home.Opening,
		},
		Page: d.stage.Page(d.phones.Arrived),
	})
}

// configOf writes the configuration and reads it as serve would.
func configOf(s *cli.Session, dir string, d *demo) (*config.Config, error) {
	yesterday := s.Now.UTC().AddDate(0, 0, -1).Format("2006-01-02") + "T09:00" // six days of Ana are left, at least
	path := filepath.Join(dir, "oncalm.yaml")
	for name, text := range map[string][]byte{
		path:                          fmt.Appendf(nil, demoConfig, d.slack.APIURL(), demoTopic, d.shop.URL(), yesterday),
		filepath.Join(dir, "sns.pem"): d.topic.Certificate(),
	} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return nil, err
		}
	}
	return s.Load(path)
}

func (d *demo) url() string { return "http://" + d.doors.page.Addr().String() + "/" }

// live runs until ctx ends. The order of the end matters: the bot first, while its Slack still answers, then the page and
// Slack, and the store last.
func (d *demo) live(ctx context.Context) error {
	broken := make(chan error, 3)
	go func() { broken <- d.api.Serve(d.doors.api) }()
	go func() { broken <- d.page.Serve(d.doors.page) }()
	go func() { broken <- d.shop.Serve() }()
	rest := beside(ctx, d.stage.Watch)
	err := d.house.live(ctx, d.db.Failed())
	rest()
	d.slack.Page.EndStreams()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if d.page.Shutdown(end) != nil {
		err = errors.Join(err, d.page.Close()) // a browser that does not let go
	}
	err = errors.Join(err, d.api.Close(), d.shop.Close())
	for range 3 {
		if served := <-broken; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	}
	return errors.Join(err, d.db.Close())
}

// close undoes what open had done when it failed.
func (d *demo) close() error {
	var errs []error
	for _, l := range []net.Listener{d.doors.page, d.doors.api} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	if d.shop != nil {
		errs = append(errs, d.shop.Close())
	}
	if d.db != nil {
		errs = append(errs, d.db.Close())
	}
	return errors.Join(errs...)
}
