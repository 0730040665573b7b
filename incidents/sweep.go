package incidents

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/oncalm/oncalm/store"
)

// RequestsKept is how long it is remembered that a request was carried out.
const RequestsKept = 7 * 24 * time.Hour

// Sweep forgets requests that were carried out more than [RequestsKept] ago, in small
// transactions, and returns how many.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	return store.Sweep(ctx, s, seenPrefix, store.After(seenPrefix), 500, func(_ store.Tx, _ string, val []byte) bool {
		var r request
		return json.Unmarshal(val, &r) == nil && now.Sub(r.At) > RequestsKept
	})
}

// Remove takes an incident that is resolved out of the store, with its timeline, and reports whether it did: it does not if the
// head is another one than that. The counter stays.
func Remove(tx store.Tx, n uint64, head []byte) bool {
	if i, err := ReadHead(head); err != nil || i.Open() || !bytes.Equal(StoredHead(tx, n), head) {
		return false
	}
	var keys []string
	from, to := store.Under("incident", padded(number(n)))
	for key := range tx.Range(from, to) {
		keys = append(keys, key)
	}
	for _, key := range keys {
		tx.Delete(key)
	}
	return true
}
