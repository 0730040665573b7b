package bot

import (
	"context"
	"errors"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets where the cards of incidents are that have been resolved for [outbox.Kept], as long as
// their entries are remembered, and returns how many keys it deleted. What is said about such an incident later stands on its
// timeline, and on no card.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	from, to := store.Under(cardPart)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, _ []byte) bool {
		i, err := incidents.Head(tx, store.Parts(key)[1])
		if err != nil {
			return errors.Is(err, incidents.ErrNotFound)
		}
		return i.Status == incidents.StatusResolved && now.Sub(i.Resolved) > outbox.Kept
	})
}
