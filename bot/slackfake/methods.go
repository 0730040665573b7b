package slackfake

import (
	"slices"
	"strings"
)

// methods is the list of what the fake can do, with the scope that each needs.
func methods() map[string]method {
	return map[string]method{
		"auth.test": {"", (*Slack).authTest},
		"bots.info": {"users:read", (*Slack).botsInfo},
		"team.info": {"team:read", (*Slack).teamInfo},

		"chat.postMessage":   {"chat:write", (*Slack).postMessage},
		"chat.postEphemeral": {"chat:write", (*Slack).postEphemeral},
		"chat.update":        {"chat:write", (*Slack).updateMessage},
		"chat.delete":        {"chat:write", (*Slack).deleteMessage},
		"chat.getPermalink":  {"", (*Slack).permalink},

		"conversations.open":       {"im:write", (*Slack).convOpen},
		"conversations.history":    {"channels:history|groups:history|im:history", (*Slack).history},
		"conversations.replies":    {"channels:history|groups:history|im:history", (*Slack).threadReplies},
		"conversations.info":       {"channels:read|groups:read|im:read", (*Slack).convInfo},
		"conversations.list":       {"channels:read|groups:read|im:read", (*Slack).convList},
		"conversations.members":    {"channels:read|groups:read|im:read", (*Slack).convMembers},
		"conversations.create":     {"channels:manage|groups:write", (*Slack).convCreate},
		"conversations.invite":     {"channels:manage|groups:write", (*Slack).convInvite},
		"conversations.join":       {"channels:join", (*Slack).convJoin},
		"conversations.leave":      {"channels:manage|groups:write", (*Slack).convLeave},
		"conversations.setTopic":   {"channels:manage|groups:write", (*Slack).convSetTopic},
		"conversations.setPurpose": {"channels:manage|groups:write", (*Slack).convSetPurpose},
		"conversations.rename":     {"channels:manage|groups:write", (*Slack).convRename},
		"conversations.archive":    {"channels:manage|groups:write", (*Slack).convArchive},
		"conversations.unarchive":  {"channels:manage|groups:write", (*Slack).convUnarchive},

		"users.info":          {"users:read", (*Slack).usersInfo},
		"users.list":          {"users:read", (*Slack).usersList},
		"users.lookupByEmail": {"users:read.email", (*Slack).usersByEmail},

		"dnd.info": {"dnd:read", (*Slack).dndInfo},

		"usergroups.list":         {"usergroups:read", (*Slack).groupsList},
		"usergroups.users.list":   {"usergroups:read", (*Slack).groupMembers},
		"usergroups.users.update": {"usergroups:write", (*Slack).groupUpdate},
		"usergroups.enable":       {"usergroups:write", (*Slack).groupEnable},
		"usergroups.disable":      {"usergroups:write", (*Slack).groupDisable},

		"reactions.add":    {"reactions:write", (*Slack).reactionAdd},
		"reactions.remove": {"reactions:write", (*Slack).reactionRemove},
		"reactions.get":    {"reactions:read", (*Slack).reactionsGet},
		"pins.add":         {"pins:write", (*Slack).pinAdd},
		"pins.remove":      {"pins:write", (*Slack).pinRemove},
		"pins.list":        {"pins:read", (*Slack).pinList},
		"bookmarks.add":    {"bookmarks:write", (*Slack).bookmarkAdd},
		"bookmarks.list":   {"bookmarks:write|bookmarks:read", (*Slack).bookmarkList},

		"views.open":    {"", (*Slack).viewsOpen},
		"views.push":    {"", (*Slack).viewsPush},
		"views.update":  {"", (*Slack).viewsUpdate},
		"views.publish": {"", (*Slack).viewsPublish},

		"files.getUploadURLExternal":   {"files:write", (*Slack).fileURL},
		"files.completeUploadExternal": {"files:write", (*Slack).fileComplete},
	}
}

// allScopes is every scope that some method needs, and "commands".
func allScopes(ms map[string]method) []string {
	all := []string{"commands"}
	for _, m := range ms {
		if m.scope != "" {
			all = append(all, strings.Split(m.scope, "|")...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
