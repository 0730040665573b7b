package api

import (
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// chat answers chat.*.
type chat struct {
	ws  *workspace.Workspace
	may *access
}

// post answers chat.postMessage. There is no key by which Slack knows that a message was posted before: a second call is a
// second message.
func (s chat) post(a wire.Args) (wire.Answer, error) {
	c, err := s.may.target(a["channel"])
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
	m.User, m.Bot = s.ws.App.BotUserID, true
	if ts := a["thread_ts"]; ts != "" {
		parent := c.Message(ts)
		if parent == nil || parent.Ephemeral != "" {
			return nil, wire.Refuse("thread_not_found")
		}
		m.ThreadTS, m.Broadcast = parent.TS, a.Bool("reply_broadcast")
		// threads have one level: who answers an answer answers the first message
		if parent.ThreadTS != "" {
			m.ThreadTS = parent.ThreadTS
		}
	}
	posted := s.ws.Add(c, m)
	return wire.Answer{"channel": c.ID, "ts": posted.TS, "message": s.ws.App.ShapeMessage(c, posted, true)}, nil
}

// postEphemeral shows a message to one person who is in the channel. Its ts names nothing that other methods know.
func (s chat) postEphemeral(a wire.Args) (wire.Answer, error) {
	c, err := s.may.target(a["channel"])
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
	m.User, m.Bot, m.Ephemeral = s.ws.App.BotUserID, true, u.ID
	m.ThreadTS, m.Metadata = a["thread_ts"], nil
	return wire.Answer{"message_ts": s.ws.Add(c, m).TS}, nil
}

// update replaces the blocks as a whole, and takes them away if only a text is given. Attachments and metadata stay unless
// others are given.
func (s chat) update(a wire.Args) (wire.Answer, error) {
	c, m, err := s.may.own(a, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := workspace.ParseMessage(a)
	if err != nil {
		return nil, err
	}
	// blocks=[] is how blocks are taken away, so an empty list is something given
	if next.Empty() && !a.Has("blocks") && !a.Has("attachments") {
		return nil, wire.Refuse("no_text")
	}
	s.ws.Edit(m, next, a)
	shape := s.ws.App.ShapeMessage(c, m, true)
	delete(shape, "ts") // it stands beside the message
	delete(shape, "pinned_to")
	return wire.Answer{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": shape}, nil
}

func (s chat) delete(a wire.Args) (wire.Answer, error) {
	c, m, err := s.may.own(a, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.Remove(m)
	s.ws.Changes.Mark()
	return wire.Answer{"channel": c.ID, "ts": m.TS}, nil
}

// permalink needs no scope, and the bot need not be in the channel.
func (s chat) permalink(a wire.Args) (wire.Answer, error) {
	c := s.ws.Conversation(a["channel"])
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	m := c.Message(a["message_ts"])
	if m == nil {
		return nil, wire.Refuse("message_not_found")
	}
	return wire.Answer{"channel": c.ID, "permalink": s.ws.App.Permalink(c.ID, m.TS)}, nil
}
