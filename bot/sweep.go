package bot

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets where the cards of incidents are that have been resolved for [outbox.Kept], as long as
// their entries are remembered, and returns how many keys it deleted. What is said about such an incident later stands on its
// timeline, and on no card.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	over := func(tx store.Tx, id string) bool { return history.OverBefore(tx, id, now.Add(-outbox.Kept)) }
	from, to := store.Under(cardPart)
	n, err := store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, _ []byte) bool {
		return over(tx, store.Parts(key)[1])
	})
	if err != nil {
		return n, err
	}
	from, to = store.Under(cardAtPart)
	more, err := store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, _ string, val []byte) bool {
		return over(tx, string(val))
	})
	return n + more, err
}
