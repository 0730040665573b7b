package slackfake

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Messages lists what stands in a conversation, the oldest first, replies in
// threads included, ephemeral messages not. The argument is a channel id, a
// channel name, or a user id for the direct messages between that person and the
// bot. An unknown conversation has no messages.
func (s *Slack) Messages(channel string) []workspace.Message {
	return s.list(channel, func(m *workspace.Message) bool { return m.Ephemeral == "" })
}

// DM lists the direct messages between a person and the bot, the oldest first.
func (s *Slack) DM(userID string) []workspace.Message { return s.Messages(userID) }

// Ephemerals lists what only this person sees in a conversation, the oldest first.
func (s *Slack) Ephemerals(channel, userID string) []workspace.Message {
	return s.list(channel, func(m *workspace.Message) bool { return m.Ephemeral == userID })
}

func (s *Slack) list(channel string, keep func(*workspace.Message) bool) []workspace.Message {
	s.ws.Lock()
	defer s.ws.Unlock()
	c := s.ws.Find(channel)
	if c == nil {
		return nil
	}
	var all []workspace.Message
	for _, m := range c.Messages {
		if keep(m) {
			all = append(all, m.Clone())
		}
	}
	return all
}

// ChannelByName looks a channel up, with its members and topic as they stand now.
func (s *Slack) ChannelByName(name string) (workspace.Channel, bool) {
	s.ws.Lock()
	defer s.ws.Unlock()
	c := s.ws.Find(name)
	if c == nil || c.IM != "" {
		return workspace.Channel{}, false
	}
	out := c.Channel
	out.Members = slices.Clone(c.Members)
	return out, true
}

// Channels lists the channels, in the order of their making.
func (s *Slack) Channels() []workspace.Channel {
	s.ws.Lock()
	defer s.ws.Unlock()
	var all []workspace.Channel
	for _, c := range s.ws.Conversations {
		if c.IM == "" {
			out := c.Channel
			out.Members = slices.Clone(c.Members)
			all = append(all, out)
		}
	}
	return all
}

// Marks are the messages that are pinned in a channel, by their ts, and its bookmarks.
func (s *Slack) Marks(channel string) (pins []string, marks []workspace.Bookmark) {
	s.ws.Lock()
	defer s.ws.Unlock()
	c := s.ws.Find(channel)
	if c == nil {
		return nil, nil
	}
	return c.PinnedMessages(), slices.Clone(c.Bookmarks)
}

// AddChannel adds a channel that somebody has opened.
func (s *Slack) AddChannel(c workspace.Channel) {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.ws.AddChannel(c, "")
	s.ws.Changes.Mark()
}

// View returns the modal that a person has in front of them, if any.
func (s *Slack) View(userID string) (workspace.View, bool) {
	s.ws.Lock()
	defer s.ws.Unlock()
	stack := s.ws.Screens.Of(userID)
	if len(stack) == 0 {
		return workspace.View{}, false
	}
	return stack[len(stack)-1].Clone(), true
}

// Home returns the home tab that the bot published for a person, if any.
func (s *Slack) Home(userID string) (workspace.View, bool) {
	s.ws.Lock()
	defer s.ws.Unlock()
	v := s.ws.Screens.Home(userID)
	if v == nil {
		return workspace.View{}, false
	}
	return v.Clone(), true
}

// File returns the bytes of an uploaded file.
func (s *Slack) File(id string) (name string, content []byte, ok bool) {
	s.ws.Lock()
	defer s.ws.Unlock()
	f := s.ws.File(id)
	if f == nil || !f.Complete {
		return "", nil, false
	}
	return f.Name, slices.Clone(f.Content), true
}

// Users lists the people and bots of the workspace.
func (s *Slack) Users() []workspace.User {
	s.ws.Lock()
	defer s.ws.Unlock()
	return slices.Clone(s.ws.People)
}

// SetUser replaces the user of the same id, or adds one: to deactivate a person in
// the middle of a test, say.
func (s *Slack) SetUser(u workspace.User) {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.ws.SetUser(u)
}

// Group returns the user group of a handle, with its members as they stand now.
func (s *Slack) Group(handle string) (workspace.UserGroup, bool) {
	s.ws.Lock()
	defer s.ws.Unlock()
	handle = strings.TrimPrefix(handle, "@")
	i := slices.IndexFunc(s.ws.Groups, func(g workspace.UserGroup) bool { return g.Handle == handle })
	if i < 0 {
		return workspace.UserGroup{}, false
	}
	g := s.ws.Groups[i]
	g.Users = slices.Clone(g.Users)
	return g, true
}

// Permalink is the address of a message in the workspace.
func (s *Slack) Permalink(m workspace.Message) string {
	return s.ws.App.Permalink(m.Channel, m.TS)
}
