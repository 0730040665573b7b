// Package changes keeps what was changed in the world outside: a deployment, a setting, the number of machines. Whoever handles an
// incident asks what changed before it, and whether what was done since has helped.
//
// A [Change] is a marker at a time. Intake saves one for each message that tells of a change, and package recent one for each that a
// service of AWS tells of when it is asked. What is known by both is kept, and found, once.
// Markers are found by their time, which is when the change happened and not when it was heard of, and by the [Thing] that was
// changed: an alarm that tells of a thing asks for that one alone, however much else is changed. Package around does that for incidents.
//
//	change/<time>/<id>                                       Change, kept for 8 days
//	changed/<account>/<region>/<thing>/<time>/<id>           nothing: where to look
package changes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	// Asked is set if nobody told of it: the service that did it was asked.
	Asked *Span `json:"asked,omitempty"`
}

const (
	prefix    = "change/"
	indexPart = "changed"
	// keyTime has a fixed width, so that keys sort by time. Always UTC.
	keyTime = "20060102T150405.000000000"
)

// Keys are all keys of changes, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}, {Prefix: indexPart + "/"}} }

// keyAt is where the markers of a time begin.
func keyAt(at time.Time) string { return prefix + at.UTC().Format(keyTime) }

// Save keeps a marker. The same id at the same time is the same marker.
func Save(tx store.Tx, c Change) error {
	val, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("change %s: %w", c.ID, err)
	}
	tx.Put(keyOf(c), val)
	for _, key := range c.places() {
		tx.Put(key, nil)
	}
	return nil
}

func keyOf(c Change) string { return keyAt(c.At) + "/" + store.Key(c.ID) }

// indexed is how many things of a change are indexed, which bounds what a message can write: a change of more concerns nobody in
// particular.
const indexed = 20

// places are the keys at which a change is found by its things.
func (c Change) places() (keys []string) {
	things := c.Things()
	for _, t := range things[:min(len(things), indexed)] {
		keys = append(keys, store.Key(indexPart, t.Account, t.Region, t.Name, c.At.UTC().Format(keyTime), c.ID))
	}
	return keys
}

// To lists what was changed of some things from one time until before another, in the order of time. What cannot be read is left out:
// fsck names it.
func To(tx store.Tx, things []Thing, from, to time.Time) (found []Change) {
	known := map[string]bool{}
	for _, t := range With(things) {
		begin, end := span(t, from, to)
		for key := range tx.Range(begin, end) {
			at := placed(key)
			var c Change
			if !known[at] && json.Unmarshal(tx.Get(at), &c) == nil {
				known[at], found = true, append(found, c)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Change) int { return a.At.Compare(b.At) })
	return once(found)
}

// Any reports whether it is known of any change: if not, nobody sends us what is changed, and that nothing is known says nothing.
func Any(tx store.Tx) bool {
	for range tx.Range(prefix, store.After(prefix)) {
		return true
	}
	return false
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
	return once(found), nil
}

// sweepBatch is how many markers are deleted in one transaction.
const sweepBatch = 50

// Sweep deletes the markers that were kept for [Kept], in small transactions, and returns how many. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	oldest := now.Add(-Kept)
	from, to := store.Under(indexPart)
	_, err := store.Sweep(ctx, s, from, to, sweepBatch, func(_ store.Tx, key string, _ []byte) bool {
		parts := store.Parts(key)
		return len(parts) < 6 || parts[4] < oldest.UTC().Format(keyTime)
	})
	if err != nil {
		return 0, err
	}
	return store.Sweep(ctx, s, prefix, keyAt(oldest), sweepBatch, func(store.Tx, string, []byte) bool { return true })
}
