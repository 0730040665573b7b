package slackfake

import (
	"net/url"
	"regexp"
	"slices"
)

const (
	maxPins      = 100
	maxBookmarks = 100
)

// marked finds the message that a reaction or a pin is about.
func (s *Slack) marked(a args) (*conversation, *Message, error) {
	c := s.conv(a["channel"])
	switch {
	case c == nil, c.Private && !c.has(s.opts.BotUserID):
		return nil, nil, refuse("channel_not_found")
	case a["timestamp"] == "":
		return nil, nil, refuse("no_item_specified")
	case !c.has(s.opts.BotUserID):
		return nil, nil, refuse("not_in_channel")
	case c.Archived:
		return nil, nil, refuse("is_archived")
	}
	m := c.message(a["timestamp"])
	if m == nil || m.Ephemeral != "" {
		return nil, nil, refuse("message_not_found")
	}
	return c, m, nil
}

func (s *Slack) reactionAdd(a args) (answer, error) {
	_, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	if !regexp.MustCompile(`^[a-z0-9_+'-]+$`).MatchString(a["name"]) {
		return nil, refuse("invalid_name")
	}
	if !m.react(a["name"], s.opts.BotUserID) {
		return nil, refuse("already_reacted")
	}
	s.changed()
	return answer{}, nil
}

func (s *Slack) reactionRemove(a args) (answer, error) {
	_, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	if !m.unreact(a["name"], s.opts.BotUserID) {
		return nil, refuse("no_reaction")
	}
	s.changed()
	return answer{}, nil
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

func (s *Slack) reactionsGet(a args) (answer, error) {
	c, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	return answer{"type": "message", "channel": c.ID, "message": s.shape(c, m, false)}, nil
}

func (s *Slack) pinAdd(a args) (answer, error) {
	c, m, err := s.marked(a)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(c.pins, m.TS):
		return nil, refuse("already_pinned")
	case len(c.pins) >= maxPins:
		return nil, refuse("too_many_pins")
	}
	c.pins = append(c.pins, m.TS)
	s.changed()
	return answer{}, nil
}

func (s *Slack) pinRemove(a args) (answer, error) {
	c, m, err := s.marked(a)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(c.pins, m.TS):
		return nil, refuse("no_pin")
	}
	c.pins = slices.DeleteFunc(c.pins, func(ts string) bool { return ts == m.TS })
	s.changed()
	return answer{}, nil
}

func (s *Slack) pinList(a args) (answer, error) {
	c, err := s.readable(a)
	if err != nil {
		return nil, err
	}
	items := []answer{}
	for _, ts := range c.pins {
		if m := c.message(ts); m != nil {
			items = append(items, answer{"type": "message", "channel": c.ID, "message": s.shape(c, m, false)})
		}
	}
	return answer{"items": items}, nil
}

func (s *Slack) bookmarkAdd(a args) (answer, error) {
	c := s.conv(a["channel_id"])
	switch link, err := url.Parse(a["link"]); {
	case c == nil:
		return nil, refuse("channel_not_found")
	case a["title"] == "":
		return nil, refuse("invalid_arguments")
	case a["type"] != "link":
		return nil, refuse("invalid_bookmark_type")
	case err != nil || link.Host == "":
		return nil, refuse("invalid_link")
	case len(c.bookmarks) >= maxBookmarks:
		return nil, refuse("too_many_bookmarks")
	}
	b := bookmark{ID: s.id("Bk"), ChannelID: c.ID, Title: a["title"], Link: a["link"], Emoji: a["emoji"], Type: "link"}
	c.bookmarks = append(c.bookmarks, b)
	s.changed()
	return answer{"bookmark": b}, nil
}

func (s *Slack) bookmarkList(a args) (answer, error) {
	c := s.conv(a["channel_id"])
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	return answer{"bookmarks": append([]bookmark{}, c.bookmarks...)}, nil
}
