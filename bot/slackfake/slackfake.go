package slackfake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options describe the workspace at its start. The zero value is usable: a team
// without people.
type Options struct {
	Team     Team
	Users    []User
	Channels []Channel
	Groups   []UserGroup

	AppID     string // default A0ONCALM
	BotID     string // default B0ONCALM
	BotUserID string // default U0ONCALM
	BotName   string // default oncalm
	BotTitle  string // the name that people see; default Oncalm

	// BotToken is the only token that the Web API takes. Default xoxb-fake.
	BotToken string
	// SigningSecret signs what goes to the bot. Default fake-signing-secret.
	SigningSecret string
	// Scopes that the bot's token has; nil means all that the known methods need.
	Scopes []string

	// BaseURL, when the fake is served on a socket, is where (no trailing slash):
	// response URLs and upload URLs then begin with it. Empty means Slack's own
	// hosts, which only [Slack.RoundTripper] can reach.
	BaseURL string

	// Subscriptions are the types of events that the bot gets when people act:
	// "message", "app_mention", "reaction_added", "reaction_removed". Nil means none.
	// Others can be sent by hand with [Slack.Event].
	Subscriptions []string

	Page PageOptions // what the chat page offers besides the conversations
}

// Team is the workspace. Defaults: T0ONCALM, "Oncalm", "oncalm".
type Team struct{ ID, Name, Domain string }

// User is a person, or a bot, of the workspace.
type User struct {
	ID       string // U…
	Name     string // the handle, without @
	RealName string // default: Name
	Email    string
	Title    string // what they do
	Zone     string // IANA name, default UTC
	Deleted  bool   // deactivated
	IsBot    bool
	Quiet    Quiet // when they are not to be disturbed
}

// Channel is a conversation of several people.
type Channel struct {
	ID       string // C… or, private, G…
	Name     string // without #
	Topic    string
	Purpose  string
	Private  bool
	Archived bool
	// Members are user ids. Nil means everybody including the bot.
	Members []string
}

// UserGroup is a mentionable group of people.
type UserGroup struct {
	ID       string // S…
	Handle   string // without @
	Name     string // default: Handle
	Disabled bool
	Users    []string
}

// Slack is one workspace. All methods are safe for concurrent use.
type Slack struct {
	opts    Options
	methods map[string]method

	mu       sync.Mutex
	users    []User
	groups   []UserGroup
	convs    []*conversation
	files    []*file
	views    []*View          // all that are open; of one user, the last is on top
	homes    map[string]*View // by user
	triggers map[string]*trigger
	hooks    map[string]*hook
	serial   int // feeds every id
	calls    []*Call
	faults   []*Fault
	every    everyNth
	down     outage
	bot      endpoint
	seen     map[string]string // user + "/" + channel → ts last read, for the page
	done     map[string]bool   // steps of the page's tour
	watchers map[chan struct{}]bool
	ended    chan struct{} // closed when the streams shall end
	version  int           // counts changes, for the page
}

// New makes a workspace.
func New(o Options) *Slack {
	o.setDefaults()
	s := &Slack{
		opts:     o,
		methods:  methods(),
		homes:    map[string]*View{},
		triggers: map[string]*trigger{},
		hooks:    map[string]*hook{},
		seen:     map[string]string{},
		done:     map[string]bool{},
		watchers: map[chan struct{}]bool{},
		ended:    make(chan struct{}),
	}
	for _, u := range o.Users {
		s.users = append(s.users, u.withDefaults())
	}
	if s.user(o.BotUserID) == nil {
		s.users = append(s.users, User{ID: o.BotUserID, Name: o.BotName, RealName: o.BotTitle, Zone: "UTC", IsBot: true})
	}
	for _, g := range o.Groups {
		g.Name = cmp.Or(g.Name, g.Handle)
		g.Users = slices.Clone(g.Users)
		s.groups = append(s.groups, g)
	}
	for _, c := range o.Channels {
		s.addChannel(c, o.BotUserID)
	}
	return s
}

func (o *Options) setDefaults() {
	o.Team.ID = cmp.Or(o.Team.ID, "T0ONCALM")
	o.Team.Name = cmp.Or(o.Team.Name, "Oncalm")
	o.Team.Domain = cmp.Or(o.Team.Domain, "oncalm")
	o.AppID = cmp.Or(o.AppID, "A0ONCALM")
	o.BotID = cmp.Or(o.BotID, "B0ONCALM")
	o.BotUserID = cmp.Or(o.BotUserID, "U0ONCALM")
	o.BotName = cmp.Or(o.BotName, "oncalm")
	o.BotTitle = cmp.Or(o.BotTitle, "Oncalm")
	o.BotToken = cmp.Or(o.BotToken, "xoxb-fake")
	o.SigningSecret = cmp.Or(o.SigningSecret, "fake-signing-secret")
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	if o.Scopes == nil {
		o.Scopes = allScopes(methods())
	}
}

func (u User) withDefaults() User {
	u.RealName = cmp.Or(u.RealName, u.Name)
	u.Zone = cmp.Or(u.Zone, "UTC")
	return u
}

// APIURL is what a client takes as the base of the Web API; it ends with a slash.
func (s *Slack) APIURL() string {
	return cmp.Or(s.opts.BaseURL, "https://slack.com") + "/api/"
}

// Token is the bot's token.
func (s *Slack) Token() string { return s.opts.BotToken }

// SigningSecret is the secret that signs the requests towards the bot.
func (s *Slack) SigningSecret() string { return s.opts.SigningSecret }

// AppID is the app's id.
func (s *Slack) AppID() string { return s.opts.AppID }

// TeamID is the workspace's id.
func (s *Slack) TeamID() string { return s.opts.Team.ID }

// BotUserID is the user id of the bot.
func (s *Slack) BotUserID() string { return s.opts.BotUserID }

// Users lists the people and bots of the workspace.
func (s *Slack) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.users)
}

// SetUser replaces the user of the same id, or adds one: to deactivate a person in
// the middle of a test, say.
func (s *Slack) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u = u.withDefaults()
	if old := s.user(u.ID); old != nil {
		*old = u
	} else {
		s.users = append(s.users, u)
	}
	s.changed()
}

// user finds a user by id; nil if there is none. The caller holds the lock (or
// nobody else can know s yet).
func (s *Slack) user(id string) *User {
	i := slices.IndexFunc(s.users, func(u User) bool { return u.ID == id })
	if i < 0 {
		return nil
	}
	return &s.users[i]
}

// id makes a new id with a prefix, such as C0000001.
func (s *Slack) id(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%07d", prefix, s.serial)
}

// changed wakes the pages that watch. The caller holds the lock.
func (s *Slack) changed() {
	s.version++
	for w := range s.watchers {
		select {
		case w <- struct{}{}:
		default: // it is awake already
		}
	}
}

// stamp renders a time as Slack's ts: seconds, a dot, six digits.
func stamp(t time.Time) string {
	us := t.UnixMicro()
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}
