package slackfake

import (
	"slices"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// target finds where a message goes: a channel's id or name, direct messages, or a
// person, whose direct messages are then opened.
func (s *Slack) target(name string) (*workspace.Conversation, error) {
	c := s.ws.Find(name)
	if c == nil {
		u := s.ws.User(name)
		switch {
		case u == nil || u.IsBot:
			return nil, wire.Refuse("channel_not_found")
		case u.Deleted:
			return nil, wire.Refuse("user_disabled")
		}
		c, _ = s.ws.OpenIM(name)
	}
	if u := s.ws.User(c.IM); u != nil && u.Deleted {
		return nil, wire.Refuse("user_disabled")
	}
	return c, s.mayPost(c)
}

func (s *Slack) mayPost(c *workspace.Conversation) error {
	member := c.Has(s.opts.BotUserID)
	switch {
	case c.Archived:
		return wire.Refuse("is_archived")
	case !member && c.Private:
		return wire.Refuse("channel_not_found")
	case !member && !slices.Contains(s.opts.Scopes, "chat:write.public"):
		return wire.Refuse("not_in_channel")
	}
	return nil
}

func (s *Slack) postMessage(a wire.Args) (wire.Answer, error) {
	c, err := s.target(a["channel"])
	if err != nil {
		return nil, err
	}
	m, err := workspace.ParseMessage(a)
	if err != nil {
		return nil, err
	}
	if m.Empty() {
		return nil, wire.Refuse("no_text")
	}
	m.User, m.Bot = s.opts.BotUserID, true
	if ts := a["thread_ts"]; ts != "" {
		parent := c.Message(ts)
		if parent == nil || parent.Ephemeral != "" {
			return nil, wire.Refuse("thread_not_found")
		}
		m.ThreadTS, m.Broadcast = parent.TS, a.Bool("reply_broadcast")
		if parent.ThreadTS != "" {
			m.ThreadTS = parent.ThreadTS
		}
	}
	posted := s.ws.Add(c, m)
	return wire.Answer{"channel": c.ID, "ts": posted.TS, "message": s.ws.App.ShapeMessage(c, posted, true)}, nil
}

func (s *Slack) postEphemeral(a wire.Args) (wire.Answer, error) {
	c, err := s.target(a["channel"])
	if err != nil {
		return nil, err
	}
	u := s.ws.User(a["user"])
	switch {
	case u == nil:
		return nil, wire.Refuse("user_not_found")
	case !c.Has(u.ID):
		return nil, wire.Refuse("user_not_in_channel")
	}
	m, err := workspace.ParseMessage(a)
	if err != nil {
		return nil, err
	}
	if m.Empty() {
		return nil, wire.Refuse("no_text")
	}
	m.User, m.Bot, m.Ephemeral = s.opts.BotUserID, true, u.ID
	m.ThreadTS, m.Metadata = a["thread_ts"], nil
	return wire.Answer{"message_ts": s.ws.Add(c, m).TS}, nil
}

// own finds a message that the bot may change.
func (s *Slack) own(a wire.Args, notMine string) (*workspace.Conversation, *workspace.Message, error) {
	c := s.ws.Conversation(a["channel"])
	if c == nil || c.Private && !c.Has(s.opts.BotUserID) {
		return nil, nil, wire.Refuse("channel_not_found")
	}
	m := c.Message(a["ts"])
	switch {
	case m == nil || m.Ephemeral != "":
		return nil, nil, wire.Refuse("message_not_found")
	case !m.Bot:
		return nil, nil, wire.Refuse(notMine)
	case c.Archived:
		return nil, nil, wire.Refuse("is_archived")
	}
	return c, m, nil
}

func (s *Slack) updateMessage(a wire.Args) (wire.Answer, error) {
	c, m, err := s.own(a, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := workspace.ParseMessage(a)
	if err != nil {
		return nil, err
	}
	if next.Empty() && !a.Has("blocks") && !a.Has("attachments") {
		return nil, wire.Refuse("no_text")
	}
	s.ws.Edit(m, next, a)
	return wire.Answer{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.ws.App.ShapeMessage(c, m, true)}, nil
}

func (s *Slack) deleteMessage(a wire.Args) (wire.Answer, error) {
	c, m, err := s.own(a, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.Remove(m)
	s.ws.Changes.Mark()
	return wire.Answer{"channel": c.ID, "ts": m.TS}, nil
}

func (s *Slack) permalink(a wire.Args) (wire.Answer, error) {
	c := s.ws.Conversation(a["channel"])
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	m := c.Message(a["message_ts"])
	if m == nil {
		return nil, wire.Refuse("message_not_found")
	}
	return wire.Answer{"channel": c.ID, "permalink": s.link(c, m)}, nil
}

func (s *Slack) link(c *workspace.Conversation, m *workspace.Message) string {
	return "https://" + s.opts.Team.Domain + ".slack.com/archives/" + c.ID + "/p" + m.TS[:len(m.TS)-7] + m.TS[len(m.TS)-6:]
}
