package known

import "github.com/oncalm/oncalm/store"

// Keys are all keys of what is known of alarms, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: knownPart + "/"}, {Prefix: parentPart + "/"}}
}
