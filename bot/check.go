package bot

import "github.com/oncalm/oncalm/store"

// cardPart begins the keys that say where the card of an incident stands.
const cardPart = "card"

// cardAtPart begins the keys that say whose card a message is.
const cardAtPart = "card-at"

// Keys are all keys of the bot, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: awayKey}, {Prefix: identityKey}, {Prefix: cardPart + "/"}, {Prefix: cardAtPart + "/"}}
}
