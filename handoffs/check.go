package handoffs

import "github.com/oncalm/oncalm/store"

// Parts with which the keys of handoffs begin.
const (
	standingPart = "handoff" // of entries of the outbox, too
	handedPart   = "handed"
	groupPart    = "group"
)

// Keys are all keys of handoffs, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: standingPart + "/"}, {Prefix: handedPart + "/"}, {Prefix: groupPart + "/"}}
}
