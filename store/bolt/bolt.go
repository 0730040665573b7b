package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/oncalm/oncalm/store"
)

// Options says how to open a store. The zero value is right for production.
type Options struct {
	// MustExist makes Open fail with [os.ErrNotExist] where there is no store,
	// instead of creating one.
	MustExist bool

	// NoSync leaves out waiting for the disk. What is answered survives the end of
	// the process, but not that of the machine. For tests only.
	NoSync bool

	// Pinned makes all commits come from one thread of the operating system, so that
	// faults can be aimed at them. For tests only.
	Pinned bool

	// Damaged is told, once for each, of damage to the file that can be lived with. It
	// may be called from anywhere, and should be quick.
	Damaged func(what string)

	early bool // control for tests: answers before the commit
}

// DB is a [store.Store] in one file. Open makes one.
type DB struct {
	name string // of the store, as it was given; there may be links in it
	path string // of the file
	opts Options
	lock *lock
	file *os.File     // bbolt's own
	info os.FileInfo  // of file, when it was opened
	size atomic.Int64 // of what the file must hold, in bytes
	bolt *bbolt.DB

	pageSize int64 // in bytes
	reserve  reserve

	turn   sync.Mutex // held while a function of Update runs; guards the next three
	open   *batch     // collects what functions write
	closed bool
	broken error // why nothing can be written any more

	inflight atomic.Pointer[batch] // being committed; set under turn
	durable  atomic.Int64          // number of the last transaction known to be on disk
	wake     chan struct{}         // of one slot: the open batch has writes, or Close was called
	ended    chan struct{}         // closed when the committer has ended
	failed   chan struct{}         // closed when broken is set
	counts   counts
	damage   *wounds
	room     []byte      // of the committer, for what it seals
	stuck    atomic.Bool // bbolt is in the middle of something, and will not come out
}

// View implements [store.Store]. It waits neither for functions nor for commits to
// begin. What it showed is durable when it returns.
func (d *DB) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	id, err := d.read(fn)
	if err != nil {
		return err
	}
	return d.settle(id)
}

// read runs fn on what is committed by now, and returns the number of the last
// transaction that it could see.
func (d *DB) read(fn func(store.Tx) error) (id int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	rtx, err := d.begin()
	if err != nil {
		return 0, err
	}
	defer rtx.Rollback() //nolint:errcheck // a transaction that only reads
	t := &tx{damage: d.damage}
	return rtx.ID(), d.named(t.run(rtx, fn))
}

// settle waits until the transaction of that number is on disk: bbolt shows it to
// readers a little earlier.
func (d *DB) settle(id int) error {
	b := d.inflight.Load()
	if b == nil || int64(id) <= d.durable.Load() {
		return nil // or it never will be: then Failed says so
	}
	<-b.done // b is that transaction: no later one is in flight before it is on disk
	return b.err
}

// Update implements [store.Store].
func (d *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	b, err := d.run(ctx, fn)
	if b == nil {
		return err
	}
	<-b.done
	if b.err != nil {
		return b.err
	}
	return err
}

// run runs fn in its turn, and returns the batch whose commit decides what becomes
// of it; nil if err is final.
func (d *DB) run(ctx context.Context, fn func(store.Tx) error) (*batch, error) {
	if err := d.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer d.turn.Unlock()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	// The batch in flight comes first: what is committed after it has been looked
	// at is read twice, in the layer and in the file, and is the same.
	inflight := d.inflight.Load()
	rtx, err := d.begin()
	if err != nil {
		return nil, err
	}
	defer rtx.Rollback() //nolint:errcheck // a transaction that only reads
	t := &tx{damage: d.damage}
	t.writable = true
	t.layers[1] = d.open.writes
	if inflight != nil {
		t.layers[2] = inflight.writes
	}
	err = d.named(t.run(rtx, fn))
	d.counts.updates.Add(1)
	if err == nil && len(t.layers[0]) > 0 {
		d.open.add(t.layers[0])
		d.rouse()
	}
	if len(d.open.writes) > 0 {
		return d.open, err
	}
	return inflight, err
}

// takeTurn locks d.turn for a function that may run and whose writes have a place.
func (d *DB) takeTurn(ctx context.Context) error {
	for {
		d.turn.Lock()
		err := ctx.Err()
		switch {
		case err != nil:
		case d.broken != nil:
			err = d.broken
		case d.closed:
			err = store.ErrClosed
		case !d.open.full():
			return nil
		}
		if err != nil {
			d.turn.Unlock()
			return err
		}
		leaves := d.open.leaves
		d.turn.Unlock()
		select {
		case <-leaves:
		case <-ctx.Done():
		}
	}
}

// begin starts a transaction that reads.
func (d *DB) begin() (*bbolt.Tx, error) { return d.beginOf(false) }

// beginOf starts a transaction of bbolt. If the first pages cannot be read any more it
// panics with locks in its hands: whoever comes later would wait for ever.
func (d *DB) beginOf(writable bool) (btx *bbolt.Tx, err error) {
	if d.stuck.Load() {
		return nil, store.ErrUnknownOutcome
	}
	defer func() {
		if p := recover(); p != nil {
			d.stuck.Store(true)
			if err = d.astray(); err == nil {
				err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
			}
			err = d.unknown(err)
			go d.fail(err) // the caller may have the turn
		}
	}()
	btx, err = d.bolt.Begin(writable)
	return btx, beginError(err)
}

// beginError is what bbolt says when no transaction can begin, in the store's words.
func beginError(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}

// rouse tells the committer to look. It never blocks.
func (d *DB) rouse() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Failed is closed when a commit failed in a way that leaves its outcome open. From
// then on every Update returns [store.ErrUnknownOutcome].
func (d *DB) Failed() <-chan struct{} { return d.failed }

// Broken says why Failed was closed, nil if it was not. It wraps [store.ErrUnknownOutcome].
func (d *DB) Broken() error {
	d.turn.Lock()
	defer d.turn.Unlock()
	return d.broken
}

// Path is where the file of the store is: without links.
func (d *DB) Path() string { return d.path }

// lookEach is how often [DB.Watch] looks.
const lookEach = time.Second

// Watch looks each second whether the store's file is still where it was, until ctx ends.
// Each commit looks, too; this is for a store that nobody writes to. If the file is not
// there, Failed is closed.
func (d *DB) Watch(ctx context.Context) {
	looks := time.NewTicker(lookEach)
	defer looks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.failed:
			return
		case <-looks.C:
		}
		if err := d.astray(); err != nil {
			d.fail(d.unknown(err))
		}
	}
}

// Close implements [store.Store]. Updates that have begun are committed and answered.
func (d *DB) Close() error {
	d.turn.Lock()
	first := !d.closed
	d.closed = true
	d.turn.Unlock()
	d.rouse()
	<-d.ended
	if !first {
		return nil
	}
	if d.stuck.Load() { // what waits for bbolt now waits for ever
		return errors.Join(d.file.Close(), d.lock.release())
	}
	return errors.Join(d.bolt.Close(), d.lock.release())
}
