package incidents

import (
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
