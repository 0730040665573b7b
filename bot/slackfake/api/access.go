package api

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// access is what the bot may do: it has a token with scopes, and is in some conversations and not in others.
type access struct {
	ws     *workspace.Workspace
	token  string
	app    string // the token of the app itself
	scopes []string
}

// visible finds a channel that the bot may know of. A private channel without the bot is answered as if there were none, so
// that its existence does not show.
func (s *access) visible(a wire.Args) (*workspace.Conversation, error) {
	c := s.ws.Conversation(a["channel"])
	if c == nil || c.Private && !c.Has(s.ws.App.BotUserID) {
		return nil, wire.Refuse("channel_not_found")
	}
	return c, nil
}

// managed finds a channel that the bot may change: one it is in. Direct messages cannot be changed.
func (s *access) managed(a wire.Args) (*workspace.Conversation, error) {
	c, err := s.visible(a)
	switch {
	case err != nil:
		return nil, err
	case c.IM != "":
		return nil, wire.Refuse("method_not_supported_for_channel_type")
	case !c.Has(s.ws.App.BotUserID):
		return nil, wire.Refuse("not_in_channel")
	}
	return c, nil
}

// target finds where a message goes: a channel's id or name, direct messages, or a
// person, whose direct messages are then opened. Slack documents all of these for chat.postMessage.
func (s *access) target(name string) (*workspace.Conversation, error) {
	c := s.ws.Find(name)
	if c == nil {
		u := s.ws.User(name)
		switch {
		case u == nil || u.IsBot:
			return nil, wire.Refuse("channel_not_found")
		case u.Deleted:
			return nil, wire.Refuse("user_disabled")
		}
		c, _ = s.ws.OpenIM(name)
	}
	if u := s.ws.User(c.IM); u != nil && u.Deleted {
		return nil, wire.Refuse("user_disabled")
	}
	return c, s.mayPost(c)
}

// mayPost tells whether the bot may write there: as a member, or in public channels with a scope of its own.
func (s *access) mayPost(c *workspace.Conversation) error {
	member := c.Has(s.ws.App.BotUserID)
	switch {
	case c.Archived:
		return wire.Refuse("is_archived")
	case !member && c.Private:
		return wire.Refuse("channel_not_found")
	case !member && !slices.Contains(s.scopes, "chat:write.public"):
		return wire.Refuse("not_in_channel")
	}
	return nil
}

// own finds a message that the bot may change. notMine is the error for those of others, which each method has a name of
// its own for. What only one person sees is not there for these methods: it can be changed by a response URL alone.
func (s *access) own(a wire.Args, notMine string) (*workspace.Conversation, *workspace.Message, error) {
	c := s.ws.Conversation(a["channel"])
	if c == nil || c.Private && !c.Has(s.ws.App.BotUserID) {
		return nil, nil, wire.Refuse("channel_not_found")
	}
	m := c.Message(a["ts"])
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

// readable finds a conversation that the bot may read. Only members read, in public channels as well. Which scope is needed
// depends on the conversation, so it is checked here and not in the table of methods alone.
func (s *access) readable(a wire.Args) (*workspace.Conversation, error) {
	c := s.ws.Conversation(a["channel"])
	switch {
	case c == nil, c.Private && !c.Has(s.ws.App.BotUserID):
		return nil, wire.Refuse("channel_not_found")
	case !c.Has(s.ws.App.BotUserID):
		return nil, wire.Refuse("not_in_channel")
	}
	scope := map[string]string{"channel": "channels:history", "group": "groups:history", "im": "im:history"}[c.Kind()]
	if !s.scoped(scope) {
		return nil, s.missing(scope)
	}
	return c, nil
}

// marked finds the message that a reaction or a pin is about.
func (s *access) marked(a wire.Args) (*workspace.Conversation, *workspace.Message, error) {
	c := s.ws.Conversation(a["channel"])
	switch {
	case c == nil, c.Private && !c.Has(s.ws.App.BotUserID):
		return nil, nil, wire.Refuse("channel_not_found")
	case a["timestamp"] == "":
		return nil, nil, wire.Refuse("no_item_specified")
	case !c.Has(s.ws.App.BotUserID):
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

// scoped tells whether the token has one of the scopes, separated by "|".
func (s *access) scoped(anyOf string) bool {
	return slices.ContainsFunc(strings.Split(anyOf, "|"), func(scope string) bool {
		return slices.Contains(s.scopes, scope)
	})
}

// missing is the refusal of a token without a scope. It names what is needed and what there is, as Slack's does.
func (s *access) missing(scope string) error {
	return &wire.Refusal{Code: "missing_scope", Fields: wire.Answer{
		"needed": strings.ReplaceAll(scope, "|", ","), "provided": strings.Join(s.scopes, ","),
	}}
}
