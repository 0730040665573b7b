package ops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// A Reserve is room in the store's file that nobody else can take, such as [*bolt.DB] keeps.
// When the disk is full, pages, steps, acknowledgements and all that is written about incidents
// that are open goes on in it, while new alarms are refused, so that they do not use it up. SNS
// keeps those.
type Reserve interface {
	Short() bool    // it could not be kept whole, so alarms are to be refused
	Reserved() bool // there is one, with room in it
}

// KeepReserve makes the store keep a reserve.
func KeepReserve(db *bolt.DB, log *slog.Logger) {
	if err := os.Remove(db.Path() + ".reserve"); err != nil && !errors.Is(err, fs.ErrNotExist) { // a file that versions before kept
		log.Warn("the old reserve cannot be removed", "err", err)
	}
	err := db.KeepReserve(func(short bool) {
		if short {
			log.Error("the disk is full: the rest of the reserve is kept for open incidents, and alarms are refused")
		} else {
			log.Info("there is space again: the reserve is complete, and alarms are accepted")
		}
	})
	if err != nil {
		log.Warn("the reserve for a full disk is not complete", "err", err)
	}
}

// ForAlarms is a store for what comes in: it is full as long as the reserve is short.
func ForAlarms(s store.Store, r Reserve) store.Store { return forAlarms{s, r} }

type forAlarms struct {
	store.Store
	reserve Reserve
}

func (f forAlarms) Update(ctx context.Context, fn func(store.Tx) error) error {
	return f.Store.Update(ctx, func(tx store.Tx) error { // in its turn: after a commit that did not fit none comes in
		if f.reserve.Short() {
			return fmt.Errorf("%w: the rest is kept for open incidents", store.ErrFull)
		}
		return fn(tx)
	})
}

// ForDebts is a store for everything else: what does not fit together with alarms may fit alone.
func ForDebts(s store.Store, r Reserve) store.Store { return forDebts{s, r} }

type forDebts struct {
	store.Store
	reserve Reserve
}

// The second try is by itself, and may take from the reserve; the first shared a commit with others.
func (f forDebts) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := f.Store.Update(ctx, fn)
	if errors.Is(err, store.ErrFull) && f.reserve.Reserved() {
		return f.Store.Update(ctx, fn)
	}
	return err
}
