package config

import (
	"net/url"
	"regexp"
	"strings"
)

var channelForm = regexp.MustCompile(`^[CG][A-Z0-9]{2,30}$`)

func (r *reader) slack(c *Config, v value) {
	s := &c.Slack
	r.mapping(v,
		entry{"mode", r.slackMode},
		entry{"api_url", func(v value) { r.slackAPI(s, v) }},
		entry{"bot_token", r.secret(&s.BotToken, "a bot's token", "begins with xoxb- and is under OAuth & Permissions of the Slack app")},
		entry{"signing_secret", r.secret(&s.SigningSecret, signingSecret, "is under Basic Information of the Slack app")},
		entry{"app_token", r.secret(&s.AppToken, "an app-level token", "begins with xapp- and is under Basic Information of the Slack app")},
		entry{"channel", func(v value) { r.channel(s, v) }},
	)
	if v.kind != mapping {
		return
	}
	for _, need := range []struct{ key, remedy string }{
		{"bot_token", "write bot_token: ${SLACK_BOT_TOKEN}; it is under OAuth & Permissions of the Slack app"},
		{"signing_secret", "write signing_secret: ${SLACK_SIGNING_SECRET}; it is under Basic Information of the Slack app"},
		{"channel", "give the id of the channel for incident cards"},
	} {
		if _, given := r.places["slack."+need.key]; !given {
			r.errorf(value{v.node, "slack." + need.key}, need.remedy, "slack.%s is missing", need.key)
		}
	}
}

func (r *reader) slackMode(v value) {
	mode, ok := r.oneOf(v, "http", "socket")
	if ok && mode == "socket" {
		r.errorf(v, "use http", "this version has no socket mode")
	}
}

func (r *reader) slackAPI(s *Slack, v value) {
	text, ok := r.filled(v, "a URL such as "+DefaultSlackAPI)
	if !ok {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.errorf(v, "write one such as "+DefaultSlackAPI, "%s is not a URL", quote(v.text))
		return
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		r.warnf(v, "use https unless the network is your own", "the Slack token goes to %s unencrypted", quote(v.text))
	}
	s.APIURL = strings.TrimRight(text, "/") + "/"
}

func (r *reader) channel(s *Slack, v value) {
	id, ok := r.filled(v, "the id of a channel, such as C0INCIDENTS")
	if !ok {
		return
	}
	if !channelForm.MatchString(id) {
		r.errorf(v, "give its id, which begins with C and stands at the bottom of the channel's details",
			"%s is not the id of a Slack channel", quote(v.text))
		return
	}
	s.Channel = id
}
