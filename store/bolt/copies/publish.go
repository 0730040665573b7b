package copies

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// Publish makes a file of the copy of a store that write writes, checks it, and then gives it
// its name: a half-written one is never there, and a process that is killed leaves nothing
// behind where the disk can do that ([disk.Draft]). A file of that name is replaced; the caller
// has looked whether it may be.
//
// It returns how many values of the copy are damaged: the copy is as good as the store.
//
// Errors: [store.ErrDamaged] if the copy is no sound store, or those of write and the file
// system.
func Publish(ctx context.Context, path string, write func(io.Writer) error) (damaged int, err error) {
	if path, err = disk.Locate(path); err != nil {
		return 0, err
	}
	return publish(ctx, path, func(d *disk.Draft) error { return write(d.File) })
}

// PublishCompact is Publish, without the space that deleted keys have left. Until it is done there must be room for both.
func PublishCompact(ctx context.Context, path string, write func(io.Writer) error) (damaged int, err error) {
	if path, err = disk.Locate(path); err != nil {
		return 0, err
	}
	whole, err := disk.NewDraft(path + ".whole") // it never gets that name
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, whole.File.Close(), whole.Discard()) }()
	if err := write(whole.File); err != nil {
		return 0, err
	}
	from, _, err := datafile.OpenCopy(ctx, path, whole.Name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return publish(ctx, path, func(d *disk.Draft) error { return compactInto(d.Name, from) })
}

// publish makes the file that is to be at path.
func publish(ctx context.Context, path string, fill func(*disk.Draft) error) (damaged int, err error) {
	draft, err := disk.NewDraft(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, draft.File.Close()) }()
	if err := errors.Join(fill(draft), draft.File.Sync()); err != nil {
		return 0, errors.Join(err, draft.Discard())
	}
	damaged, err = datafile.CheckCopy(ctx, path, draft.Name)
	if err == nil {
		err = draft.Settle()
	}
	if err != nil {
		return damaged, errors.Join(err, draft.Discard())
	}
	return damaged, disk.SyncPath(filepath.Dir(path))
}

// compactInto writes what is in a file into the empty one of that name, without the space that deleted keys have left.
func compactInto(name string, from *bbolt.DB) error {
	open := func(_ string, flag int, perm os.FileMode) (*os.File, error) { return os.OpenFile(name, flag, perm) }
	into, err := bbolt.Open(name, 0o600, &bbolt.Options{NoSync: true, OpenFile: open})
	if err != nil {
		return err
	}
	return errors.Join(bbolt.Compact(into, from, compactBytes), into.Close())
}
