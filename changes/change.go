// Package changes keeps what was changed in the world outside: a deployment, a setting, the number of machines. Whoever handles an
// incident asks what changed before it, and whether what was done since has helped.
//
// A [Change] is a marker at a time. Intake saves one for each message that tells of a change; a rollback will save what it did.
// Markers are found by their time, which is when the change happened and not when it was heard of; whom a change concerns, the
// reader judges by its account, region and resources.
//
//	change/<time>/<id>    Change, kept for 8 days
package changes

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/store"
)

// Kept is how long markers are kept.
const Kept = 8 * 24 * time.Hour

// A Change says that something was changed.
type Change struct {
	At        time.Time `json:"at"` // when it happened, UTC
	Received  time.Time `json:"received"`
	Kind      string    `json:"kind"` // that of the message (see the signals of package alarms)
	Title     string    `json:"title"`
	Reason    string    `json:"reason,omitempty"`
	Service   string    `json:"service,omitempty"` // the one that its kind of message would page: a guess
	Account   string    `json:"account,omitempty"`
	Region    string    `json:"region,omitempty"`
	Resources []string  `json:"resources,omitempty"` // ARNs
	Link      string    `json:"link,omitempty"`
	// ID is the event's at EventBridge, or that of the message.
	ID string `json:"id"`
}

const (
	prefix = "change/"
	// keyTime has a fixed width, so that keys sort by time. Always UTC.
	keyTime = "20060102T150405.000000000"
)

// Keys are all keys of changes, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}} }

// keyAt is where the markers of a time begin.
func keyAt(at time.Time) string { return prefix + at.UTC().Format(keyTime) }

// Save keeps a marker. The same id at the same time is the same marker.
func Save(tx store.Tx, c Change) error {
	val, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("change %s: %w", c.ID, err)
	}
	tx.Put(keyAt(c.At)+"/"+store.Key(c.ID), val)
	return nil
}

// Between lists what was changed from one time until before another, in that order. A marker that cannot be read ends the list
// with an error that names its key.
func Between(tx store.Tx, from, to time.Time) ([]Change, error) {
	var found []Change
	for key, val := range tx.Range(keyAt(from), keyAt(to)) {
		var c Change
		if err := json.Unmarshal(val, &c); err != nil {
			return found, fmt.Errorf("%s: %w", key, err)
		}
		found = append(found, c)
	}
	return found, nil
}

// sweepBatch is how many markers are deleted in one transaction.
const sweepBatch = 50

// Sweep deletes the markers that were kept for [Kept], in small transactions, and returns how many. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	return store.Sweep(ctx, s, prefix, keyAt(now.Add(-Kept)), sweepBatch,
		func(store.Tx, string, []byte) bool { return true })
}
