package datafile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/store/bolt/layout"
	"github.com/oncalm/oncalm/store/bolt/pages"
)

// Peek reads the value of one key in a file that nobody writes to, such as a backup, and
// changes nothing in or beside it. It is nil if there is none.
//
// Errors: as those of [Open].
func Peek(path, key string) (val []byte, err error) {
	if path, err = disk.Locate(path); err != nil {
		return nil, err
	}
	_, db, err := openFile(path, bbolt.Options{ReadOnly: true}, &wounds{})
	if err != nil {
		return nil, err
	}
	err = guarded(func() error {
		return db.View(func(btx *bbolt.Tx) (err error) {
			val, err = layout.Value(btx, key)
			return err
		})
	})
	if closed := db.Close(); err == nil {
		err = closed
	}
	return val, err
}

// Ours reports whether a file is a store or was meant to be one: it may be damaged, or empty. It
// looks no further than at what says where all else is.
func Ours(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err == nil, err
	}
	return pages.HasBucket(f, layout.MarkName), nil
}

// OpenChecked opens a file of bbolt in which a check finds nothing wrong.
func OpenChecked(ctx context.Context, path string, readOnly bool) (*os.File, *bbolt.DB, error) {
	if there, err := disk.Exists(path); err != nil || !there {
		return nil, nil, errors.Join(err, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist})
	}
	file, db, err := openFile(path, bbolt.Options{ReadOnly: readOnly, InitialMmapSize: 0}, &wounds{})
	if err != nil {
		return nil, nil, err
	}
	broken, err := pages.Check(ctx, db, file, true)
	if err == nil && len(broken.Problems) > 0 {
		err = fmt.Errorf("%s: %w: %s", path, store.ErrDamaged, broken.Problems[0])
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return file, db, nil
}

// CheckCopy checks the copy that is to be at path, and is called name until then. It returns how many
// of its values are damaged.
func CheckCopy(ctx context.Context, path, name string) (damaged int, err error) {
	db, damaged, err := OpenCopy(ctx, path, name)
	if err != nil {
		return damaged, err
	}
	return damaged, db.Close()
}

// OpenCopy is CheckCopy, and leaves the copy open to be read.
func OpenCopy(ctx context.Context, path, name string) (db *bbolt.DB, damaged int, err error) {
	reopen := func(string, int, os.FileMode) (*os.File, error) { return os.Open(name) }
	file, db, err := openBy(path, reopen, bbolt.Options{ReadOnly: true}, &wounds{})
	if err != nil {
		return nil, 0, err
	}
	found, err := pages.Check(ctx, db, file, true)
	if err == nil && len(found.Problems) > 0 {
		err = fmt.Errorf("%s: %w: %s", path, store.ErrDamaged, found.Problems[0])
	}
	if err != nil {
		return nil, len(found.Values), errors.Join(err, db.Close())
	}
	return db, len(found.Values), nil
}
