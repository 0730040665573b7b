package manifest

// A Need is a scope of the bot's token, and what it is for. Calls and Events are compared with what the program calls and
// hears, so that no scope is forgotten and none is asked for in vain.
type Need struct {
	Scope    string
	For      string
	Optional bool     // the bot works without, but for this
	Calls    []string // methods of the Web API that need it
	Events   []string // that Slack tells of only with it
}

// Needs are all scopes, those that the bot cannot do without first.
func Needs(o Options) []Need {
	all := []Need{
		{Scope: "commands", For: "the slash commands"},
		{Scope: "chat:write", For: "pages, cards and notices",
			Calls: []string{"chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete"}},
		{Scope: "im:write", For: "opens the direct message for a page", Calls: []string{"conversations.open"}},
		{Scope: "im:history", For: "looks whether a page got through, before it is sent again; what people write to the bot",
			Calls: []string{"conversations.history"}, Events: []string{"message.im"}},
		{Scope: "channels:history", For: "the same for cards; what is said in their threads, for the timeline",
			Calls: []string{"conversations.history", "conversations.replies"}, Events: []string{"message.channels"}},
		{Scope: "users:read", For: "which app this is; who is active, and in which zone",
			Calls: []string{"bots.info", "users.info"}},
		{Scope: "groups:history", For: "the same as channels:history, if the channel is private", Optional: true,
			Calls:  []string{"conversations.history", "conversations.replies"},
			Events: []string{"message.groups"}},
		{Scope: "reactions:read", For: "reactions that put a message on the timeline", Optional: true,
			Events: []string{"reaction_added", "reaction_removed"}},
		{Scope: "pins:read", For: "pins that do the same", Optional: true, Calls: []string{"pins.list"},
			Events: []string{"pin_added", "pin_removed"}},
		{Scope: "dnd:read", For: "whether Do Not Disturb is on when a shift begins", Optional: true, Calls: []string{"dnd.info"}},
		{Scope: "files:write", For: "the picture of a schedule; the graph of an alarm's metric; postmortems as files",
			Optional: true, Calls: []string{"files.getUploadURLExternal", "files.completeUploadExternal"}},
	}
	// only if the configuration opens channels: these are the most far-reaching
	if o.Channels {
		all = append(all,
			Need{Scope: "channels:manage", For: "the channels of incidents: opens and archives them, invites people, sets topics",
				Optional: true, Calls: []string{"conversations.create", "conversations.invite", "conversations.setTopic",
					"conversations.archive"}},
			Need{Scope: "channels:read", For: "finds such a channel whose opening was not heard of", Optional: true,
				Calls: []string{"users.conversations"}},
			Need{Scope: "pins:write", For: "pins the card there", Optional: true, Calls: []string{"pins.add"}},
			Need{Scope: "bookmarks:write", For: "runbook and alarm above it", Optional: true, Calls: []string{"bookmarks.add"}})
	}
	if o.UserGroups || o.Groups {
		all = append(all, Need{Scope: "usergroups:read", For: "who is in the group of a schedule, is invited with it, or has its role",
			Optional: true, Calls: []string{"usergroups.list", "usergroups.users.list"}})
	}
	if o.UserGroups {
		all = append(all,
			Need{Scope: "usergroups:write", For: "puts in who is on call", Optional: true,
				Calls: []string{"usergroups.users.update", "usergroups.enable", "usergroups.disable"}})
	}
	return all
}

// Free are the methods that we call and that need no scope, and events of the same kind.
func Free() (calls, events []string) {
	return []string{"auth.test", "views.open", "views.publish"},
		[]string{"app_home_opened", "tokens_revoked", "app_uninstalled"}
}
