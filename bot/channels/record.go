package channels

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// prefix begins all keys.
const prefix = "channel"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: prefix + "/"}} }

// A record is what was done about the channel of an incident. What stands in Slack is not asked for: somebody may have
// changed the topic on purpose, and it is left so until it has to say something else.
type record struct {
	Asked  bool `json:"asked,omitempty"`   // somebody wanted to see an incident of a storm
	GaveUp bool `json:"gave_up,omitempty"` // Slack has refused the channel

	Channel  string `json:"channel,omitempty"` // its id
	Name     string `json:"name,omitempty"`
	Archived bool   `json:"archived,omitempty"`
	Before   int    `json:"before,omitempty"` // how many channels the incident had before this one, which are archived

	Topic     string   `json:"topic,omitempty"`
	Invited   []string `json:"invited,omitempty"` // ids of people, or of groups
	Card      string   `json:"card,omitempty"`    // the time stamp of the card
	Seq       int      `json:"seq,omitempty"`     // of the newest event that the card tells of
	Pinned    bool     `json:"pinned,omitempty"`
	Bookmarks []string `json:"bookmarks,omitempty"` // what they lead to
}

// stands reports whether there is a channel in which people can write.
func (r *record) stands() bool { return r.Channel != "" && !r.Archived }

// ofKey is where the record of an incident's channel stands, and atKey where it stands whose channel one is.
func ofKey(id string) string      { return store.Key(prefix, "of", id) }
func atKey(channel string) string { return store.Key(prefix, "at", channel) }

// readRecord is what was done so far; nothing if nothing was.
func readRecord(tx store.Tx, id string) (r record, err error) {
	val := tx.Get(ofKey(id))
	if val == nil {
		return r, nil
	}
	if err := json.Unmarshal(val, &r); err != nil {
		return r, fmt.Errorf("channel of incident %s: %w", id, err)
	}
	return r, nil
}

// saveRecord keeps what was done, so that it can be found by the channel, too.
func saveRecord(tx store.Tx, id string, r record) error {
	val, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx.Put(ofKey(id), val)
	if r.Channel != "" {
		tx.Put(atKey(r.Channel), []byte(id))
	}
	return nil
}

// At is the incident whose channel it is; "" if it is none's.
func At(tx store.Tx, channel string) string {
	if channel == "" {
		return ""
	}
	return string(tx.Get(atKey(channel)))
}

// Of is the channel of an incident, as long as people can write there: its id and its name.
func Of(tx store.Tx, id string) (channel, name string) {
	if r, err := readRecord(tx, id); err == nil && r.stands() {
		return r.Channel, r.Name
	}
	return "", ""
}

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets the channels of incidents that have been resolved for [outbox.Kept], and returns how many keys it deleted.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	from, to := store.Under(prefix)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, val []byte) bool {
		parts := store.Parts(key)
		id := string(val)
		if len(parts) == 3 && parts[1] == "of" {
			id = parts[2]
		}
		return history.OverBefore(tx, id, now.Add(-outbox.Kept))
	})
}
