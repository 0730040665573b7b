package hands

import (
	"context"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Pin lets a person pin a message.
func (s *Hands) Pin(ctx context.Context, userID string, m workspace.Message) error {
	return s.pin(ctx, userID, m, "pin_added", func(c *workspace.Conversation) bool { return c.Pin(m.TS, userID) })
}

// Unpin lets a person take a pin away.
func (s *Hands) Unpin(ctx context.Context, userID string, m workspace.Message) error {
	return s.pin(ctx, userID, m, "pin_removed", func(c *workspace.Conversation) bool { return c.Unpin(m.TS) })
}

// pin changes the pins, and tells the bot if they have changed. created_by is whoever does it, also of a pin that is taken
// away.
func (s *Hands) pin(ctx context.Context, userID string, m workspace.Message, kind string,
	change func(*workspace.Conversation) bool,
) error {
	s.ws.Lock()
	u, c, err := s.acting(userID, m.Channel)
	if err != nil {
		s.ws.Unlock()
		return err
	}
	stored := c.Message(m.TS)
	if stored == nil || !change(c) {
		s.ws.Unlock()
		return &NoSuch{What: "such change of", Name: "the pins"}
	}
	shape := s.ws.App.ShapeMessage(c, stored, false)
	count := len(c.Pins)
	shape["permalink"] = s.ws.App.Permalink(c.ID, m.TS)
	s.ws.Changes.Mark()
	s.ws.Unlock()
	s.bot.publish(ctx, c, map[string]any{
		"type": kind, "user": u.ID, "channel_id": c.ID, "pin_count": count,
		"item": wire.Answer{"type": "message", "channel": c.ID, "created_by": u.ID, "message": shape},
	})
	return nil
}

// Change lets a person edit what they wrote, or delete it if nothing is to be left. For the bot both are events of a
// message with a subtype, and hidden ones: they are no new messages.
func (s *Hands) Change(ctx context.Context, userID string, m workspace.Message, typed string) error {
	s.ws.Lock()
	u, c, err := s.acting(userID, m.Channel)
	if err != nil {
		s.ws.Unlock()
		return err
	}
	stored := c.Message(m.TS)
	if stored == nil || stored.User != u.ID {
		s.ws.Unlock()
		return &NoSuch{What: "message of one's own", Name: m.TS}
	}
	event := map[string]any{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.ID, "channel_type": c.Kind(),
		"ts": m.TS, "previous_message": s.ws.App.ShapeMessage(c, stored, false),
	}
	if typed == "" {
		c.Remove(stored)
		s.ws.Changes.Mark()
		event["subtype"], event["deleted_ts"] = "message_deleted", m.TS
	} else {
		s.ws.Edit(stored, workspace.Message{Text: s.ws.Wire(typed)}, wire.Args{"text": typed})
		event["message"] = s.ws.App.ShapeMessage(c, stored, false)
	}
	s.ws.Unlock()
	s.bot.publish(ctx, c, event)
	return nil
}
