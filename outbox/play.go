package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/store"
)

// What would be done at other times than now is asked without a Runner: of a store that nobody else works on, at times that
// whoever asks sets.

// Next is the entry that is due first, in whichever lane, and when; false if nothing waits.
func (t Tx) Next() (key string, due time.Time, ok bool) {
	for _, lane := range t.Lanes() {
		from, to := laneRange(lane)
		for place := range t.tx.Range(from, to) {
			at, entry, err := splitDue(place)
			if err == nil && (!ok || at.Before(due)) {
				key, due, ok = entry, at, true
			}
			break
		}
	}
	return key, due, ok
}

// Play does what a Runner does with the entry of that key at the time now, but for trying again: what fails, or has no handler, is
// done with. The error is that of the store.
func Play(ctx context.Context, s store.Store, handlers map[string]Handler, key string, now time.Time) error {
	var entry Entry
	err := s.View(ctx, func(tx store.Tx) error {
		t := In(tx, now)
		e, ok := t.Get(key)
		for _, lane := range t.Lanes() {
			if !ok {
				e, ok = t.Find(key, lane, now)
			}
		}
		if entry = e; !ok {
			return fmt.Errorf("outbox: there is no entry %s", key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var commit func(store.Tx) error
	if handler := handlers[entry.Kind]; handler != nil {
		if commit, err = handler(ctx, entry); err != nil {
			commit = nil
		}
	}
	return s.Update(ctx, func(tx store.Tx) error {
		if !In(tx, now).finish(entry) || commit == nil {
			return nil
		}
		return commit(tx)
	})
}
