package shifts

import "github.com/oncalm/oncalm/bot/chat"

// elsewhere are words of other tools. A schedule or a service of such a name is what is meant, and so is a word of ours.
func (room *Room) elsewhere() []chat.Elsewhere {
	return []chat.Elsewhere{
		{Said: []string{"who", "now", "whois", "current", "list", "show", "oncall"}, Root: room.root},
		{Said: []string{"take", "takeover", "take-over", "claim", "mine"}, Ours: "me"},
		{Said: []string{"trade", "exchange", "switch"}, Ours: "swap"},
		{Said: []string{"schedules", "calendar", "rotation", "rota", "shifts", "week", "next"}, Ours: "schedule"},
		{Said: []string{"ics", "ical", "subscribe"}, Ours: "feed"},
		{Said: []string{"revert", "cancel", "remove", "delete"}, Ours: "undo"},
		{Said: []string{"substitute", "replace", "set", "add"}, Ours: "override"},
		{Said: []string{"maintenance", "ignore", "hush"}, Ours: "silence"},
		{Said: []string{"commands", "usage", "man", "h"}, Ours: "help"},
	}
}
