package workspace

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

const (
	maxText        = 40_000 // of a message, in characters
	maxAttachments = 100
)

// ParseMessage reads what chat.postMessage, chat.update and response URLs share.
func ParseMessage(a wire.Args) (Message, error) {
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

// parseAttachments reads attachments. What is in them is not judged: the bot has none.
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

// Empty says whether a message says nothing.
func (m *Message) Empty() bool { return m.Text == "" && m.Blocks == nil && m.Attached == nil }

// Edit replaces what a message says. Blocks stay only if neither they nor a text
// are given; attachments and metadata stay if they are not given.
func (w *Workspace) Edit(m *Message, next Message, a wire.Args) {
	m.Edits = append(m.Edits, Edit{Until: time.Now(), Text: m.Text, Blocks: m.Blocks, Metadata: m.Metadata})
	if a["text"] != "" || a["blocks"] != "" || a["markdown_text"] != "" {
		m.Blocks = w.IDs.FillBlocks(next.Blocks)
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
	w.Changes.Mark()
}

// AnswerBy lets an answer land in the conversation that h leads to. It returns the
// message that was posted or changed; nil if one was deleted.
func (w *Workspace) AnswerBy(h *Hook, a wire.Args) (*Message, error) {
	c := w.Conversation(h.Channel)
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	original := c.Message(h.Original)
	if a.Bool("delete_original") {
		if original == nil {
			return nil, wire.Refuse("message_not_found")
		}
		c.Remove(original)
		w.Changes.Mark()
		return nil, nil
	}
	m, err := ParseMessage(a)
	switch {
	case err != nil:
		return nil, err
	case m.Empty():
		return nil, wire.Refuse("no_text")
	}
	if original != nil && a.Bool("replace_original") {
		w.Edit(original, m, a)
		return original, nil
	}
	m.User, m.Bot, m.ThreadTS, m.Asked = w.App.BotUserID, true, a["thread_ts"], h.Asked
	if m.ThreadTS == "" {
		m.ThreadTS = h.Thread
	}
	if a["response_type"] != "in_channel" {
		m.Ephemeral, m.Metadata = h.User, nil
	}
	return w.Add(c, m), nil
}
