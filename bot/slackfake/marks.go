package slackfake

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

const (
	maxPins      = 100
	maxBookmarks = 100
)

// marked finds the message that a reaction or a pin is about.
func (s *Slack) marked(a wire.Args) (*workspace.Conversation, *workspace.Message, error) {
	c := s.ws.Conversation(a["channel"])
	switch {
	case c == nil, c.Private && !c.Has(s.opts.BotUserID):
		return nil, nil, wire.Refuse("channel_not_found")
	case a["timestamp"] == "":
		return nil, nil, wire.Refuse("no_item_specified")
	case !c.Has(s.opts.BotUserID):
		return nil, nil, wire.Refuse("not_in_channel")
	case c.Archived:
		return nil, nil, wire.Refuse("is_archived")
	}
	m := c.Message(a["timestamp"])
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
	if !m.React(a["name"], s.opts.BotUserID) {
		return nil, wire.Refuse("already_reacted")
	}
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s *Slack) reactionRemove(a wire.Args) (wire.Answer, error) {
	_, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	if !m.Unreact(a["name"], s.opts.BotUserID) {
		return nil, wire.Refuse("no_reaction")
	}
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s *Slack) reactionsGet(a wire.Args) (wire.Answer, error) {
	c, m, err := s.marked(a)
	if err != nil {
		return nil, err
	}
	return wire.Answer{"type": "message", "channel": c.ID, "message": s.ws.App.ShapeMessage(c, m, false)}, nil
}

func (s *Slack) pinAdd(a wire.Args) (wire.Answer, error) {
	c, m, err := s.marked(a)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(c.Pins, m.TS):
		return nil, wire.Refuse("already_pinned")
	case len(c.Pins) >= maxPins:
		return nil, wire.Refuse("too_many_pins")
	}
	c.Pins = append(c.Pins, m.TS)
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s *Slack) pinRemove(a wire.Args) (wire.Answer, error) {
	c, m, err := s.marked(a)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(c.Pins, m.TS):
		return nil, wire.Refuse("no_pin")
	}
	c.Pins = slices.DeleteFunc(c.Pins, func(ts string) bool { return ts == m.TS })
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s *Slack) pinList(a wire.Args) (wire.Answer, error) {
	c, err := s.readable(a)
	if err != nil {
		return nil, err
	}
	items := []wire.Answer{}
	for _, ts := range c.Pins {
		if m := c.Message(ts); m != nil {
			items = append(items, wire.Answer{"type": "message", "channel": c.ID, "message": s.ws.App.ShapeMessage(c, m, false)})
		}
	}
	return wire.Answer{"items": items}, nil
}

func (s *Slack) bookmarkAdd(a wire.Args) (wire.Answer, error) {
	c := s.ws.Conversation(a["channel_id"])
	switch link, err := url.Parse(a["link"]); {
	case c == nil:
		return nil, wire.Refuse("channel_not_found")
	case a["title"] == "":
		return nil, wire.Refuse("invalid_arguments")
	case a["type"] != "link":
		return nil, wire.Refuse("invalid_bookmark_type")
	case err != nil || link.Host == "":
		return nil, wire.Refuse("invalid_link")
	case len(c.Bookmarks) >= maxBookmarks:
		return nil, wire.Refuse("too_many_bookmarks")
	}
	b := workspace.Bookmark{
		ID: s.ws.IDs.New("Bk"), ChannelID: c.ID, Title: a["title"], Link: a["link"], Emoji: a["emoji"], Type: "link",
	}
	c.Bookmarks = append(c.Bookmarks, b)
	s.ws.Changes.Mark()
	return wire.Answer{"bookmark": b}, nil
}

func (s *Slack) bookmarkList(a wire.Args) (wire.Answer, error) {
	c := s.ws.Conversation(a["channel_id"])
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	return wire.Answer{"bookmarks": append([]workspace.Bookmark{}, c.Bookmarks...)}, nil
}
