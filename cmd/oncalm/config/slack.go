package config

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
)

// Slack is how to reach the workspace.
type Slack struct {
	Mode          string // http or socket
	APIURL        string // with a slash at the end
	BotToken      secrets.Secret
	SigningSecret secrets.Secret
	AppToken      secrets.Secret // of socket mode
	Channel       string         // id of the channel for the incidents' cards
	// Incident and OnCall are the slash commands, each with its slash; empty: their usual names.
	Incident, OnCall string
	// JoinedPages says that a person who is paged for many incidents at once is told of them in one message.
	JoinedPages bool
}

// Where the secrets of an app stand in Slack.
const (
	underOAuth = "is under OAuth & Permissions of the Slack app"
	underBasic = "is under Basic Information of the Slack app"
)

// A slackReader reads the section slack.
type slackReader struct{ to *Slack }

func (r slackReader) section(v reading.Value) {
	signing := reading.Key("signing_secret", secrets.Read(&r.to.SigningSecret, secrets.Signing, underBasic))
	app := reading.Key("app_token", secrets.Read(&r.to.AppToken, "an app-level token", "begins with xapp- and "+underBasic))
	v.Mapping(
		reading.Key("mode", r.mode),
		reading.Key("api_url", r.apiURL),
		reading.Key("bot_token", secrets.Read(&r.to.BotToken, "a bot's token", "begins with xoxb- and "+underOAuth)).
			Needed("write bot_token: ${SLACK_BOT_TOKEN}; it "+underOAuth),
		signing, app,
		reading.Key("commands", r.commands),
		reading.Key("joined_pages", reading.SetBool(&r.to.JoinedPages)),
		reading.Key("channel", r.channel).Needed("give the id of the channel for incident cards"),
	)
	if r.to.Socket() {
		reading.Needs(v, app.Needed(
			"write app_token: ${SLACK_APP_TOKEN}; it needs the scope connections:write, and "+underBasic))
		return
	}
	reading.Needs(v, signing.Needed("write signing_secret: ${SLACK_SIGNING_SECRET}; it "+underBasic))
}

// The ways in which Slack reaches us.
const (
	modeHTTP   = "http"
	modeSocket = "socket"
)

// Socket reports whether Slack sends what people do over a connection that we open.
func (s Slack) Socket() bool { return s.Mode == modeSocket }

// mode reads how Slack reaches us.
func (r slackReader) mode(v reading.Value) {
	if mode, ok := v.OneOf(modeHTTP, modeSocket); ok {
		r.to.Mode = mode
	}
}

// apiURL reads where the Web API is: in tests and the demo, a fake. It ends with a slash, behind which a method stands.
func (r slackReader) apiURL(v reading.Value) {
	text, ok := v.Filled("a URL such as " + DefaultSlackAPI)
	if !ok {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		v.Errorf("write one such as "+DefaultSlackAPI, "%s is not a URL", reading.Quote(v.Text()))
		return
	}
	if u.Scheme == "http" && !places.Loopback(u.Hostname()) {
		v.Warnf("use https unless the network is your own",
			"the Slack token goes to %s unencrypted", reading.Quote(v.Text()))
	}
	r.to.APIURL = strings.TrimRight(text, "/") + "/"
}

// commandForm is that of a slash command, as Slack takes it.
var commandForm = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

// commands reads what the slash commands are called.
func (r slackReader) commands(v reading.Value) {
	const wanted = "a slash command in lower case, such as /inc"
	v.Mapping(
		reading.Key("incident", patterns.Formed(&r.to.Incident, commandForm, wanted)),
		reading.Key("oncall", patterns.Formed(&r.to.OnCall, commandForm, wanted)),
	)
	if incident, onCall := cmp.Or(r.to.Incident, "/incident"), cmp.Or(r.to.OnCall, "/oncall"); incident == onCall {
		v.Errorf("give each its own", "both slash commands are called %s", incident)
	}
}

func (r slackReader) channel(v reading.Value) {
	if id, ok := places.Channel(v); ok {
		r.to.Channel = id
	}
}
