package known

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// recordsKept is how long it is remembered what an alarm said last, if it has said
// nothing since and has no open incident.
const recordsKept = 30 * 24 * time.Hour

// sweepBatch is how many keys are deleted in one transaction: records can be large.
const sweepBatch = 50

// Sweep deletes what texts and alarms said long ago. It deletes in small transactions, so that
// nobody waits for it, and returns how many keys it deleted. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	from, to := store.Under(knownPart)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, _ string, val []byte) bool {
		r, err := record.Unmarshal(val, (*Record).fields)
		if err != nil {
			return true // nothing that can be read is lost
		}
		i, err := incidents.Head(tx, r.Incident)
		return now.Sub(r.Heard) > recordsKept && (err != nil || !i.Open())
	})
}
