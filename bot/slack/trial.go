package slack

import (
	"context"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// What follows is for whoever looks whether all is well, before the first alarm.

// Granted asks Slack who we are, and which scopes our token has; nil if Slack does not tell.
func Granted(ctx context.Context, s *Sender) (user, team string, scopes []string, err error) {
	auth, err := s.Test(ctx)
	if err != nil {
		return "", "", nil, err
	}
	return auth.User, auth.Team, *scopesOf(auth), nil
}

// scopesOf are the scopes that the token has of which Slack has told.
func scopesOf(auth *slack.AuthTestResponse) *[]string {
	var scopes []string
	for scope := range strings.SplitSeq(auth.Header.Get("X-Oauth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return &scopes
}

// Scopes are those that our token had when Slack was asked last; nil if Slack has not told.
func (w *Watch) Scopes() []string {
	if scopes := w.granted.Load(); scopes != nil {
		return *scopes
	}
	return nil
}

// Reach opens the direct messages with a user, which they do not notice: without that no page reaches them.
func Reach(ctx context.Context, s *Sender, user string) error {
	_, err := s.openDM(ctx, user)
	return err
}

// Try posts a text to a channel, and takes it away again: nothing else tells whether the channel takes messages.
func Try(ctx context.Context, s *Sender, channel, text string) error {
	var in struct {
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	}
	if err := s.ask(ctx, "chat.postMessage", url.Values{"channel": {channel}, "text": {text}}, &in); err != nil {
		return err
	}
	var said struct{}
	return s.ask(ctx, "chat.delete", url.Values{"channel": {in.Channel}, "ts": {in.TS}}, &said)
}
