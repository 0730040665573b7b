package limits

import (
	"strings"
	"time"
)

// A Rate is how often something may be done: once in so much time, and so many at once after a pause.
type Rate struct {
	Every time.Duration
	Burst int
}

// perMinute is a rate of n in a minute, of which a fifth may come at once.
func perMinute(n int) Rate { return Rate{time.Minute / time.Duration(n), max(1, n/5)} }

// InConversation is how fast messages go into one conversation, and answers to one response URL.
func InConversation() Rate { return Rate{time.Second, 3} }

// InWorkspace is how fast messages go into all conversations together.
func InWorkspace() Rate { return Rate{time.Minute / 300, 30} }

// tiers are Slack's tiers: how many calls of a method a workspace may make in a minute.
func tiers() map[int]int { return map[int]int{1: 1, 2: 20, 3: 50, 4: 100} }

// special is what has a rate of its own.
func special() map[string]Rate {
	return map[string]Rate{
		"chat.postMessage":  InWorkspace(),
		"auth.test":         perMinute(600),
		"chat.getPermalink": perMinute(600),
		// Tier 1, of which some calls may come at once.
		"apps.connections.open": {time.Minute, 3},
	}
}

// tierOf names the tier of the methods that the fake has.
func tierOf() map[int]string {
	return map[int]string{
		2: "conversations.create conversations.archive conversations.unarchive conversations.rename conversations.setTopic " +
			"conversations.setPurpose conversations.list bookmarks.add pins.add pins.remove pins.list usergroups.list " +
			"usergroups.users.list usergroups.users.update usergroups.enable usergroups.disable users.list reactions.remove",
		3: "chat.update chat.delete conversations.history conversations.replies conversations.info conversations.invite " +
			"conversations.join conversations.leave conversations.open reactions.add reactions.get users.lookupByEmail " +
			"users.conversations bookmarks.list bots.info team.info dnd.info",
		4: "users.info views.open views.push views.update views.publish chat.postEphemeral conversations.members " +
			"files.getUploadURLExternal files.completeUploadExternal",
	}
}

// rates is how fast each method may be called in a workspace.
func rates() map[string]Rate {
	all := special()
	for tier, names := range tierOf() {
		for name := range strings.FieldsSeq(names) {
			all[name] = perMinute(tiers()[tier])
		}
	}
	return all
}
