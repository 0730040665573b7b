package config

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
)

var channelForm = regexp.MustCompile(`^[CG][A-Z0-9]{2,30}$`)

func (r *reader) slack(c *Config, v reading.Value) {
	s := &c.Slack
	r.Mapping(v,
		reading.Key("mode", r.slackMode),
		reading.Key("api_url", func(v reading.Value) { r.slackAPI(s, v) }),
		reading.Key("bot_token", secrets.Read(r.Reader, &s.BotToken, "a bot's token", "begins with xoxb- and is under OAuth & Permissions of the Slack app")),
		reading.Key("signing_secret", secrets.Read(r.Reader, &s.SigningSecret, secrets.Signing, "is under Basic Information of the Slack app")),
		reading.Key("app_token", secrets.Read(r.Reader, &s.AppToken, "an app-level token", "begins with xapp- and is under Basic Information of the Slack app")),
		reading.Key("channel", func(v reading.Value) { r.channel(s, v) }),
	)
	if v.Kind != reading.Mapping {
		return
	}
	for _, need := range []struct{ key, remedy string }{
		{"bot_token", "write bot_token: ${SLACK_BOT_TOKEN}; it is under OAuth & Permissions of the Slack app"},
		{"signing_secret", "write signing_secret: ${SLACK_SIGNING_SECRET}; it is under Basic Information of the Slack app"},
		{"channel", "give the id of the channel for incident cards"},
	} {
		if _, given := r.Places["slack."+need.key]; !given {
			r.Errorf(reading.At(v.Node, "slack."+need.key), need.remedy, "slack.%s is missing", need.key)
		}
	}
}

func (r *reader) slackMode(v reading.Value) {
	mode, ok := r.oneOf(v, "http", "socket")
	if ok && mode == "socket" {
		r.NotBuilt("has no socket mode", "use http")(v)
	}
}

func (r *reader) slackAPI(s *Slack, v reading.Value) {
	text, ok := r.Filled(v, "a URL such as "+DefaultSlackAPI)
	if !ok {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.Errorf(v, "write one such as "+DefaultSlackAPI, "%s is not a URL", reading.Quote(v.Text))
		return
	}
	if u.Scheme == "http" && !places.Loopback(u.Hostname()) {
		r.Warnf(v, "use https unless the network is your own", "the Slack token goes to %s unencrypted", reading.Quote(v.Text))
	}
	s.APIURL = strings.TrimRight(text, "/") + "/"
}

func (r *reader) channel(s *Slack, v reading.Value) {
	id, ok := r.Filled(v, "the id of a channel, such as C0INCIDENTS")
	if !ok {
		return
	}
	if !channelForm.MatchString(id) {
		r.Errorf(v, "give its id, which begins with C and stands at the bottom of the channel's details",
			"%s is not the id of a Slack channel", reading.Quote(v.Text))
		return
	}
	s.Channel = id
}
