package alarms

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/store"
)

// recordsKept is how long it is remembered what an alarm said last, if it has said
// nothing since and has no open incident.
const recordsKept = 30 * 24 * time.Hour

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 50

// Sweep deletes what is not needed any more: change markers after [ChangesKept], and
// what texts and alarms said long ago. It deletes in small transactions, so that
// nobody waits for it, and returns how many keys it deleted. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	changes, err := sweep(ctx, s, changePrefix, changePrefix+now.Add(-ChangesKept).UTC().Format(changeTime),
		func(store.Tx, []byte) bool { return true })
	if err != nil {
		return changes, err
	}
	from, to := store.Under("alarm")
	records, err := sweep(ctx, s, from, to, func(tx store.Tx, val []byte) bool {
		var r record
		if json.Unmarshal(val, &r) != nil {
			return true // nothing that can be read is lost
		}
		i := head(tx, r.Incident)
		return now.Sub(r.Heard) > recordsKept && (i == nil || !i.Open())
	})
	return changes + records, err
}

// sweep deletes the keys in a range of which old says so.
func sweep(ctx context.Context, s store.Store, from, to string, old func(store.Tx, []byte) bool) (int, error) {
	var keys []string
	err := s.View(ctx, func(tx store.Tx) error {
		keys = nil
		for k, val := range tx.Range(from, to) {
			if old(tx, val) {
				keys = append(keys, k)
			}
		}
		return nil
	})
	deleted := 0
	for batch := range slices.Chunk(keys, sweepBatch) {
		if err != nil {
			break
		}
		n := 0
		err = s.Update(ctx, func(tx store.Tx) error {
			n = 0
			for _, k := range batch {
				if val := tx.Get(k); val != nil && old(tx, val) { // it may have changed meanwhile
					tx.Delete(k)
					n++
				}
			}
			return nil
		})
		deleted += n
	}
	return deleted, err
}
