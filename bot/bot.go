package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/command"
	"github.com/oncalm/oncalm/bot/contacts"
	"github.com/oncalm/oncalm/bot/groups"
	"github.com/oncalm/oncalm/bot/home"
	"github.com/oncalm/oncalm/bot/lookup"
	"github.com/oncalm/oncalm/bot/notice"
	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/rollback"
	"github.com/oncalm/oncalm/bot/shifts"
	"github.com/oncalm/oncalm/bot/silence"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/door"
	"github.com/oncalm/oncalm/bot/slack/incoming"
	"github.com/oncalm/oncalm/bot/storm"
	"github.com/oncalm/oncalm/bot/timeline"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
)

// Options is what a Bot needs.
type Options struct {
	// Out reaches Slack. If it is nil, the bot makes one of the fields up to Channel.
	Out    *slack.Sender
	APIURL string // base of Slack's Web API; empty means Slack's own
	Token  string // the bot's token
	// SigningSecrets: a request is authentic if one of them signed it. There is at least one, unless nothing is posted; two while
	// one is replaced.
	SigningSecrets []string
	// Unposted says that Slack posts nothing: what it sends comes by another door.
	Unposted bool
	// Transport reaches Slack; nil means a transport of our own.
	Transport http.RoundTripper
	// Connections is how many connections to Slack a transport of our own may have at a time; 0 means no limit.
	Connections int
	// Team and App are the ids of the workspace and of the app that may call. What is empty is asked from Slack.
	Team, App string
	// Channel is where cards go, as an id; empty means no cards.
	Channel string

	Book      *incidents.Book
	Pager     *paging.Pager
	Overrides *overrides.Book // who is on call; changes of it are made there
	// People are those whom we know, by their names in the configuration.
	People map[string]chat.Person
	// Rights say which of them may do what. RightsNow are those of the moment, where groups have roles; nil: Rights.
	Rights    rights.Rules
	RightsNow func() rights.Rules
	// Access is what others of the workspace may do.
	Access rights.Access
	// Services are the names of all services, for /oncall.
	Services []string
	// Silences are what nobody is paged for; nil if there are none. Watched are the services with their alarms, and PagesNobody
	// reports whether incidents of a severity are quiet: for what is said about them.
	Silences    *silences.Book
	Watched     alarms.Services
	PagesNobody func(severity string) bool
	// Rollbacks is where services are rolled back, and Freezes where their pipelines are frozen; nil if nothing can be.
	Rollbacks *rollbacks.Desk
	Freezes   *freeze.Desk
	// Lookups are where logs and traces are looked at: places, and ways there.
	Lookups lookup.Options
	// PublicURL is where the program is reached from outside, without a slash at the end, for links to it; empty if that is not known.
	PublicURL string
	// Capture is which messages are put onto timelines, and Channels which incidents have channels of their own.
	Capture  capture.Rules
	Channels channels.Rules
	// Contacts is what people say about how they are reached; nil: nothing.
	Contacts *contacts.Room
	// Roots are the two slash commands; empty fields mean /incident and /oncall.
	Roots Roots
	// Post renders a postmortem to be posted to a channel; nil if none is.
	Post func(ctx context.Context, id string) (review.Posted, error)
	// Reviews says which incidents get a postmortem by themselves.
	Reviews review.Rules
	// Postmortem renders the postmortem of an incident as Markdown. Its error is [incidents.ErrNotFound], or that of the store.
	Postmortem func(ctx context.Context, id string) (string, error)

	Clock   *clocks.Clock         // nil is for tests
	Witness *clocks.Witness       // of the clock; may be nil
	Log     *slog.Logger          // may be nil
	Metrics prometheus.Registerer // may be nil
}

// Roots are the slash commands that lead to us.
type Roots struct{ Incident, OnCall string }

// ErrOptions says that a Bot cannot work with the options given.
var ErrOptions = errors.New("slack")

// Bot is the door to Slack.
type Bot struct {
	// Silence is the conversation about silences, which follows them; nil without.
	Silence *silence.Talk

	o          Options
	log        *slog.Logger
	out        *slack.Sender
	watch      *slack.Watch
	pace       *slack.Pace
	router     *chat.Router
	roll       *rollCall
	identifier *identifier
	shifts     *shifts.Room
	command    *command.Room
	respond    *respond.Room
	rollback   *rollback.Room
	actions    *actions.Room
	lookup     *lookup.Room
	review     *review.Room
	notices    *notice.Notices
	storms     *storm.Storms
	pages      *pages.Pages
	capture    *capture.Captures
	channels   *channels.Channels
	home       *home.Home
}

// KindCard is the kind of outbox entries that this package handles: the card of an incident in the channel.
const KindCard = "card"

// New makes a Bot. It calls nobody. Errors wrap [ErrOptions].
func New(o Options) (*Bot, error) {
	if len(o.SigningSecrets) == 0 && !o.Unposted || slices.Contains(o.SigningSecrets, "") {
		return nil, fmt.Errorf("%w: the signing secret is empty, so requests from Slack cannot be verified; set "+
			"slack.signing_secret", ErrOptions)
	}
	if o.Token == "" {
		return nil, fmt.Errorf("%w: the bot token is empty; set slack.bot_token", ErrOptions)
	}
	o.Roots = o.Roots.withDefaults()
	if o.RightsNow == nil {
		o.RightsNow = func() rights.Rules { return o.Rights }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	users, err := chat.Users(o.People)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	log := o.Log.With("component", "bot")
	if o.Out == nil {
		o.Out = slack.New(slack.Options{
			APIURL: o.APIURL, Token: o.Token, Transport: o.Transport, Connections: o.Connections, Channel: o.Channel,
			Witness: o.Witness, Log: log, Metrics: o.Metrics,
		})
		o.Out.Watch.SetIdentity(slack.Identity{Team: o.Team, App: o.App})
	}
	b := &Bot{o: o, log: log, out: o.Out, watch: o.Out.Watch, pace: slack.NewPace()}
	b.compose(users)
	return b, nil
}

// compose makes the rooms.
func (b *Bot) compose(users map[string]string) {
	o, log, out := b.o, b.log, b.out
	b.notices = &notice.Notices{
		Out: out, Pace: b.pace, People: o.People, Channel: o.Channel, Clock: o.Clock, Log: log,
		Took: func(tx store.Tx, now time.Time) { b.took(tx, now, false) }, // what takes a notice takes a card
	}
	b.storms = storm.New(storm.Options{
		Root: o.Roots.Incident, Channel: o.Channel, Out: out, Pace: b.pace, Book: o.Book, Clock: o.Clock, Log: log,
		Posting: posting, Editing: editing(), Has: hasCard, Card: cardEntry,
		Took: b.took, Undrawn: b.undrawn, Info: command.Info,
	})
	b.pages = &pages.Pages{Root: o.Roots.Incident, Book: o.Book, People: o.People, Out: out, Clock: o.Clock, Log: log}
	b.roll = &rollCall{o: o, log: log, out: out, notices: b.notices}
	b.identifier = &identifier{o: o, log: log, out: out, watch: out.Watch, checkChannel: b.checkChannel}
	more := dutyWords(b)
	b.shifts = shifts.New(shifts.Options{
		Root: o.Roots.OnCall, Book: o.Book, Overrides: o.Overrides, Pager: o.Pager, People: o.People, Users: users,
		PublicURL: o.PublicURL, Out: out, Owe: b.notices.Owe, Absent: b.roll.absent.of, Clock: o.Clock, Log: log,
		More: more, Silences: o.Silences, Services: o.Services,
	})
	b.respond = respond.New(respond.Options{
		Root: o.Roots.Incident, Book: o.Book, Pager: o.Pager, People: o.People, PagesNobody: o.PagesNobody,
		Stakeholders: o.stakeholders,
		Owe:          b.notices.Owe, OweChannel: b.notices.OweChannel, Clock: o.Clock,
	})
	b.rollback, b.actions, b.lookup, b.review = backs(b), items(b, users), looks(b), reviews(b)
	lines := &timeline.Lines{Root: o.Roots.Incident, Book: o.Book, Here: here}
	b.command = command.New(command.Options{
		Root: o.Roots.Incident, OnCall: o.Roots.OnCall, Book: o.Book, Pager: o.Pager, Postmortem: o.Postmortem, Log: log,
		Typed: b.review.Typed, Lacks: b.storms.Lacks, Draw: b.draw, Here: here,
		More:     wordsOf(b, lines),
		Services: o.Services, Judge: o.Watched.OpensFrom, PagesNobody: o.PagesNobody,
	})
	b.channels, b.capture = talks(b, users)
	b.home = home.New(home.Options{
		Root: o.Roots.Incident, Book: o.Book, Overrides: o.Overrides, Users: users, Out: out, Clock: o.Clock, Log: log,
	})
	b.router = chat.New(chat.Options{
		Out: out, Book: o.Book, Clock: o.Clock, Log: log, People: o.People,
		Rooms:  roomsOf(b),
		Rights: o.RightsNow, Access: o.Access,
		Refusal: command.Refusal, Aside: b.withChannel, Look: o.Roots.Incident + " list", Token: o.Token,
	}, users)
	b.shifts.SetRouter(b.router)
	if b.Silence != nil {
		b.Silence.Router = b.router
	}
	lines.Router = b.router
	hand(b)
}

// hand hands the rooms what carries their words out, and what finds incidents.
func hand(b *Bot) {
	b.command.Router, b.rollback.Router, b.respond.Router = b.router, b.router, b.router
	b.actions.Router, b.review.Router = b.router, b.router
	b.respond.Hand = command.HandOf(b.command)
	b.rollback.Hand, b.actions.Hand, b.lookup.Hand = b.respond.Hand, b.respond.Hand, b.respond.Hand
	b.review.Hand, b.lookup.Router = b.respond.Hand, b.router
}

// SetGroup brings a user group up to date. See [handoffs.Messenger].
func (b *Bot) SetGroup(ctx context.Context, id string, people []string) error {
	return groups.Set(ctx, b.out, b.o.People, id, people)
}

// stakeholders are the channels that wait for news of a service.
func (o *Options) stakeholders(service string) []string {
	for _, s := range o.Watched.All {
		if s.Name == service {
			return s.Stakeholders
		}
	}
	return nil
}

// FollowOverrides enqueues what people are told of a change of who is on call (see [overrides.Follower]).
func (b *Bot) FollowOverrides(tx store.Tx, now time.Time, c overrides.Change) {
	b.shifts.Follow(tx, now, c)
}

// Pages is the channel by which people are paged in Slack.
func (b *Bot) Pages() *pages.Pages { return b.pages }

// Desk handles what Slack sends, by whichever door it came.
func (b *Bot) Desk() *incoming.Desk {
	return &incoming.Desk{Clock: b.o.Clock, Log: b.log, Ours: b.out.Ours, Handle: b.Serve}
}

// Handler serves what Slack posts: see [door.HTTP].
func (b *Bot) Handler() http.Handler {
	return door.HTTP(door.Options{Desk: b.Desk(), Secrets: b.o.SigningSecrets, Witness: b.o.Witness})
}

// Serve carries out a request, by whichever door it came.
func (b *Bot) Serve(ctx context.Context, r slack.Request) slack.Reply {
	if r.Event != nil {
		return slack.Reply{Again: !b.happened(ctx, r)}
	}
	reply := b.router.Serve(ctx, r)
	if r.Action != nil && r.Action.Home {
		b.redraw(ctx, r.User, r.At)
	}
	return reply
}

// redraw has the home tab of somebody drawn anew, and reports whether that is sure to happen.
func (b *Bot) redraw(ctx context.Context, user string, now time.Time) bool {
	err := b.home.Opened(ctx, user, now)
	if err != nil {
		b.log.Warn("a home tab is not drawn", "user", user, "err", err)
	}
	return err == nil
}

// happened takes note of an event, and reports whether it could be judged.
func (b *Bot) happened(ctx context.Context, r slack.Request) bool {
	v := b.watch.Judge(ctx, r.From)
	if v == slack.Ours && r.Event.Revoked {
		b.watch.Problem("E2010 Slack says that the bot's token was revoked; install the app again and set slack.bot_token",
			true)
	}
	if v != slack.Ours {
		return v != slack.Starting
	}
	if r.Event.Type == home.Opening {
		return b.redraw(ctx, r.Event.User, r.At)
	}
	if chat.IsDirect(r.Event) {
		chat.Direct(ctx, b.router, r)
		return true
	}
	if err := b.capture.Happened(ctx, r); err != nil {
		b.log.Warn("an event could not be stored; Slack sends it again", "type", r.Event.Type, "err", err)
		return false
	}
	return true
}

// Handlers returns the bot's handlers by kind, for the outbox.
func (b *Bot) Handlers() map[string]outbox.Handler {
	all := map[string]outbox.Handler{KindCard: b.card}
	for _, more := range []map[string]outbox.Handler{
		b.router.Handlers(), b.notices.Handlers(), b.shifts.Handlers(), b.storms.Handlers(), b.pages.Handlers(),
		b.respond.Handlers(), b.rollback.Handlers(), b.lookup.Handlers(),
		b.capture.Handlers(), b.channels.Handlers(), b.home.Handlers(), b.actions.Reminders().Handlers(),
		b.review.Handlers(),
	} {
		maps.Copy(all, more)
	}
	return all
}

// Status says how we and Slack are getting on.
func (b *Bot) Status() slack.Status { return b.watch.Now() }

// Run learns who we are to Slack, and asks again from time to time, until ctx ends. Nothing else waits for it: without Slack
// everything works that does not need Slack. It returns when nothing of the bot is going on any more.
func (b *Bot) Run(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	defer b.router.End()
	beside.Go(func() { b.roll.run(ctx) })
	beside.Go(func() { b.recallChannel(ctx) })
	beside.Go(func() { b.CatchUp(ctx) })
	beside.Go(func() { b.actions.Reminders().Plan(ctx); b.review.Plan(ctx) })
	b.identifier.run(ctx)
}
