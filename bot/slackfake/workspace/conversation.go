package workspace

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Channel is a conversation of several people.
type Channel struct {
	ID       string // C… or, private, G…
	Name     string // without #
	Topic    string
	Purpose  string
	Private  bool
	Archived bool
	// Members are user ids. Nil means everybody including the bot.
	Members []string
}

// Conversation is a channel or the direct messages between a person and the bot.
type Conversation struct {
	Channel
	IM        string // the person's id, if these are direct messages
	Creator   string
	Created   time.Time
	Messages  []*Message            // in order of ts, ephemeral ones too
	threads   map[string][]*Message // answers by the ts of the thread, in order of ts
	last      int64                 // the highest ts given out, in microseconds
	Pins      []Pin                 // in the order of pinning
	Bookmarks []Bookmark
	Seen      map[string]string // by person: the ts that they have read up to, for the page
}

// Pin is a message that somebody has pinned.
type Pin struct {
	TS string
	By string // the id of who did
	At time.Time
}

// Pin pins a message; false if it was pinned.
func (c *Conversation) Pin(ts, by string) bool {
	if c.Pinned(ts) {
		return false
	}
	c.Pins = append(c.Pins, Pin{ts, by, time.Now()})
	return true
}

// Unpin takes a pin away; false if there was none.
func (c *Conversation) Unpin(ts string) bool {
	was := len(c.Pins)
	c.Pins = slices.DeleteFunc(c.Pins, func(p Pin) bool { return p.TS == ts })
	return len(c.Pins) < was
}

// PinnedMessages lists the ts of what is pinned.
func (c *Conversation) PinnedMessages() []string {
	all := []string{}
	for _, p := range c.Pins {
		all = append(all, p.TS)
	}
	return all
}

// Pinned tells whether a message is pinned.
func (c *Conversation) Pinned(ts string) bool {
	return slices.ContainsFunc(c.Pins, func(p Pin) bool { return p.TS == ts })
}

// Bookmark is a link that stands above a conversation.
type Bookmark struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	Title     string `json:"title"`
	Link      string `json:"link"`
	Emoji     string `json:"emoji"`
	Type      string `json:"type"`
}

// newConversation is one in which nothing was said.
func newConversation(c Channel, creator string) *Conversation {
	return &Conversation{
		Channel: c, Creator: creator, Created: time.Now(), threads: map[string][]*Message{}, Seen: map[string]string{},
	}
}

// AddChannel adds a channel; a nil list of members means everybody.
func (w *Workspace) AddChannel(c Channel, creator string) *Conversation {
	if c.Members == nil {
		for _, u := range w.People {
			c.Members = append(c.Members, u.ID)
		}
	}
	c.Members = slices.Clone(c.Members)
	conv := newConversation(c, creator)
	w.Conversations = append(w.Conversations, conv)
	return conv
}

// DMID is the id of the direct messages between a person and the bot: U0ANA has
// D0ANA.
func DMID(userID string) string { return "D" + strings.TrimLeft(userID, "UW") }

// OpenIM finds or opens the direct messages of a person.
func (w *Workspace) OpenIM(userID string) (c *Conversation, already bool) {
	if c := w.Conversation(DMID(userID)); c != nil {
		return c, true
	}
	c = newConversation(Channel{ID: DMID(userID), Private: true, Members: []string{userID, w.App.BotUserID}}, userID)
	c.IM = userID
	w.Conversations = append(w.Conversations, c)
	w.Changes.Mark()
	return c, false
}

// Conversation finds a conversation by its id.
func (w *Workspace) Conversation(id string) *Conversation {
	i := slices.IndexFunc(w.Conversations, func(c *Conversation) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return w.Conversations[i]
}

// Find finds a conversation by id, name (with or without #), or person. An id goes before a name.
func (w *Workspace) Find(name string) *Conversation {
	if c := w.Conversation(name); c != nil {
		return c
	}
	if w.User(name) != nil {
		return w.Conversation(DMID(name))
	}
	name = strings.TrimPrefix(name, "#")
	i := slices.IndexFunc(w.Conversations, func(c *Conversation) bool { return c.Name == name && name != "" })
	if i < 0 {
		return nil
	}
	return w.Conversations[i]
}

// Has says whether a person, or the bot, is a member.
func (c *Conversation) Has(userID string) bool { return slices.Contains(c.Members, userID) }

// Kind is the channel_type of events and the word for missing scopes.
func (c *Conversation) Kind() string {
	switch {
	case c.IM != "":
		return "im"
	case c.Private:
		return "group"
	}
	return "channel"
}

// ShownName is the channel_name of slash commands and interactions.
func (c *Conversation) ShownName() string {
	switch c.Kind() {
	case "im":
		return "directmessage"
	case "group":
		return "privategroup"
	}
	return c.Name
}

// nextTS gives out the next ts: now, but always later than the one before. A ts names a message, so two within one
// microsecond must differ.
func (c *Conversation) nextTS(now time.Time) string {
	us := max(now.UnixMicro(), c.last+1)
	c.last = us
	return Stamp(time.UnixMicro(us))
}

// Message finds a message by ts. Messages are in order, since each ts is later than the one before.
func (c *Conversation) Message(ts string) *Message {
	i, found := slices.BinarySearchFunc(c.Messages, ts, func(m *Message, ts string) int { return CompareTS(m.TS, ts) })
	if !found {
		return nil
	}
	return c.Messages[i]
}

// CompareTS orders ts of any number of digits as the numbers that they are.
func CompareTS(a, b string) int {
	asec, afrac, _ := strings.Cut(a, ".")
	bsec, bfrac, _ := strings.Cut(b, ".")
	if d := cmp.Compare(len(asec), len(bsec)); d != 0 {
		return d
	}
	return cmp.Or(cmp.Compare(asec, bsec), cmp.Compare(pad6(afrac), pad6(bfrac)))
}

func pad6(frac string) string { return frac + strings.Repeat("0", max(0, 6-len(frac))) }

// Add puts a message into the conversation under a new ts.
func (w *Workspace) Add(c *Conversation, m Message) *Message {
	now := time.Now()
	m.Channel, m.TS, m.Posted = c.ID, c.nextTS(now), now
	m.Blocks = w.IDs.FillBlocks(m.Blocks)
	c.Messages = append(c.Messages, &m)
	if m.ThreadTS != "" && m.Ephemeral == "" {
		c.threads[m.ThreadTS] = append(c.threads[m.ThreadTS], &m)
	}
	w.Changes.Mark()
	return &m
}

// Remove takes a message away. Its answers stay, in a thread without a first message.
func (c *Conversation) Remove(m *Message) {
	gone := func(o *Message) bool { return o == m }
	c.Messages = slices.DeleteFunc(c.Messages, gone)
	if rest := slices.DeleteFunc(c.threads[m.ThreadTS], gone); len(rest) > 0 {
		c.threads[m.ThreadTS] = rest
	} else {
		delete(c.threads, m.ThreadTS)
	}
}

// Replies lists the answers in a thread.
func (c *Conversation) Replies(ts string) []*Message { return c.threads[ts] }
