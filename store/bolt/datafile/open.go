package datafile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/store/bolt/layout"
	"github.com/oncalm/oncalm/store/bolt/pages"
)

// small is how much data is checked as a whole when a file is opened.
const small = 16 << 20

// create makes an empty store at path.
func create(path string) error {
	return disk.Replace(path, func(temporary string) error {
		db, err := bbolt.Open(temporary, 0o600, &bbolt.Options{OpenFile: disk.NewInPlace})
		if err != nil {
			return err
		}
		err = db.Update(layout.New)
		return errors.Join(err, db.Close())
	})
}

// openFile opens a file of bbolt and looks at it enough to say that it is ours and
// whole in the main. What is broken, and can be lived with, goes to found.
func openFile(path string, o bbolt.Options, found *wounds) (file *os.File, db *bbolt.DB, err error) {
	return openBy(path, disk.OpenInPlace, o, found)
}

// opener opens a file; the one that it opens need not have the name that it is given.
type opener func(name string, flag int, perm os.FileMode) (*os.File, error)

// openBy is openFile of a file that opener opens.
func openBy(path string, open opener, o bbolt.Options, found *wounds) (file *os.File, db *bbolt.DB, err error) {
	defer func() {
		if err != nil && file != nil {
			_ = disk.Unlock(file) // after a panic bbolt leaves it open, locked and mapped
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
// that: bbolt would find out when it reads what is not there.
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
	size := pages.Size(f)
	if size > info.Size() {
		return 0, fmt.Errorf("cut off: it has %d bytes of %d", info.Size(), size)
	}
	return size, nil
}

// lookAt finds what is wrong with a file that bbolt has opened: if not deep, what can be
// seen at once.
func lookAt(db *bbolt.DB, file *os.File, deep bool, found *wounds) error {
	broken, err := pages.Check(context.Background(), db, file, deep)
	if err != nil {
		return err
	}
	if len(broken.Problems) > 0 {
		return fmt.Errorf("%w: %s", store.ErrDamaged, broken.Problems[0])
	}
	found.take(broken)
	return db.View(func(tx *bbolt.Tx) error {
		_, err := layout.Of(tx)
		return err
	})
}

// openError says in the store's words why a file did not open.
func openError(path string, err error) error {
	_, isPath := errors.AsType[*fs.PathError](err)
	_, isErrno := errors.AsType[syscall.Errno](err)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return &store.InUse{Path: path, PID: disk.LockedBy(path)}
	case disk.IsFull(err):
		return fmt.Errorf("%s: %w: %w", path, store.ErrFull, err)
	case isPath:
		return err
	case isErrno, errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNewer):
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s: %w: %w", path, store.ErrDamaged, err)
}
