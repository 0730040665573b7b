package hands

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Event is one delivery of the Events API.
type Event struct {
	ID     string         // default: a new one; the same again is a redelivery
	Fields map[string]any // the inner event: "type" and what belongs to it
	Retry  int            // X-Slack-Retry-Num; 0 for the first delivery
	Reason string         // X-Slack-Retry-Reason, for a retry; default http_timeout
}

// Event delivers an event to the bot.
func (b *Bot) Event(ctx context.Context, e Event) Response {
	b.ws.Lock()
	if e.ID == "" {
		e.ID = b.ws.IDs.New("Ev")
	}
	inner := maps.Clone(e.Fields)
	now := time.Now()
	if _, ok := inner["event_ts"]; !ok {
		inner["event_ts"] = workspace.Stamp(now)
	}
	envelope := wire.Answer{
		"token": verificationToken, "team_id": b.ws.App.Team.ID, "api_app_id": b.ws.App.ID,
		"event": inner, "type": "event_callback", "event_id": e.ID, "event_time": now.Unix(),
		"authorizations": []any{wire.Answer{
			"enterprise_id": nil, "team_id": b.ws.App.Team.ID, "user_id": b.ws.App.BotUserID,
			"is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": false,
		"event_context":         "4-" + b.ws.IDs.Secret("event"),
	}
	b.ws.Unlock()
	return b.deliver(ctx, envelope, e)
}

// deliver posts the JSON of an event, marked as a retry if it is one.
func (b *Bot) deliver(ctx context.Context, envelope wire.Answer, e Event) Response {
	body, err := json.Marshal(envelope)
	if err != nil {
		return Response{Err: err}
	}
	r, err := b.Request(ctx, "/slack/events", "application/json", body)
	if err != nil {
		return Response{Err: err}
	}
	if e.Retry > 0 {
		if e.Reason == "" {
			e.Reason = "http_timeout"
		}
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(e.Retry))
		r.Header.Set("X-Slack-Retry-Reason", e.Reason)
	}
	return b.Send(r)
}

// Verify sends the url_verification request with which Slack tries an events URL;
// the bot has to give the challenge back.
func (b *Bot) Verify(ctx context.Context, challenge string) Response {
	return b.deliver(ctx, wire.Answer{
		"token": verificationToken, "challenge": challenge, "type": "url_verification",
	}, Event{})
}

// publish delivers an event if the bot has subscribed to it and can see it. Whoever acts is not told how the bot answered,
// as in Slack.
func (b *Bot) publish(ctx context.Context, c *workspace.Conversation, fields map[string]any) {
	b.ws.Lock()
	wanted := slices.Contains(b.subscribed, blockkit.Text(fields["type"])) && c.Has(b.ws.App.BotUserID)
	b.ws.Unlock()
	if wanted {
		b.Event(ctx, Event{Fields: fields})
	}
}
