package copies

import (
	"context"
	"errors"
	"io"
	"path/filepath"

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
	draft, err := disk.NewDraft(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, draft.File.Close()) }()
	if err := errors.Join(write(draft.File), draft.File.Sync()); err != nil {
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
