// Package copies makes files that are as a store was: a backup, a store restored from one, a store
// without the space that deleted keys have left. What takes the place of a file is whole or not
// there, and was checked before.
package copies

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// To writes what rtx sees to w.
func To(ctx context.Context, w io.Writer, rtx *bbolt.Tx) error {
	l := &limited{ctx: ctx, w: w}
	_, err := rtx.WriteTo(l)
	if l.err != nil {
		return l.err
	}
	return err
}

// limited is a writer that ends with its context, and keeps its error: of some, bbolt
// hands on the text only.
type limited struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (l *limited) Write(b []byte) (n int, err error) {
	if l.err = l.ctx.Err(); l.err == nil {
		n, l.err = l.w.Write(b)
	}
	return n, l.err
}

// Restore puts a copy of the backup src in the place of the store dst. It reads and
// checks the backup first. A store that is already there is replaced only if
// overwrite says so, and not while it is in use.
//
// Errors: [fs.ErrExist], [*store.InUse] for dst or src, [store.ErrDamaged] for src,
// [fs.ErrNotExist] for src, or those of the file system.
func Restore(ctx context.Context, src, dst string, overwrite bool) error {
	src, errSrc := disk.Locate(src)
	dst, errDst := disk.Locate(dst)
	if err := errors.Join(errSrc, errDst); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o700); err != nil {
		return err
	}
	held, err := disk.TakeLock(dst)
	if err != nil {
		return err
	}
	replaced, err := disk.HoldFile(dst)
	if err == nil {
		err = errors.Join(restore(ctx, src, dst, overwrite), replaced.Release())
	}
	return errors.Join(err, held.Release())
}

func restore(ctx context.Context, src, dst string, overwrite bool) error {
	there, err := disk.Exists(dst)
	if err != nil {
		return err
	}
	if there && !overwrite {
		return &fs.PathError{Op: "restore", Path: dst, Err: fs.ErrExist}
	}
	_, db, err := datafile.OpenChecked(ctx, src, true)
	if err != nil {
		return err
	}
	err = disk.Replace(dst, func(temporary string) error {
		return disk.WriteNew(temporary, func(w io.Writer) error {
			return db.View(func(tx *bbolt.Tx) error { return To(ctx, w, tx) })
		})
	})
	return errors.Join(err, db.Close())
}

// Compact rewrites the store at path without the space that deleted keys have left,
// and returns the size of the file before and after. Nobody may use it meanwhile.
func Compact(ctx context.Context, path string) (before, after int64, err error) {
	if path, err = disk.Locate(path); err != nil {
		return 0, 0, err
	}
	held, err := disk.TakeLock(path)
	if err != nil {
		return 0, 0, err
	}
	before, after, err = compact(ctx, path)
	return before, after, errors.Join(err, held.Release())
}

// compactBytes is about how many bytes move in one transaction.
const compactBytes = 8 << 20

func compact(ctx context.Context, path string) (before, after int64, err error) {
	own, db, err := datafile.OpenChecked(ctx, path, false)
	if err != nil {
		return 0, 0, err
	}
	if info, err := own.Stat(); err == nil {
		before = info.Size()
	}
	err = disk.Replace(path, func(temporary string) error {
		into, err := bbolt.Open(temporary, 0o600, &bbolt.Options{NoSync: true, OpenFile: disk.NewInPlace})
		if err != nil {
			return err
		}
		err = bbolt.Compact(into, db, compactBytes)
		if info, statErr := os.Stat(temporary); statErr == nil {
			after = info.Size()
		}
		return errors.Join(err, into.Close())
	})
	return before, after, errors.Join(err, db.Close())
}
