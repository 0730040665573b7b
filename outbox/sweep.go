package outbox

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/store"
)

// Kept is how long an entry is kept after it was done, so that its key stays used.
const Kept = 30 * 24 * time.Hour

// Sweep deletes entries that were done more than [Kept] ago, in small transactions so
// that nobody waits for it, and returns how many.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	return store.Sweep(ctx, s, entryPrefix, store.After(entryPrefix), 500, func(_ store.Tx, _ string, val []byte) bool {
		e, err := decode(val)
		return err == nil && !e.Done.IsZero() && now.Sub(e.Done) > Kept
	})
}
