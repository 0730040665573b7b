package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/store/bolt/pages"
)

// What is done with a store beside reading and writing: it is looked through, copied, and kept
// able to write on a full disk.

// Check reads every page of the file, as it is at this moment, and says in words for
// people what is wrong with its structure; nil if nothing is. The store may be used
// meanwhile. The error is that of ctx or of the disk. Values that do not fit their
// checksums are told by [DB.Damage].
func (d *DB) Check(ctx context.Context) (problems []string, err error) { return d.file.Check(ctx) }

// Damage reads every value of the file, as Check does its pages, and returns those that are
// damaged. Readers of the store take them for absent.
func (d *DB) Damage(ctx context.Context) ([]pages.Damaged, error) { return d.file.Damage(ctx) }

// Inspect is Check and Damage in one reading of the file.
func (d *DB) Inspect(ctx context.Context) (problems []string, damaged []pages.Damaged, err error) {
	return d.file.Inspect(ctx)
}

// Scrub looks through the whole file for damage that nobody has come upon. What it finds is
// told as [Options] and [DB.Health] say.
func (d *DB) Scrub(ctx context.Context) error { return d.file.Scrub(ctx) }

// Health says in words for everybody which damage to the file is known by now, and what to
// do about it; nil if there is none.
func (d *DB) Health() error { return d.file.Health() }

// KeepReserve keeps a reserve from now on, so that some can be written when the disk is full
// ([github.com/oncalm/oncalm/store/bolt/reserve]). [DB.Short] says when to write less; say is
// told when that changes.
//
// The error says why there is none yet, or never will be.
func (d *DB) KeepReserve(say func(short bool)) error { return d.reserve.Keep(say) }

// Short says that the disk has no room to keep the reserve whole, and so that what can come
// again should not be written. If there is room by now, it makes it whole first.
func (d *DB) Short() bool { return d.reserve.Short() }

// Reserved says whether there is a reserve, and room in it.
func (d *DB) Reserved() bool { return d.reserve.Left() }

// Backup writes the store, as it is at this moment, to w as a file that copies.Restore and
// Open take. Reading and writing go on meanwhile; the file can grow more than usual
// until it is done, since what the backup still needs is not overwritten.
func (d *DB) Backup(ctx context.Context, w io.Writer) error {
	rtx, err := d.file.Begin(false)
	if err != nil {
		return err
	}
	err = copies.To(ctx, w, rtx)
	id := rtx.ID()
	if err := errors.Join(err, rtx.Rollback()); err != nil {
		return fmt.Errorf("backup of %s: %w", d.file.Path(), err)
	}
	return d.queue.settle(id)
}

// BackupFile writes a backup to path, whole or not at all. A file of that name is
// replaced.
func (d *DB) BackupFile(ctx context.Context, path string) error {
	path, err := disk.Locate(path)
	if err != nil {
		return err
	}
	return disk.Replace(path, func(temporary string) error {
		return disk.WriteNew(temporary, func(w io.Writer) error { return d.Backup(ctx, w) })
	})
}
