package main

import (
	"context"

	"github.com/oncalm/oncalm/store"
)

// planSilences puts the maintenance of the configuration into the store, where it is by now. If the store does not take
// it, there is none until the next start: then everything pages.
func (a *assembly) planSilences(ctx context.Context) {
	now := a.clock.Now()
	err := a.store.Update(ctx, func(tx store.Tx) error {
		a.silences.Plan(tx, now)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		a.log.Error("maintenance of the configuration cannot be planned; everything pages until the next start", "err", err)
	}
}
