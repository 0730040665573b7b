package hands

import (
	"context"
	"maps"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Say lets a person write into a conversation. If the bot has subscribed to it and
// is a member, it gets the events; what it answers to them is not looked at.
func (s *Hands) Say(ctx context.Context, userID, channel, typed string) (workspace.Message, error) {
	return s.SayIn(ctx, userID, channel, "", typed)
}

// Reply is Say in the thread of a message.
func (s *Hands) Reply(
	ctx context.Context, userID string, to workspace.Message, typed string,
) (workspace.Message, error) {
	thread := to.ThreadTS
	if thread == "" {
		thread = to.TS
	}
	return s.SayIn(ctx, userID, to.Channel, thread, typed)
}

// SayIn is Say in the thread with this ts, or outside threads if it is empty.
func (s *Hands) SayIn(ctx context.Context, userID, channel, thread, typed string) (workspace.Message, error) {
	return s.Share(ctx, userID, channel, thread, typed)
}

// Share is SayIn with files. A message that mentions the bot is two events: the message, and app_mention, which has no
// channel_type.
func (s *Hands) Share(ctx context.Context, userID, channel, thread, typed string, files ...workspace.FileRef) (
	workspace.Message, error,
) {
	s.ws.Lock()
	u, c, err := s.acting(userID, channel)
	if err == nil && c.Archived {
		err = &NoSuch{What: "open conversation", Name: channel}
	}
	if err != nil {
		s.ws.Unlock()
		return workspace.Message{}, err
	}
	m := s.ws.Add(c, workspace.Message{User: u.ID, Text: s.ws.Wire(typed), ThreadTS: thread, Files: files})
	c.Seen[u.ID] = m.TS
	out := m.Clone()
	s.ws.Unlock()

	event := map[string]any{
		"type": "message", "client_msg_id": out.TS, "user": userID, "text": out.Text, "ts": out.TS,
		"team": s.ws.App.Team.ID, "channel": c.ID, "channel_type": c.Kind(), "event_ts": out.TS,
	}
	if thread != "" {
		event["thread_ts"] = thread
	}
	if len(files) > 0 {
		event["subtype"], event["files"] = "file_share", files
	}
	s.bot.publish(ctx, c, event)
	if mentions(out.Text, s.ws.App.BotUserID) {
		mention := maps.Clone(event)
		mention["type"] = "app_mention"
		delete(mention, "channel_type")
		s.bot.publish(ctx, c, mention)
	}
	return out, nil
}

// React puts a person's emoji under a message.
func (s *Hands) React(ctx context.Context, userID string, m workspace.Message, name string) error {
	return s.mark(ctx, userID, m, name, "reaction_added", (*workspace.Message).React)
}

// Unreact takes it away.
func (s *Hands) Unreact(ctx context.Context, userID string, m workspace.Message, name string) error {
	return s.mark(ctx, userID, m, name, "reaction_removed", (*workspace.Message).Unreact)
}

// mark changes the reactions to a message, and tells the bot if they have changed.
func (s *Hands) mark(ctx context.Context, userID string, m workspace.Message, name, kind string,
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
		return &NoSuch{What: "such change of", Name: name}
	}
	s.ws.Changes.Mark()
	author := stored.User
	s.ws.Unlock()
	s.bot.publish(ctx, c, map[string]any{
		"type": kind, "user": userID, "reaction": name, "item_user": author,
		"item": wire.Answer{"type": "message", "channel": c.ID, "ts": m.TS},
	})
	return nil
}

// mentions tells whether a text on the wire mentions a user.
func mentions(wire, userID string) bool {
	return len(userID) > 0 && (strings.Contains(wire, "<@"+userID+">") || strings.Contains(wire, "<@"+userID+"|"))
}
