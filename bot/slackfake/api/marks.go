package api

import (
	"net/url"
	"regexp"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// How many a conversation may have.
const (
	maxPins      = 100
	maxBookmarks = 100
)

// marks answers reactions.*, pins.* and bookmarks.*.
type marks struct {
	ws  *workspace.Workspace
	may *access
}

func (s marks) reactionAdd(a wire.Args) (wire.Answer, error) {
	_, m, err := s.may.marked(a)
	if err != nil {
		return nil, err
	}
	if !regexp.MustCompile(`^[a-z0-9_+'-]+$`).MatchString(a["name"]) {
		return nil, wire.Refuse("invalid_name")
	}
	if !m.React(a["name"], s.ws.App.BotUserID) {
		return nil, wire.Refuse("already_reacted")
	}
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s marks) reactionRemove(a wire.Args) (wire.Answer, error) {
	_, m, err := s.may.marked(a)
	if err != nil {
		return nil, err
	}
	if !m.Unreact(a["name"], s.ws.App.BotUserID) {
		return nil, wire.Refuse("no_reaction")
	}
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s marks) reactionsGet(a wire.Args) (wire.Answer, error) {
	c, m, err := s.may.marked(a)
	if err != nil {
		return nil, err
	}
	return wire.Answer{"type": "message", "channel": c.ID, "message": s.ws.App.ShapeMessage(c, m, false)}, nil
}

// pinAdd looks at the limit first, but not for what is pinned already.
func (s marks) pinAdd(a wire.Args) (wire.Answer, error) {
	c, m, err := s.may.marked(a)
	switch {
	case err != nil:
		return nil, err
	case len(c.Pins) >= maxPins && !c.Pinned(m.TS):
		return nil, wire.Refuse("too_many_pins")
	case !c.Pin(m.TS, s.ws.App.BotUserID):
		return nil, wire.Refuse("already_pinned")
	}
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s marks) pinRemove(a wire.Args) (wire.Answer, error) {
	c, m, err := s.may.marked(a)
	switch {
	case err != nil:
		return nil, err
	case !c.Unpin(m.TS):
		return nil, wire.Refuse("no_pin")
	}
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s marks) pinList(a wire.Args) (wire.Answer, error) {
	c, err := s.may.readable(a)
	if err != nil {
		return nil, err
	}
	items := []wire.Answer{}
	for _, p := range c.Pins {
		if m := c.Message(p.TS); m != nil {
			items = append(items, wire.Answer{
				"type": "message", "channel": c.ID, "created": p.At.Unix(), "created_by": p.By,
				"message": s.ws.App.ShapeMessage(c, m, false),
			})
		}
	}
	return wire.Answer{"items": items}, nil
}

// bookmarkAdd calls the conversation channel_id, other than most methods. There are bookmarks of links alone.
func (s marks) bookmarkAdd(a wire.Args) (wire.Answer, error) {
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

func (s marks) bookmarkList(a wire.Args) (wire.Answer, error) {
	c := s.ws.Conversation(a["channel_id"])
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	return wire.Answer{"bookmarks": append([]workspace.Bookmark{}, c.Bookmarks...)}, nil
}
