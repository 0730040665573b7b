package slackfake

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

const (
	maxText        = 40_000 // of a message, in characters
	maxAttachments = 100
)

// target finds where a message goes: a channel's id or name, direct messages, or a
// person, whose direct messages are then opened.
func (s *Slack) target(name string) (*conversation, error) {
	c := s.find(name)
	if c == nil {
		u := s.user(name)
		switch {
		case u == nil || u.IsBot:
			return nil, wire.Refuse("channel_not_found")
		case u.Deleted:
			return nil, wire.Refuse("user_disabled")
		}
		c, _ = s.openIM(name)
	}
	if u := s.user(c.im); u != nil && u.Deleted {
		return nil, wire.Refuse("user_disabled")
	}
	return c, s.mayPost(c)
}

func (s *Slack) mayPost(c *conversation) error {
	member := c.has(s.opts.BotUserID)
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

// content reads what chat.postMessage, chat.update and response URLs share.
func content(a wire.Args) (Message, error) {
	m := Message{Text: a["text"]}
	if a["markdown_text"] != "" {
		if m.Text != "" || a["blocks"] != "" {
			return m, wire.Refuse("markdown_text_conflict")
		}
		m.Text = a["markdown_text"]
	}
	if utf8.RuneCountInString(m.Text) > maxText {
		return m, wire.Refuse("msg_too_long")
	}
	var err error
	if m.Blocks, err = blockkit.ParseBlocks(a["blocks"]); err != nil {
		return m, err
	}
	if m.Attached, err = parseAttachments(a["attachments"]); err != nil {
		return m, err
	}
	m.Metadata, err = parseMetadata(a["metadata"])
	return m, err
}

func parseAttachments(text string) (json.RawMessage, error) {
	var all []map[string]any
	switch {
	case text == "":
		return nil, nil
	case json.Unmarshal([]byte(text), &all) != nil:
		return nil, wire.Refuse("invalid_attachments")
	case len(all) > maxAttachments:
		return nil, wire.Refuse("too_many_attachments")
	case len(all) == 0:
		return nil, nil
	}
	return json.RawMessage(text), nil
}

// parseMetadata reads metadata; {} and an empty event type mean none.
func parseMetadata(text string) (*Metadata, error) {
	if text == "" || text == "{}" {
		return nil, nil
	}
	var d Metadata
	if json.Unmarshal([]byte(text), &d) != nil {
		return nil, wire.Refuse("invalid_metadata_format")
	}
	if d.EventType == "" {
		if len(d.EventPayload) == 0 {
			return nil, nil
		}
		return nil, wire.Refuse("invalid_metadata_schema")
	}
	return &d, nil
}

func (m *Message) empty() bool { return m.Text == "" && m.Blocks == nil && m.Attached == nil }

func (s *Slack) postMessage(a wire.Args) (wire.Answer, error) {
	c, err := s.target(a["channel"])
	if err != nil {
		return nil, err
	}
	m, err := content(a)
	if err != nil {
		return nil, err
	}
	if m.empty() {
		return nil, wire.Refuse("no_text")
	}
	m.User, m.Bot = s.opts.BotUserID, true
	if ts := a["thread_ts"]; ts != "" {
		parent := c.message(ts)
		if parent == nil || parent.Ephemeral != "" {
			return nil, wire.Refuse("thread_not_found")
		}
		m.ThreadTS, m.Broadcast = parent.TS, a.Bool("reply_broadcast")
		if parent.ThreadTS != "" {
			m.ThreadTS = parent.ThreadTS
		}
	}
	posted := s.add(c, m)
	return wire.Answer{"channel": c.ID, "ts": posted.TS, "message": s.shape(c, posted, true)}, nil
}

func (s *Slack) postEphemeral(a wire.Args) (wire.Answer, error) {
	c, err := s.target(a["channel"])
	if err != nil {
		return nil, err
	}
	u := s.user(a["user"])
	switch {
	case u == nil:
		return nil, wire.Refuse("user_not_found")
	case !c.has(u.ID):
		return nil, wire.Refuse("user_not_in_channel")
	}
	m, err := content(a)
	if err != nil {
		return nil, err
	}
	if m.empty() {
		return nil, wire.Refuse("no_text")
	}
	m.User, m.Bot, m.Ephemeral = s.opts.BotUserID, true, u.ID
	m.ThreadTS, m.Metadata = a["thread_ts"], nil
	return wire.Answer{"message_ts": s.add(c, m).TS}, nil
}

// own finds a message that the bot may change.
func (s *Slack) own(a wire.Args, notMine string) (*conversation, *Message, error) {
	c := s.conv(a["channel"])
	if c == nil || c.Private && !c.has(s.opts.BotUserID) {
		return nil, nil, wire.Refuse("channel_not_found")
	}
	m := c.message(a["ts"])
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
	next, err := content(a)
	if err != nil {
		return nil, err
	}
	if next.empty() && !a.Has("blocks") && !a.Has("attachments") {
		return nil, wire.Refuse("no_text")
	}
	s.edit(m, next, a)
	return wire.Answer{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.shape(c, m, true)}, nil
}

// edit replaces what a message says. Blocks stay only if neither they nor a text
// are given; attachments and metadata stay if they are not given.
func (s *Slack) edit(m *Message, next Message, a wire.Args) {
	m.Edits = append(m.Edits, Edit{Until: time.Now(), Text: m.Text, Blocks: m.Blocks, Metadata: m.Metadata})
	if a["text"] != "" || a["blocks"] != "" || a["markdown_text"] != "" {
		m.Blocks = s.fillBlockIDs(next.Blocks)
	}
	if next.Text != "" {
		m.Text = next.Text
	}
	if a.Has("attachments") {
		m.Attached = next.Attached
	}
	if a.Has("metadata") {
		m.Metadata = next.Metadata
	}
	m.Edited = m.Blocks == nil // Slack marks only edits of plain texts
	s.changed()
}

func (s *Slack) deleteMessage(a wire.Args) (wire.Answer, error) {
	c, m, err := s.own(a, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.remove(m)
	s.changed()
	return wire.Answer{"channel": c.ID, "ts": m.TS}, nil
}

func (s *Slack) permalink(a wire.Args) (wire.Answer, error) {
	c := s.conv(a["channel"])
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	m := c.message(a["message_ts"])
	if m == nil {
		return nil, wire.Refuse("message_not_found")
	}
	return wire.Answer{"channel": c.ID, "permalink": s.link(c, m)}, nil
}

// Permalink is the address of a message in the workspace.
func (s *Slack) Permalink(m Message) string {
	return s.link(&conversation{Channel: Channel{ID: m.Channel}}, &m)
}

func (s *Slack) link(c *conversation, m *Message) string {
	return "https://" + s.opts.Team.Domain + ".slack.com/archives/" + c.ID + "/p" + m.TS[:len(m.TS)-7] + m.TS[len(m.TS)-6:]
}

// shape is a message as the API shows it.
func (s *Slack) shape(c *conversation, m *Message, withMetadata bool) wire.Answer {
	out := wire.Answer{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": s.opts.Team.ID}
	if m.Bot {
		out["bot_id"], out["app_id"] = s.opts.BotID, s.opts.AppID
		out["bot_profile"] = s.botProfile()
	}
	optional := map[string]struct {
		there bool
		value any
	}{
		"subtype":     {m.Subtype != "", m.Subtype},
		"blocks":      {m.Blocks != nil, m.Blocks},
		"attachments": {m.Attached != nil, m.Attached},
		"metadata":    {withMetadata && m.Metadata != nil, m.Metadata},
		"thread_ts":   {m.ThreadTS != "", m.ThreadTS},
		"files":       {m.Files != nil, m.Files},
		"reactions":   {m.Reactions != nil, m.Reactions},
	}
	for k, v := range optional {
		if v.there {
			out[k] = v.value
		}
	}
	if m.Edited {
		out["edited"] = wire.Answer{"user": m.User, "ts": stamp(m.Edits[len(m.Edits)-1].Until)}
	}
	s.shapeThread(out, c, m)
	return out
}

func (s *Slack) shapeThread(out wire.Answer, c *conversation, m *Message) {
	if m.ThreadTS != "" {
		if parent := c.message(m.ThreadTS); parent != nil {
			out["parent_user_id"] = parent.User
		}
		return
	}
	replies := c.replies(m.TS)
	if len(replies) == 0 {
		return
	}
	var users []string
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	out["thread_ts"] = m.TS
	out["reply_count"], out["reply_users_count"], out["reply_users"] = len(replies), len(users), users
	out["latest_reply"] = replies[len(replies)-1].TS
}

func (s *Slack) botProfile() wire.Answer {
	return wire.Answer{
		"id": s.opts.BotID, "app_id": s.opts.AppID, "name": s.opts.BotName,
		"team_id": s.opts.Team.ID, "deleted": false, "updated": 0, "icons": wire.Answer{},
	}
}
