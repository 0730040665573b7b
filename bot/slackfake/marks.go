package slackfake

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

const (
	maxPins      = 100
	maxBookmarks = 100
)

// marked finds the message that a reaction or a pin is about.
func (s *Slack) marked(a wire.Args) (*conversation, *Message, error) {
	c := s.conv(a["channel"])
	switch {
	case c == nil, c.Private && !c.has(s.opts.BotUserID):
		return nil, nil, wire.Refuse("channel_not_found")
	case a["timestamp"] == "":
		return nil, nil, wire.Refuse("no_item_specified")
	case !c.has(s.opts.BotUserID):
		return nil, nil, wire.Refuse("not_in_channel")
	case c.Archived:
		return nil, nil, wire.Refuse("is_archived")
	}
	m := c.message(a["timestamp"])
	if m == nil || m.Ephemeral != "" {
		return nil, nil, wire.Refuse("message_not_found")
	}
	return c, m, nil
}

func (s *Slack) reactionAdd(a wire.Args) (wire.Answer, error) {
	_, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	if !regexp.MustCompile(`^[a-z0-9_+'-]+$`).MatchString(a["name"]) {
		return nil, wire.Refuse("invalid_name")
	}
	if !m.react(a["name"], s.opts.BotUserID) {
		return nil, wire.Refuse("already_reacted")
	}
	s.changed()
	return wire.Answer{}, nil
}

func (s *Slack) reactionRemove(a wire.Args) (wire.Answer, error) {
	_, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	if !m.unreact(a["name"], s.opts.BotUserID) {
		return nil, wire.Refuse("no_reaction")
	}
	s.changed()
	return wire.Answer{}, nil
}

// react adds a person's reaction; false if it was there.
func (m *Message) react(name, user string) bool {
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

// unreact takes a person's reaction away; false if there was none.
func (m *Message) unreact(name, user string) bool {
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

func (s *Slack) reactionsGet(a wire.Args) (wire.Answer, error) {
	c, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	return wire.Answer{"type": "message", "channel": c.ID, "message": s.shape(c, m, false)}, nil
}

func (s *Slack) pinAdd(a wire.Args) (wire.Answer, error) {
	c, m, err := s.marked(a)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(c.pins, m.TS):
		return nil, wire.Refuse("already_pinned")
	case len(c.pins) >= maxPins:
		return nil, wire.Refuse("too_many_pins")
	}
	c.pins = append(c.pins, m.TS)
	s.changed()
	return wire.Answer{}, nil
}

func (s *Slack) pinRemove(a wire.Args) (wire.Answer, error) {
	c, m, err := s.marked(a)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(c.pins, m.TS):
		return nil, wire.Refuse("no_pin")
	}
	c.pins = slices.DeleteFunc(c.pins, func(ts string) bool { return ts == m.TS })
	s.changed()
	return wire.Answer{}, nil
}

func (s *Slack) pinList(a wire.Args) (wire.Answer, error) {
	c, err := s.readable(a)
	if err != nil {
		return nil, err
	}
	items := []wire.Answer{}
	for _, ts := range c.pins {
		if m := c.message(ts); m != nil {
			items = append(items, wire.Answer{"type": "message", "channel": c.ID, "message": s.shape(c, m, false)})
		}
	}
	return wire.Answer{"items": items}, nil
}

func (s *Slack) bookmarkAdd(a wire.Args) (wire.Answer, error) {
	c := s.conv(a["channel_id"])
	switch link, err := url.Parse(a["link"]); {
	case c == nil:
		return nil, wire.Refuse("channel_not_found")
	case a["title"] == "":
		return nil, wire.Refuse("invalid_arguments")
	case a["type"] != "link":
		return nil, wire.Refuse("invalid_bookmark_type")
	case err != nil || link.Host == "":
		return nil, wire.Refuse("invalid_link")
	case len(c.bookmarks) >= maxBookmarks:
		return nil, wire.Refuse("too_many_bookmarks")
	}
	b := bookmark{ID: s.id("Bk"), ChannelID: c.ID, Title: a["title"], Link: a["link"], Emoji: a["emoji"], Type: "link"}
	c.bookmarks = append(c.bookmarks, b)
	s.changed()
	return wire.Answer{"bookmark": b}, nil
}

func (s *Slack) bookmarkList(a wire.Args) (wire.Answer, error) {
	c := s.conv(a["channel_id"])
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	return wire.Answer{"bookmarks": append([]bookmark{}, c.bookmarks...)}, nil
}
