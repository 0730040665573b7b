package command

import "github.com/oncalm/oncalm/bot/chat"

// elsewhere are words of other tools; onCall is the other slash command. They are not carried out: the reply names our word
// for it, which whoever types learns so. Where a word of ours has one of these names, that is what is meant.
func elsewhere(onCall string) []chat.Elsewhere {
	return []chat.Elsewhere{
		{Said: []string{"raise", "trigger", "begin", "report-incident"}, Ours: "declare"},
		{Said: []string{"take", "claim", "own", "accept", "got", "on-it", "mine", "me"}, Ours: "ack"},
		{Said: []string{"fix", "fixed", "done", "end", "finish", "stop", "mitigated", "complete", "over"}, Ours: "resolve"},
		{Said: []string{"state", "details", "view", "card"}, Ours: "info"},
		{Said: []string{"ic", "commander", "owner", "assign", "leader"}, Ours: "lead"},
		{Said: []string{"alert", "call", "wake", "help-me"}, Ours: "page"},
		{Said: []string{"log", "comment", "add", "message", "say"}, Ours: "note"},
		{Said: []string{"ls", "active", "incidents", "all", "overview"}, Ours: "list"},
		{Said: []string{"todo", "task", "followup", "follow-up", "action-item"}, Ours: "action"},
		{Said: []string{"todos", "tasks", "followups", "follow-ups", "action-items"}, Ours: "actions"},
		{Said: []string{"report", "rca", "post-mortem"}, Ours: "postmortem"},
		{Said: []string{"priority", "urgency"}, Ours: "severity"},
		{Said: []string{"who", "oncall", "on-call", "rotation", "whois"}, Root: onCall},
		{Said: []string{"maintenance", "ignore", "hush"}, Ours: "silence", Root: onCall},
		{Said: []string{"commands", "usage", "man", "h"}, Ours: "help"},
	}
}
