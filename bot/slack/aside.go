package slack

import (
	"context"
	"net/url"

	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// Aside is a call that no page needs, and of which package slack need not know more. That we may not make it is a refusal.
func (c *client) Aside(ctx context.Context, method string, with url.Values, into any) error {
	answer, err := c.exchange(ctx, method, "application/x-www-form-urlencoded", []byte(with.Encode()))
	if err == nil {
		err = readAnswer(method, answer, into)
	}
	return c.settleAside(method, err)
}

// Whisper shows a message to one person in a channel. It is gone when they close Slack.
func (c *client) Whisper(ctx context.Context, channel, user string, d blocks.Drawn) error {
	var said struct{}
	return c.Aside(ctx, "chat.postEphemeral", url.Values{
		"channel": {channel}, "user": {user}, "text": {d.Text}, "blocks": {string(d.Blocks)},
	}, &said)
}
