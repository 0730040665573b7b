package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// Backup writes the store, as it is at this moment, to w as a file that Restore and
// Open take. Reading and writing go on meanwhile; the file can grow more than usual
// until it is done, since what the backup still needs is not overwritten.
func (d *DB) Backup(ctx context.Context, w io.Writer) error {
	rtx, err := d.begin()
	if err != nil {
		return err
	}
	err = copyTo(ctx, w, rtx)
	id := rtx.ID()
	if err := errors.Join(err, rtx.Rollback()); err != nil {
		return fmt.Errorf("backup of %s: %w", d.path, err)
	}
	return d.settle(id)
}

// BackupFile writes a backup to path, whole or not at all. A file of that name is
// replaced.
func (d *DB) BackupFile(ctx context.Context, path string) error {
	path, err := Locate(path)
	if err != nil {
		return err
	}
	return replace(path, func(temporary string) error {
		return writeFile(temporary, func(w io.Writer) error { return d.Backup(ctx, w) })
	})
}

// copyTo writes what rtx sees to w.
func copyTo(ctx context.Context, w io.Writer, rtx *bbolt.Tx) error {
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
	src, errSrc := Locate(src)
	dst, errDst := Locate(dst)
	if err := errors.Join(errSrc, errDst); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o700); err != nil {
		return err
	}
	held, err := takeLock(dst)
	if err != nil {
		return err
	}
	replaced, err := holdFile(dst)
	if err == nil {
		err = errors.Join(restore(ctx, src, dst, overwrite), replaced.release())
	}
	return errors.Join(err, held.release())
}

func restore(ctx context.Context, src, dst string, overwrite bool) error {
	there, err := exists(dst)
	if err != nil {
		return err
	}
	if there && !overwrite {
		return &fs.PathError{Op: "restore", Path: dst, Err: fs.ErrExist}
	}
	_, db, err := openChecked(ctx, src, true)
	if err != nil {
		return err
	}
	err = replace(dst, func(temporary string) error {
		return writeFile(temporary, func(w io.Writer) error {
			return db.View(func(tx *bbolt.Tx) error { return copyTo(ctx, w, tx) })
		})
	})
	return errors.Join(err, db.Close())
}

// Compact rewrites the store at path without the space that deleted keys have left,
// and returns the size of the file before and after. Nobody may use it meanwhile.
func Compact(ctx context.Context, path string) (before, after int64, err error) {
	if path, err = Locate(path); err != nil {
		return 0, 0, err
	}
	held, err := takeLock(path)
	if err != nil {
		return 0, 0, err
	}
	before, after, err = compact(ctx, path)
	return before, after, errors.Join(err, held.release())
}

func compact(ctx context.Context, path string) (before, after int64, err error) {
	file, db, err := openChecked(ctx, path, false)
	if err != nil {
		return 0, 0, err
	}
	if info, err := file.Stat(); err == nil {
		before = info.Size()
	}
	err = replace(path, func(temporary string) error {
		into, err := bbolt.Open(temporary, 0o600, &bbolt.Options{NoSync: true, OpenFile: newInPlace})
		if err != nil {
			return err
		}
		err = bbolt.Compact(into, db, maxBytes)
		if info, statErr := os.Stat(temporary); statErr == nil {
			after = info.Size()
		}
		return errors.Join(err, into.Close())
	})
	return before, after, errors.Join(err, db.Close())
}

// openChecked opens a file of bbolt in which a check finds nothing wrong.
func openChecked(ctx context.Context, path string, readOnly bool) (*os.File, *bbolt.DB, error) {
	if there, err := exists(path); err != nil || !there {
		return nil, nil, errors.Join(err, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist})
	}
	file, db, err := openFile(path, bbolt.Options{ReadOnly: readOnly, InitialMmapSize: 0}, &wounds{})
	if err != nil {
		return nil, nil, err
	}
	broken, err := check(ctx, db, file, true)
	if err == nil && len(broken.problems) > 0 {
		err = fmt.Errorf("%s: %w: %s", path, store.ErrDamaged, broken.problems[0])
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return file, db, nil
}

// writeFile makes a new file of what write writes.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := newInPlace(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
