package workspace

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
)

// Message is one message as it stands now. Its fields are copies: reading it again
// needs another look into the workspace.
type Message struct {
	Channel   string // id of the conversation
	TS        string // unique and increasing in the conversation
	ThreadTS  string // ts of the thread's first message, empty outside threads
	Broadcast bool   // a reply that also stands in the channel
	User      string // who wrote it; the bot's user id for the bot
	Bot       bool   // written by the bot
	Subtype   string
	Text      string
	Blocks    json.RawMessage // array as it was sent, with block ids filled in; nil if none
	Attached  json.RawMessage // the old attachments, as sent
	Metadata  *Metadata
	Ephemeral string // user id of the only one who sees it
	Asked     string // the slash command that it answers; Slack itself does not show it
	Files     []FileRef
	Reactions []Reaction
	Edits     []Edit // former versions, the oldest first
	Edited    bool   // Slack would show "(edited)"
	Posted    time.Time
}

// Metadata is what an app hides in a message.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Edit is a former version of a message.
type Edit struct {
	Until    time.Time // when it was replaced
	Text     string
	Blocks   json.RawMessage
	Metadata *Metadata
}

// Reaction is one emoji under a message.
type Reaction struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	Users []string `json:"users"`
}

// FileRef names a file shared with a message.
type FileRef struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
	// Link is where people look at it, and Form what it is, as image/png.
	Link string `json:"permalink,omitempty"`
	Form string `json:"mimetype,omitempty"`
	Alt  string `json:"alt_txt,omitempty"` // says in words what a picture shows
}

// Clone is a copy that shares nothing.
func (m *Message) Clone() Message {
	c := *m
	c.Blocks = slices.Clone(m.Blocks)
	c.Attached = slices.Clone(m.Attached)
	c.Metadata = m.Metadata.clone()
	c.Files = slices.Clone(m.Files)
	c.Edits = slices.Clone(m.Edits)
	c.Reactions = slices.Clone(m.Reactions)
	for i := range c.Reactions {
		c.Reactions[i].Users = slices.Clone(c.Reactions[i].Users)
	}
	return c
}

func (d *Metadata) clone() *Metadata {
	if d == nil {
		return nil
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return nil // unreachable: it came out of JSON
	}
	var c Metadata
	if json.Unmarshal(raw, &c) != nil {
		return nil // unreachable
	}
	return &c
}

// Value returns a string of the metadata's payload, or "".
func (m Message) Value(key string) string {
	if m.Metadata == nil {
		return ""
	}
	v, _ := m.Metadata.EventPayload[key].(string)
	return v
}

// Buttons lists the interactive elements of a message in their order.
func (m Message) Buttons() []blockkit.Button {
	var all []blockkit.Button
	for _, e := range blockkit.Interactives(m.Blocks) {
		all = append(all, e.Button())
	}
	return all
}

// Button finds an interactive element by its label or its action id.
func (m Message) Button(labelOrAction string) (blockkit.Button, bool) {
	for _, b := range m.Buttons() {
		if b.Label == labelOrAction || b.ActionID == labelOrAction {
			return b, true
		}
	}
	return blockkit.Button{}, false
}

// React adds a person's reaction; false if it was there.
func (m *Message) React(name, user string) bool {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
	if i < 0 {
		m.Reactions = append(m.Reactions, Reaction{Name: name, Count: 1, Users: []string{user}})
		return true
	}
	r := &m.Reactions[i]
	if slices.Contains(r.Users, user) {
		return false
	}
	r.Users = append(r.Users, user)
	r.Count++
	return true
}

// Unreact takes a person's reaction away; false if there was none.
func (m *Message) Unreact(name, user string) bool {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
	if i < 0 || !slices.Contains(m.Reactions[i].Users, user) {
		return false
	}
	r := &m.Reactions[i]
	r.Users = slices.DeleteFunc(r.Users, func(u string) bool { return u == user })
	if r.Count--; r.Count == 0 {
		m.Reactions = slices.Delete(m.Reactions, i, i+1)
	}
	return true
}
