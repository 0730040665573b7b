package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/store/bolt/reserve"
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
	lock      *disk.Lock
	file      *datafile.File
	reserve   *reserve.Reserve
	queue     *queue
	committer *committer
}

// Open opens the store at path, and creates it if there is none or an empty file.
//
// Errors: [*store.InUse] at once if a process holds it, [store.ErrDamaged] if what
// is there is not a store, [store.ErrMissing] if there was one, [store.ErrFull],
// [os.ErrNotExist] if o says so, or those of the file system.
//
// If path is a link, or leads over one, the store is what it leads to; a [*disk.Dangling] leads
// nowhere.
func Open(name string, o Options) (*DB, error) {
	path, err := disk.Locate(name)
	if err != nil {
		return nil, err
	}
	if err := prepare(path, o); err != nil {
		return nil, err
	}
	held, err := disk.TakeLock(path)
	if err != nil {
		return nil, err
	}
	d, err := openHeld(name, path, o, held)
	if err != nil {
		return nil, errors.Join(err, held.Release())
	}
	go d.committer.run()
	return d, nil
}

// prepare makes the directory of the store, or finds that it must not.
func prepare(path string, o Options) error {
	if o.MustExist {
		there, err := disk.Exists(path)
		switch {
		case err != nil || there:
			return err
		case disk.Stood(path):
			return fmt.Errorf("%s: %w", path, store.ErrMissing)
		}
		return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return os.MkdirAll(filepath.Dir(path), 0o700)
}

// openHeld opens the store that held is the lock of, and makes one only where there never was one:
// whoever was told that something is in it would find nothing.
func openHeld(name, path string, o Options, held *disk.Lock) (*DB, error) {
	there, err := disk.Exists(path)
	if err == nil && !there && held.Stood() {
		err = fmt.Errorf("%s: %w", path, store.ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	q := newQueue()
	f, err := datafile.Open(name, path, datafile.Options{NoSync: o.NoSync, Damaged: o.Damaged, Lost: q.fail})
	if err != nil {
		return nil, err
	}
	rtx, err := f.Begin(false)
	if err == nil {
		q.durable.Store(int64(rtx.ID()))
		err = rtx.Rollback()
	}
	if err == nil {
		err = held.Mark()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r := reserve.New(f.OS, f.Size())
	return &DB{lock: held, file: f, reserve: r, queue: q, committer: newCommitter(q, f, r, o)}, nil
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
	return d.queue.settle(id)
}

// read runs fn on what is committed by now, and returns the number of the last
// transaction that it could see.
func (d *DB) read(fn func(store.Tx) error) (id int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	rtx, err := d.file.Begin(false)
	if err != nil {
		return 0, err
	}
	defer rtx.Rollback() //nolint:errcheck // a transaction that only reads
	t := &tx{file: d.file}
	return rtx.ID(), d.file.Named(t.run(rtx, fn))
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
	q := d.queue
	if err := q.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer q.turn.Unlock()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	// The batch in flight comes first: what is committed after it has been looked
	// at is read twice, in the layer and in the file, and is the same.
	inflight := q.inflight.Load()
	rtx, err := d.file.Begin(false)
	if err != nil {
		return nil, err
	}
	defer rtx.Rollback() //nolint:errcheck // a transaction that only reads
	t := &tx{file: d.file}
	t.writable = true
	t.layers[1] = q.open.writes
	if inflight != nil {
		t.layers[2] = inflight.writes
	}
	err = d.file.Named(t.run(rtx, fn))
	q.updates.Add(1)
	if err == nil && len(t.layers[0]) > 0 {
		q.open.add(t.layers[0])
	}
	if len(q.open.writes) > 0 {
		q.expect(store.Waits(ctx))
		return q.open, err
	}
	return inflight, err
}

// Failed is closed when a commit failed in a way that leaves its outcome open. From
// then on every Update returns [store.ErrUnknownOutcome].
func (d *DB) Failed() <-chan struct{} { return d.queue.failed }

// Broken says why Failed was closed, nil if it was not. It wraps [store.ErrUnknownOutcome].
func (d *DB) Broken() error { return d.queue.why() }

// Path is where the file of the store is: without links.
func (d *DB) Path() string { return d.file.Path() }

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
		case <-d.queue.failed:
			return
		case <-looks.C:
		}
		if err := d.file.Astray(); err != nil {
			d.queue.fail(d.file.Unknown(err))
		}
	}
}

// Close implements [store.Store]. Updates that have begun are committed and answered.
func (d *DB) Close() error {
	first := d.queue.close()
	<-d.committer.ended
	if !first {
		return nil
	}
	return errors.Join(d.file.Close(), d.lock.Release())
}
