package slackfake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// conversation is a channel or the direct messages between a person and the bot.
type conversation struct {
	Channel
	im        string // the person's id, if these are direct messages
	creator   string
	created   time.Time
	messages  []*Message            // in order of ts, ephemeral ones too
	threads   map[string][]*Message // answers by the ts of the thread, in order of ts
	last      int64                 // the highest ts given out, in microseconds
	pins      []string              // ts
	bookmarks []bookmark
}

type bookmark struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	Title     string `json:"title"`
	Link      string `json:"link"`
	Emoji     string `json:"emoji"`
	Type      string `json:"type"`
}

// addChannel adds a channel; a nil list of members means everybody.
func (s *Slack) addChannel(c Channel, creator string) *conversation {
	if c.Members == nil {
		for _, u := range s.users {
			c.Members = append(c.Members, u.ID)
		}
	}
	c.Members = slices.Clone(c.Members)
	conv := &conversation{Channel: c, creator: creator, created: time.Now(), threads: map[string][]*Message{}}
	s.convs = append(s.convs, conv)
	return conv
}

// DMID is the id of the direct messages between a person and the bot: U0ANA has
// D0ANA.
func DMID(userID string) string { return "D" + strings.TrimLeft(userID, "UW") }

// openIM finds or opens the direct messages of a person.
func (s *Slack) openIM(userID string) (c *conversation, already bool) {
	if c := s.conv(DMID(userID)); c != nil {
		return c, true
	}
	c = &conversation{
		Channel: Channel{ID: DMID(userID), Private: true, Members: []string{userID, s.opts.BotUserID}},
		im:      userID, creator: userID, created: time.Now(), threads: map[string][]*Message{},
	}
	s.convs = append(s.convs, c)
	s.changed()
	return c, false
}

// conv finds a conversation by its id.
func (s *Slack) conv(id string) *conversation {
	i := slices.IndexFunc(s.convs, func(c *conversation) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return s.convs[i]
}

// find finds a conversation by id, name (with or without #), or person.
func (s *Slack) find(name string) *conversation {
	if c := s.conv(name); c != nil {
		return c
	}
	if s.user(name) != nil {
		return s.conv(DMID(name))
	}
	name = strings.TrimPrefix(name, "#")
	i := slices.IndexFunc(s.convs, func(c *conversation) bool { return c.Name == name && name != "" })
	if i < 0 {
		return nil
	}
	return s.convs[i]
}

func (c *conversation) has(userID string) bool { return slices.Contains(c.Members, userID) }

// kind is the channel_type of events and the word for missing scopes.
func (c *conversation) kind() string {
	switch {
	case c.im != "":
		return "im"
	case c.Private:
		return "group"
	}
	return "channel"
}

// shownName is the channel_name of slash commands and interactions.
func (c *conversation) shownName() string {
	switch c.kind() {
	case "im":
		return "directmessage"
	case "group":
		return "privategroup"
	}
	return c.Name
}

// nextTS gives out the next ts: now, but always later than the one before.
func (c *conversation) nextTS(now time.Time) string {
	us := max(now.UnixMicro(), c.last+1)
	c.last = us
	return stamp(time.UnixMicro(us))
}

// message finds a message by ts.
func (c *conversation) message(ts string) *Message {
	i, found := slices.BinarySearchFunc(c.messages, ts, func(m *Message, ts string) int { return compareTS(m.TS, ts) })
	if !found {
		return nil
	}
	return c.messages[i]
}

// compareTS orders ts of any number of digits as the numbers that they are.
func compareTS(a, b string) int {
	asec, afrac, _ := strings.Cut(a, ".")
	bsec, bfrac, _ := strings.Cut(b, ".")
	if d := cmp.Compare(len(asec), len(bsec)); d != 0 {
		return d
	}
	return cmp.Or(cmp.Compare(asec, bsec), cmp.Compare(pad6(afrac), pad6(bfrac)))
}

func pad6(frac string) string { return frac + strings.Repeat("0", max(0, 6-len(frac))) }

// add puts a message into the conversation under a new ts.
func (s *Slack) add(c *conversation, m Message) *Message {
	now := time.Now()
	m.Channel, m.TS, m.Posted = c.ID, c.nextTS(now), now
	m.Blocks = s.fillBlockIDs(m.Blocks)
	c.messages = append(c.messages, &m)
	if m.ThreadTS != "" && m.Ephemeral == "" {
		c.threads[m.ThreadTS] = append(c.threads[m.ThreadTS], &m)
	}
	s.changed()
	return &m
}

func (c *conversation) remove(m *Message) {
	gone := func(o *Message) bool { return o == m }
	c.messages = slices.DeleteFunc(c.messages, gone)
	if rest := slices.DeleteFunc(c.threads[m.ThreadTS], gone); len(rest) > 0 {
		c.threads[m.ThreadTS] = rest
	} else {
		delete(c.threads, m.ThreadTS)
	}
}

// replies lists the answers in a thread.
func (c *conversation) replies(ts string) []*Message { return c.threads[ts] }

// fillBlockIDs gives a block_id to every block that has none, as Slack does: the
// interactions name it.
func (s *Slack) fillBlockIDs(raw json.RawMessage) json.RawMessage {
	var blocks []map[string]json.RawMessage
	if json.Unmarshal(raw, &blocks) != nil || len(blocks) == 0 {
		return nil
	}
	for _, b := range blocks {
		if len(b["block_id"]) == 0 {
			s.serial++
			b["block_id"] = fmt.Appendf(nil, "%q", fmt.Sprintf("b%05x", s.serial))
		}
	}
	filled, err := json.Marshal(blocks)
	if err != nil {
		return raw // unreachable: it came out of JSON
	}
	return filled
}

// ChannelByName looks a channel up, with its members and topic as they stand now.
func (s *Slack) ChannelByName(name string) (Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.find(name)
	if c == nil || c.im != "" {
		return Channel{}, false
	}
	out := c.Channel
	out.Members = slices.Clone(c.Members)
	return out, true
}

// Channels lists the channels, in the order of their making.
func (s *Slack) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Channel
	for _, c := range s.convs {
		if c.im == "" {
			out := c.Channel
			out.Members = slices.Clone(c.Members)
			all = append(all, out)
		}
	}
	return all
}
