package records

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// RestoreCommand is oncalm restore.
type RestoreCommand struct {
	cli.StoreFlag
	Force bool   `help:"Replace the store if there is one. It is kept beside the new one."`
	File  string `arg:"" help:"The backup."`
}

// Run puts a backup into the place of the store.
//
// At each moment there is a store with a name: what was there has a second name (a hard link) before the backup takes the
// first one by a rename. A kill in between leaves both, or only the old one.
func (c *RestoreCommand) Run(ctx context.Context, s *cli.Session) error {
	path, err := s.StorePath(c.StoreFlag)
	if err != nil {
		return err
	}
	if same(path, c.File) {
		return cli.End(cli.ExitUsage, c.File+" is the store itself", "name a backup")
	}
	if err := errors.Join(cli.Regular(path), cli.Regular(c.File)); err != nil {
		return err
	}
	file, err := disk.Locate(path)
	if err != nil {
		return err
	}
	if err := cli.NotNewer(c.File); errors.Is(err, store.ErrNewer) { // all else is said below
		return err
	}
	kept, err := c.keep(file, cli.ReplacedName(file, s.Now))
	if err != nil {
		return err
	}
	if err := copies.Restore(ctx, c.File, file, c.Force); err != nil {
		if errors.Is(err, store.ErrDamaged) {
			err = cli.End(cli.ExitDamaged, "the backup is damaged: "+err.Error(), "take an older one; nothing was replaced")
		}
		if same(file, kept) { // nothing was replaced: the second name is of no use
			err = errors.Join(err, removed(kept))
		}
		return err
	}
	s.Printf("%s: restored from %s", path, c.File)
	if kept != "" {
		s.Printf("%s: what was there before", kept)
	}
	return nil
}

// keep gives what is in the place of the store a second name, and returns it: the file
// stays when its first name goes to the backup.
func (c *RestoreCommand) keep(path, kept string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	if !c.Force {
		return "", cli.End(cli.ExitUsage, path+" already exists", "replace it with -force; it is kept beside the new one")
	}
	// on the same file system, since it lies beside it
	return kept, os.Link(path, kept)
}
