package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/oncalm/oncalm/store"
)

const (
	// fill is how full bbolt leaves the pages that it splits. Most keys are
	// appended at the end of their range, where fuller pages mean fewer of them to
	// write; some are scattered, and need room.
	fill = 0.75

	// mapped is how much address space the file is given from the start: a larger
	// map could be had only while nobody reads, so one long View would hold up
	// everybody. It costs no memory. (1 GiB where addresses have 32 bits.)
	mapped = 1 << (30 + 4*(^uint(0)>>63))

	// small is how much data is checked as a whole when a file is opened.
	small = 16 << 20
)

// Open opens the store at path, and creates it if there is none or an empty file.
//
// Errors: [*store.InUse] at once if a process holds it, [store.ErrDamaged] if what
// is there is not a store, [store.ErrMissing] if there was one, [store.ErrFull], [os.ErrNotExist] if o says so, or those
// of the file system.
//
// If path is a link, or leads over one, the store is what it leads to; a [*Dangling] leads
// nowhere.
func Open(name string, o Options) (*DB, error) {
	path, err := Locate(name)
	if err != nil {
		return nil, err
	}
	if err := prepare(path, o); err != nil {
		return nil, err
	}
	held, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	d, err := openHeld(path, o, held)
	if err != nil {
		return nil, errors.Join(err, held.release())
	}
	d.name, d.lock = name, held
	go d.commits()
	return d, nil
}

// prepare makes the directory of the store, or finds that it must not.
func prepare(path string, o Options) error {
	if o.MustExist {
		there, err := exists(path)
		switch {
		case err != nil || there:
			return err
		case stood(path):
			return fmt.Errorf("%s: %w", path, store.ErrMissing)
		}
		return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return os.MkdirAll(filepath.Dir(path), 0o700)
}

// exists says whether there is a store at path, whole or damaged. An empty file is
// none: it was made, by whomever, and never written.
func exists(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is not a file", path)
	}
	return info.Size() > 0, nil
}

// openHeld opens the store that held is the lock of, and makes one only where there never was one:
// whoever was told that something is in it would find nothing.
func openHeld(path string, o Options, held *lock) (*DB, error) {
	there, err := exists(path)
	if err == nil && !there && held.stood {
		err = fmt.Errorf("%s: %w", path, store.ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	d, err := open(path, o)
	if err != nil {
		return nil, err
	}
	if err := held.mark(); err != nil {
		return nil, errors.Join(err, d.bolt.Close())
	}
	return d, nil
}

// open opens the file that the lock is held for, creating it if need be.
func open(path string, o Options) (*DB, error) {
	there, err := exists(path)
	if err != nil {
		return nil, err
	}
	if !there {
		if err := create(path); err != nil {
			return nil, err
		}
	}
	found := &wounds{say: o.Damaged}
	file, db, err := openFile(path, bbolt.Options{InitialMmapSize: mapped, NoSync: o.NoSync}, found)
	if err != nil {
		return nil, err
	}
	d := &DB{
		path: path, opts: o, file: file, bolt: db, pageSize: int64(db.Info().PageSize), damage: found,
		open: newBatch(), wake: make(chan struct{}, 1),
		ended: make(chan struct{}), failed: make(chan struct{}),
	}
	if err := d.start(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

// start makes sure that what the file shows is on disk: a process that was killed
// may have written it and never have waited for it.
func (d *DB) start() error {
	if err := d.bolt.Sync(); err != nil {
		return fmt.Errorf("%s: %w: %w", d.path, store.ErrUnknownOutcome, err)
	}
	if err := guarded(func() error { return bringUp(d.bolt) }); err != nil {
		return openError(d.path, err)
	}
	info, err := d.file.Stat()
	if err != nil {
		return err
	}
	d.info = info
	return d.bolt.View(func(tx *bbolt.Tx) error {
		d.durable.Store(int64(tx.ID()))
		d.size.Store(tx.Size())
		return nil
	})
}

// openFile opens a file of bbolt and looks at it enough to say that it is ours and
// whole in the main. What is broken, and can be lived with, goes to found.
func openFile(path string, o bbolt.Options, found *wounds) (file *os.File, db *bbolt.DB, err error) {
	return openBy(path, openInPlace, o, found)
}

// opener opens a file; the one that it opens need not have the name that it is given.
type opener func(name string, flag int, perm os.FileMode) (*os.File, error)

// openBy is openFile of a file that opener opens.
func openBy(path string, open opener, o bbolt.Options, found *wounds) (file *os.File, db *bbolt.DB, err error) {
	defer func() {
		if err != nil && file != nil {
			_ = unlock(file) // after a panic bbolt leaves it open, locked and mapped
		}
	}()
	o.FreelistType = bbolt.FreelistArrayType
	o.Timeout = time.Nanosecond // try once
	o.OpenFile = func(name string, flag int, perm os.FileMode) (f *os.File, err error) {
		file, err = open(name, flag, perm)
		return file, err
	}
	err = guarded(func() (err error) {
		size, err := dataSize(path, open)
		if err != nil {
			return err
		}
		if db, err = openMapped(path, &o); err != nil {
			return err
		}
		return lookAt(db, file, size <= small, found)
	})
	if err == nil {
		return file, db, nil
	}
	err = openError(path, err)
	if db != nil {
		err = errors.Join(err, db.Close())
	}
	return file, nil, err
}

// guarded turns panics of bbolt and of the mapped file into errors.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
		}
	}()
	return fn()
}

// openMapped opens a file with as much address space as can be had.
func openMapped(path string, o *bbolt.Options) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, o)
	if errors.Is(err, syscall.ENOMEM) && o.InitialMmapSize > 0 {
		o.InitialMmapSize = 0 // somebody limits it
		return bbolt.Open(path, 0o600, o)
	}
	return db, err
}

// dataSize reads how much of a file is in use or free, and finds files that end before
// that: bbolt would find out when it reads what is not there. It is 0 for what is no
// file of bbolt, which bbolt itself says best.
func dataSize(path string, open opener) (int64, error) {
	f, err := open(path, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	m, _ := newestMeta(f)
	size := int64(m.high * m.size)
	if size > info.Size() {
		return 0, fmt.Errorf("cut off: it has %d bytes of %d", info.Size(), size)
	}
	return size, nil
}

// lookAt finds what is wrong with a file that bbolt has opened: if not deep, what can be
// seen at once.
func lookAt(db *bbolt.DB, file *os.File, deep bool, found *wounds) error {
	broken, err := check(context.Background(), db, file, deep)
	if err != nil {
		return err
	}
	if len(broken.problems) > 0 {
		return fmt.Errorf("%w: %s", store.ErrDamaged, broken.problems[0])
	}
	found.take(broken)
	return db.View(func(tx *bbolt.Tx) error {
		_, err := layoutOf(tx)
		return err
	})
}

// openError says in the store's words why a file did not open.
func openError(path string, err error) error {
	_, isPath := errors.AsType[*fs.PathError](err)
	_, isErrno := errors.AsType[syscall.Errno](err)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return &store.InUse{Path: path, PID: lockedBy(path)}
	case isFull(err):
		return fmt.Errorf("%s: %w: %w", path, store.ErrFull, err)
	case isPath:
		return err
	case isErrno, errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNewer):
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s: %w: %w", path, store.ErrDamaged, err)
}

// named adds the file to an error that is about it.
func (d *DB) named(err error) error {
	if errors.Is(err, store.ErrDamaged) {
		return fmt.Errorf("%s: %w", d.path, err)
	}
	return err
}
