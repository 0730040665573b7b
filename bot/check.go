package bot

import "github.com/oncalm/oncalm/store"

// Parts with which the keys begin that say what of an incident is to be seen in Slack.
const (
	cardPart  = "card"
	shownPart = "shown"
)

// Keys are all keys of the bot, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: awayKey}, {Prefix: identityKey}, {Prefix: cardPart + "/"}, {Prefix: shownPart + "/"}}
}
