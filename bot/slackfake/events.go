package slackfake

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
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
func (s *Slack) Event(ctx context.Context, e Event) Response {
	s.ws.Lock()
	if e.ID == "" {
		e.ID = s.ws.IDs.New("Ev")
	}
	inner := maps.Clone(e.Fields)
	now := time.Now()
	if _, ok := inner["event_ts"]; !ok {
		inner["event_ts"] = workspace.Stamp(now)
	}
	envelope := wire.Answer{
		"token": verificationToken, "team_id": s.opts.Team.ID, "api_app_id": s.opts.AppID,
		"event": inner, "type": "event_callback", "event_id": e.ID, "event_time": now.Unix(),
		"authorizations": []any{wire.Answer{
			"enterprise_id": nil, "team_id": s.opts.Team.ID, "user_id": s.opts.BotUserID,
			"is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": false,
		"event_context":         "4-" + s.ws.IDs.Secret("event"),
	}
	s.ws.Unlock()
	return s.deliver(ctx, envelope, e)
}

func (s *Slack) deliver(ctx context.Context, envelope wire.Answer, e Event) Response {
	body, err := json.Marshal(envelope)
	if err != nil {
		return Response{Err: err}
	}
	r, err := s.Request(ctx, "/slack/events", "application/json", body)
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
	return s.Send(r)
}

// Verify sends the url_verification request with which Slack tries an events URL;
// the bot has to give the challenge back.
func (s *Slack) Verify(ctx context.Context, challenge string) Response {
	return s.deliver(ctx, wire.Answer{"token": verificationToken, "challenge": challenge, "type": "url_verification"}, Event{})
}

// Say lets a person write into a conversation. If the bot has subscribed to it and
// is a member, it gets the events; what it answers to them is not looked at.
func (s *Slack) Say(ctx context.Context, userID, channel, typed string) (workspace.Message, error) {
	return s.say(ctx, userID, channel, "", typed)
}

// Reply is Say in the thread of a message.
func (s *Slack) Reply(
	ctx context.Context, userID string, to workspace.Message, typed string,
) (workspace.Message, error) {
	thread := to.ThreadTS
	if thread == "" {
		thread = to.TS
	}
	return s.say(ctx, userID, to.Channel, thread, typed)
}

func (s *Slack) say(ctx context.Context, userID, channel, thread, typed string) (workspace.Message, error) {
	s.ws.Lock()
	u, c, err := s.acting(userID, channel)
	if err == nil && c.Archived {
		err = &noSuch{what: "open conversation", name: channel}
	}
	if err != nil {
		s.ws.Unlock()
		return workspace.Message{}, err
	}
	m := s.ws.Add(c, workspace.Message{User: u.ID, Text: s.ws.Wire(typed), ThreadTS: thread})
	c.Seen[u.ID] = m.TS
	out := m.Clone()
	s.ws.Unlock()

	event := map[string]any{
		"type": "message", "client_msg_id": out.TS, "user": userID, "text": out.Text, "ts": out.TS,
		"team": s.opts.Team.ID, "channel": c.ID, "channel_type": c.Kind(), "event_ts": out.TS,
	}
	if thread != "" {
		event["thread_ts"] = thread
	}
	s.publish(ctx, c, event)
	if mentions(out.Text, s.opts.BotUserID) {
		mention := maps.Clone(event)
		mention["type"] = "app_mention"
		delete(mention, "channel_type")
		s.publish(ctx, c, mention)
	}
	return out, nil
}

// React puts a person's emoji under a message.
func (s *Slack) React(ctx context.Context, userID string, m workspace.Message, name string) error {
	return s.mark(ctx, userID, m, name, "reaction_added", (*workspace.Message).React)
}

// Unreact takes it away.
func (s *Slack) Unreact(ctx context.Context, userID string, m workspace.Message, name string) error {
	return s.mark(ctx, userID, m, name, "reaction_removed", (*workspace.Message).Unreact)
}

func (s *Slack) mark(ctx context.Context, userID string, m workspace.Message, name, kind string,
	change func(*workspace.Message, string, string) bool,
) error {
	s.ws.Lock()
	u, c, err := s.acting(userID, m.Channel)
	if err != nil {
		s.ws.Unlock()
		return err
	}
	stored := c.Message(m.TS)
	if stored == nil || !change(stored, name, u.ID) {
		s.ws.Unlock()
		return &noSuch{what: "such change of", name: name}
	}
	s.ws.Changes.Mark()
	author := stored.User
	s.ws.Unlock()
	s.publish(ctx, c, map[string]any{
		"type": kind, "user": userID, "reaction": name, "item_user": author,
		"item": wire.Answer{"type": "message", "channel": c.ID, "ts": m.TS},
	})
	return nil
}

// publish delivers an event if the bot has subscribed to it and can see it.
func (s *Slack) publish(ctx context.Context, c *workspace.Conversation, fields map[string]any) {
	s.ws.Lock()
	wanted := slices.Contains(s.opts.Subscriptions, blockkit.Text(fields["type"])) && c.Has(s.opts.BotUserID)
	s.ws.Unlock()
	if wanted {
		s.Event(ctx, Event{Fields: fields})
	}
}

// mentions tells whether a text on the wire mentions a user.
func mentions(wire, userID string) bool {
	return len(userID) > 0 && (strings.Contains(wire, "<@"+userID+">") || strings.Contains(wire, "<@"+userID+"|"))
}
