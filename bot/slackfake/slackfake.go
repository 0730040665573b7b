package slackfake

import (
	"cmp"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/api"
	"github.com/oncalm/oncalm/bot/slackfake/chatpage"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/limits"
	"github.com/oncalm/oncalm/bot/slackfake/sockets"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Options describe the workspace at its start. The zero value is usable: a team
// without people.
type Options struct {
	Team     workspace.Team
	Users    []workspace.User
	Channels []workspace.Channel
	Groups   []workspace.UserGroup

	AppID     string // default A0ONCALM
	BotID     string // default B0ONCALM
	BotUserID string // default U0ONCALM
	BotName   string // default oncalm
	BotTitle  string // the name that people see; default Oncalm

	// BotToken is the only token that the Web API takes. Default xoxb-fake.
	BotToken string
	// AppToken is the only token that opens connections. Default xapp-fake.
	AppToken string
	// SigningSecret signs what goes to the bot. Default fake-signing-secret.
	SigningSecret string
	// Scopes that the bot's token has; nil means all that the known methods need.
	Scopes []string

	// BaseURL, when the fake is served on a socket, is where (no trailing slash):
	// response URLs and upload URLs then begin with it. Empty means Slack's own
	// hosts, which only [api.API.RoundTripper] can reach.
	BaseURL string

	// Subscriptions are the types of events that the bot gets when people act:
	// "message", "app_mention", "reaction_added", "reaction_removed", "pin_added", "pin_removed". Nil means none.
	// Others can be sent by hand with [hands.Bot.Event].
	Subscriptions []string

	Page chatpage.Options // what the chat page offers besides the conversations
}

// Slack is one workspace and its sides. All of it is safe for concurrent use.
type Slack struct {
	API    *api.API       // towards the bot's client
	Faults *faults.Faults // how it misbehaves
	Limits *limits.Limits // how much it takes
	Socket *sockets.Hub   // the bot's connections, if it has opened some: [hands.Bot.Connect] with it has all go over them
	Bot    *hands.Bot     // towards the bot's doors: where they are, and requests made by hand
	Hands  *hands.Hands   // what people do
	Page   *chatpage.Page // towards a browser

	opts Options
	ws   *workspace.Workspace
}

// New makes a workspace.
func New(o Options) *Slack {
	o.setDefaults()
	app := workspace.App{
		Team: o.Team, ID: o.AppID, BotID: o.BotID, BotUserID: o.BotUserID, BotName: o.BotName, BotTitle: o.BotTitle,
		SigningSecret: o.SigningSecret, BaseURL: o.BaseURL,
	}
	ws := workspace.New(app, workspace.Content{Users: o.Users, Channels: o.Channels, Groups: o.Groups})
	broken, most := faults.New(ws), limits.New(ws)
	bot, links := hands.NewBot(ws, broken, o.Subscriptions), sockets.NewHub()
	people := hands.New(ws, bot)
	return &Slack{
		API:    api.New(ws, broken, most, links, api.Tokens{Bot: o.BotToken, Scopes: o.Scopes, App: o.AppToken}),
		Faults: broken, Limits: most, Socket: links, Bot: bot, Hands: people,
		Page: chatpage.New(ws, broken, people, o.Page), opts: o, ws: ws,
	}
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
	o.AppToken = cmp.Or(o.AppToken, "xapp-fake")
	o.SigningSecret = cmp.Or(o.SigningSecret, "fake-signing-secret")
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
}

// APIURL is what a client takes as the base of the Web API; it ends with a slash.
func (s *Slack) APIURL() string {
	return cmp.Or(s.opts.BaseURL, "https://slack.com") + "/api/"
}

// Token is the bot's token.
func (s *Slack) Token() string { return s.opts.BotToken }

// AppToken is the app's own token.
func (s *Slack) AppToken() string { return s.opts.AppToken }

// SigningSecret is the secret that signs the requests towards the bot.
func (s *Slack) SigningSecret() string { return s.opts.SigningSecret }

// AppID is the app's id.
func (s *Slack) AppID() string { return s.opts.AppID }

// TeamID is the workspace's id.
func (s *Slack) TeamID() string { return s.opts.Team.ID }

// BotUserID is the user id of the bot.
func (s *Slack) BotUserID() string { return s.opts.BotUserID }
