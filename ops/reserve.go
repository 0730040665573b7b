package ops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"github.com/oncalm/oncalm/store"
)

// A Reserve is a file beside the store that takes space which nobody needs yet. When the disk
// is full it is given up: pages, steps, acknowledgements and all that is written about
// incidents that are open goes on in its space, while new alarms are refused, so that they do
// not use it up. SNS keeps those. When there is room it is made again.
//
// A nil Reserve is none: everything is refused alike when the disk is full.
type Reserve struct {
	path string // of the file
	size int64  // in bytes
	log  *slog.Logger

	mu    sync.Mutex
	spent bool // it was given up
}

const (
	reserveMost  = 64 << 20
	reserveLeast = 256 << 10
	reservePart  = 16 // of the disk it takes no more than one part in so many
)

// NewReserve makes the reserve of the store at that path, with real blocks of the disk. On a
// disk that is too small for one, or too full, it is nil.
func NewReserve(store string, log *slog.Logger) *Reserve {
	r := &Reserve{path: store + ".reserve", log: log}
	if err := r.remove(); err != nil { // its size may be another than now
		log.Warn("there is no reserve for when the disk is full", "err", err)
		return nil
	}
	free, all, err := room(store)
	if err == nil {
		r.size = min(reserveMost, all/reservePart)
		if r.size < reserveLeast || free < 2*r.size {
			err = fmt.Errorf("%d bytes of %d are free", free, all)
		} else {
			err = r.make()
		}
	}
	if err != nil {
		log.Warn("there is no reserve for when the disk is full", "err", err)
		return nil
	}
	return r
}

// make makes the file, whole or not at all.
func (r *Reserve) make() error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(allocate(f, r.size), f.Close()); err != nil {
		return errors.Join(err, r.remove())
	}
	return nil
}

func (r *Reserve) remove() error {
	if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// giveUp makes the space of the reserve free, and reports whether there is some of it.
func (r *Reserve) giveUp() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spent {
		return true
	}
	if err := r.remove(); err != nil {
		r.log.Error("the reserve cannot be given up", "err", err)
		return false
	}
	r.spent = true
	r.log.Error("the disk is full: the reserve is given up for the incidents that are open, and new alarms are refused", "bytes", r.size)
	return true
}

// closed reports whether new alarms are to be refused. Where there is room again it makes the
// reserve first.
func (r *Reserve) closed() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.spent {
		return false
	}
	if free, _, err := room(r.path); err != nil || free < 2*r.size || r.make() != nil {
		return true
	}
	r.spent = false
	r.log.Info("there is room again: the reserve is made, and alarms are taken")
	return false
}

// ForAlarms is a store for what comes in: it is full as long as the reserve is given up.
func (r *Reserve) ForAlarms(s store.Store) store.Store { return forAlarms{s, r} }

// ForDebts is a store for everything else: it has the reserve.
func (r *Reserve) ForDebts(s store.Store) store.Store { return forDebts{s, r} }

type forAlarms struct {
	store.Store
	reserve *Reserve
}

func (f forAlarms) Update(ctx context.Context, fn func(store.Tx) error) error {
	if f.reserve.closed() {
		return fmt.Errorf("%w: what is left is for the incidents that are open", store.ErrFull)
	}
	err := f.Store.Update(ctx, fn)
	if errors.Is(err, store.ErrFull) {
		f.reserve.giveUp()
	}
	return err
}

type forDebts struct {
	store.Store
	reserve *Reserve
}

func (f forDebts) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := f.Store.Update(ctx, fn)
	if errors.Is(err, store.ErrFull) && f.reserve.giveUp() {
		return f.Store.Update(ctx, fn)
	}
	return err
}
