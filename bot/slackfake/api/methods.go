package api

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/sockets"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// method is one method of the Web API. run is called with the lock held; it returns the fields of the answer besides ok, or a
// refusal. Several scopes are separated by "|"; one of them is enough.
type method struct {
	scope string // that the token needs; "" means none
	run   func(wire.Args) (wire.Answer, error)
}

// socketScope is the scope of connections, which only the token of the app itself can have.
const socketScope = "connections:write"

// methodsOf is the list of what the fake can do, with the scope that each needs.
func methodsOf(ws *workspace.Workspace, may *access, links *sockets.Hub) map[string]method {
	who, group, conv, said := people{ws, may}, groups{ws, may}, channels{ws, may}, history{ws, may}
	say, mark, view, file := chat{ws, may}, marks{ws, may}, views{ws, may}, files{ws, may}
	return map[string]method{
		"apps.connections.open": {socketScope, connecting(ws, links)},
		"auth.test":             {"", who.authTest}, "bots.info": {"users:read", who.botsInfo}, "team.info": {"team:read", who.teamInfo},

		"chat.postMessage":   {"chat:write", say.post},
		"chat.postEphemeral": {"chat:write", say.postEphemeral},
		"chat.update":        {"chat:write", say.update},
		"chat.delete":        {"chat:write", say.delete},
		"chat.getPermalink":  {"", say.permalink},

		"conversations.open":       {"im:write", conv.open},
		"conversations.history":    {"channels:history|groups:history|im:history", said.read},
		"conversations.replies":    {"channels:history|groups:history|im:history", said.replies},
		"conversations.info":       {"channels:read|groups:read|im:read", conv.info},
		"conversations.list":       {"channels:read|groups:read|im:read", conv.list},
		"users.conversations":      {"channels:read|groups:read|im:read", conv.mine},
		"conversations.members":    {"channels:read|groups:read|im:read", conv.members},
		"conversations.create":     {"channels:manage|groups:write", conv.create},
		"conversations.invite":     {"channels:manage|groups:write", conv.invite},
		"conversations.join":       {"channels:join", conv.join},
		"conversations.leave":      {"channels:manage|groups:write", conv.leave},
		"conversations.setTopic":   {"channels:manage|groups:write", conv.setTopic},
		"conversations.setPurpose": {"channels:manage|groups:write", conv.setPurpose},
		"conversations.rename":     {"channels:manage|groups:write", conv.rename},
		"conversations.archive":    {"channels:manage|groups:write", conv.archive},
		"conversations.unarchive":  {"channels:manage|groups:write", conv.unarchive},

		"users.info":          {"users:read", who.usersInfo},
		"users.list":          {"users:read", who.usersList},
		"users.lookupByEmail": {"users:read.email", who.usersByEmail},

		"dnd.info": {"dnd:read", who.dndInfo},

		"usergroups.list":         {"usergroups:read", group.list},
		"usergroups.users.list":   {"usergroups:read", group.members},
		"usergroups.users.update": {"usergroups:write", group.update},
		"usergroups.enable":       {"usergroups:write", group.enable},
		"usergroups.disable":      {"usergroups:write", group.disable},

		"reactions.add":    {"reactions:write", mark.reactionAdd},
		"reactions.remove": {"reactions:write", mark.reactionRemove},
		"reactions.get":    {"reactions:read", mark.reactionsGet},
		"pins.add":         {"pins:write", mark.pinAdd},
		"pins.remove":      {"pins:write", mark.pinRemove},
		"pins.list":        {"pins:read", mark.pinList},
		"bookmarks.add":    {"bookmarks:write", mark.bookmarkAdd},
		"bookmarks.list":   {"bookmarks:write|bookmarks:read", mark.bookmarkList},

		"views.open":    {"", view.open},
		"views.push":    {"", view.push},
		"views.update":  {"", view.update},
		"views.publish": {"", view.publish},

		"files.getUploadURLExternal":   {"files:write", file.url},
		"files.completeUploadExternal": {"files:write", file.complete},
	}
}

// connecting makes an address for a connection.
func connecting(ws *workspace.Workspace, links *sockets.Hub) func(wire.Args) (wire.Answer, error) {
	return func(wire.Args) (wire.Answer, error) {
		return wire.Answer{"url": links.Ticket(ws.App.SocketURL())}, nil
	}
}

// ScopesOf are the scopes of which a method needs one; false for a method that there is not. It makes the table without a
// workspace, which only run needs.
func ScopesOf(name string) (anyOf []string, ok bool) {
	m, ok := methodsOf(nil, nil, nil)[name]
	if m.scope != "" {
		anyOf = strings.Split(m.scope, "|")
	}
	return anyOf, ok
}

// allScopes is every scope that some method needs, and "commands". That one is of no method, but the real Slack wants it
// for slash commands.
func allScopes(ms map[string]method) []string {
	all := []string{"commands"}
	for _, m := range ms {
		if m.scope != "" && m.scope != socketScope {
			all = append(all, strings.Split(m.scope, "|")...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
