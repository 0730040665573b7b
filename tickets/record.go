package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

// prefix begins the keys of records.
const prefix = "ticket"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: prefix + "/"}} }

// A record is the ticket of an item.
type record struct {
	Ticket
	Where    string    `json:"where"` // the tracker that has it; in another one it is not looked for
	Incident string    `json:"incident"`
	Event    int       `json:"event"` // that planned the item
	Closed   bool      `json:"closed,omitempty"`
	Looked   time.Time `json:"looked"` // when it was looked at last
}

func (r record) key() string { return keyOf(r.Incident, r.Event) }

func keyOf(incident string, event int) string {
	return store.Key(prefix, incident, strconv.Itoa(event))
}

func (r record) save(tx store.Tx) error {
	val, err := json.Marshal(r)
	if err == nil {
		tx.Put(r.key(), val)
	}
	return err
}

func has(tx store.Tx, incident string, event int) bool { return tx.Get(keyOf(incident, event)) != nil }

func readRecord(tx store.Tx, key string) (r record, ok bool, err error) {
	val := tx.Get(key)
	if val == nil {
		return r, false, nil
	}
	if err := json.Unmarshal(val, &r); err != nil {
		return r, false, fmt.Errorf("%s: %w", key, err)
	}
	return r, true, nil
}

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets the tickets of incidents that the store does not have any more, and returns how many.
func Sweep(ctx context.Context, s store.Store, _ time.Time) (int, error) {
	from, to := store.Under(prefix)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, _ []byte) bool {
		parts := store.Parts(key)
		if len(parts) != 3 {
			return false // fsck tells of it
		}
		return history.Gone(tx, parts[1])
	})
}
