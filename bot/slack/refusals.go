package slack

import (
	"fmt"
	"slices"
	"strings"
)

// OfChannel reports whether a name of an error says something about the channel, not about the message.
func OfChannel(code string) bool {
	switch code {
	case "not_in_channel", "channel_not_found", "is_archived", "posting_to_general_channel_denied":
		return true
	}
	return strings.HasPrefix(code, "restricted_action")
}

// Complaint says in one line what keeps cards out of a channel, and what to do.
func Complaint(channel, code string) string {
	return fmt.Sprintf("channel %s does not accept cards (%s); %s", channel, code, remedy(code))
}

// remedy says what to do about a channel that takes no messages.
func remedy(code string) string {
	switch code {
	case "not_in_channel", "channel_not_found":
		return "type /invite @oncalm in that channel, or correct slack.channel"
	case "is_archived":
		return "unarchive it, or name another in slack.channel"
	}
	if strings.HasPrefix(code, "restricted_action") {
		return "let the app post there, or name another in slack.channel"
	}
	return "see what Slack says about this error, or name another channel in slack.channel"
}

// gone tells whether an edit failed because the message cannot be edited any more.
func gone(code string) bool {
	return slices.Contains([]string{"message_not_found", "cant_update_message", "edit_window_closed"}, code)
}
