package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// Publish makes a file of the copy of a store that write writes, checks it, and then gives it
// its name: a half-written one is never there, and a process that is killed leaves nothing
// behind. A file of that name is replaced; the caller has looked whether it may be.
//
// Where the disk knows no files without a name, or nobody could find one since there is no /proc, it is written as <path>.partial, which the next
// copy to that path removes. It returns how many values of the copy are damaged: the copy is
// as good as the store.
//
// Errors: [store.ErrDamaged] if the copy is no sound store, or those of write and the file
// system.
func Publish(ctx context.Context, path string, write func(io.Writer) error) (damaged int, err error) {
	if path, err = Locate(path); err != nil {
		return 0, err
	}
	partial := path + ".partial"
	if err := remove(partial); err != nil {
		return 0, err
	}
	f, name, err := place(path, partial)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := errors.Join(write(f), f.Sync()); err != nil {
		return 0, errors.Join(err, remove(partial))
	}
	damaged, err = sumUp(ctx, path, name)
	if err == nil && name != partial {
		err = settleName(f, path, partial)
	} else if err == nil {
		err = os.Rename(partial, path)
	}
	if err != nil {
		return damaged, errors.Join(err, remove(partial))
	}
	return damaged, syncPath(filepath.Dir(path))
}

// place makes the file that a copy is written into, and tells how to open it again.
func place(path, partial string) (f *os.File, name string, err error) {
	if f, err = unnamed(filepath.Dir(path)); err == nil {
		name := throughProc(f)
		if _, err = os.Stat(name); err == nil {
			return f, name, nil
		}
		if err := f.Close(); err != nil { // there is no /proc here
			return nil, "", err
		}
	}
	f, err = newInPlace(partial, os.O_RDWR, 0o600)
	return f, partial, err
}

// settleName gives an unnamed file its name, by way of another if there is one of that name.
func settleName(f *os.File, path, partial string) error {
	if err := give(f, path); !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := give(f, partial); err != nil {
		return err
	}
	return os.Rename(partial, path)
}

// sumUp checks the copy that is to be at path.
func sumUp(ctx context.Context, path, name string) (damaged int, err error) {
	reopen := func(string, int, os.FileMode) (*os.File, error) { return os.Open(name) }
	file, db, err := openBy(path, reopen, bbolt.Options{ReadOnly: true}, &wounds{})
	if err != nil {
		return 0, err
	}
	found, err := check(ctx, db, file, true)
	if err == nil && len(found.problems) > 0 {
		err = fmt.Errorf("%s: %w: %s", path, store.ErrDamaged, found.problems[0])
	}
	return len(found.values), errors.Join(err, db.Close())
}
