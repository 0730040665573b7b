package records

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/text"
)

// BackupCommand is oncalm backup.
type BackupCommand struct {
	cli.StoreFlag
	Force bool   `help:"Replace the target if it is there."`
	File  string `arg:"" help:"Where the copy goes."`
}

// Run writes a copy of the store. It copies the store of a running server as well: the server writes the copy of one moment
// to its socket (ops).
func (c *BackupCommand) Run(ctx context.Context, s *cli.Session) error {
	path, err := s.StorePath(c.StoreFlag)
	if err != nil {
		return err
	}
	// also by a link, or by another name
	if same(path, c.File) {
		return cli.End(cli.ExitUsage, c.File+" is the store itself", "name another file")
	}
	// all that can be refused is refused before anything is copied
	if err := errors.Join(cli.Regular(c.File), folder(filepath.Dir(c.File))); err != nil {
		return err
	}
	if err := c.replaceable(); err != nil {
		return err
	}
	n, err := backUp(ctx, path, c.File, copies.PublishCompact)
	if err != nil {
		return err
	}
	s.Printf("%s: a copy of %s, checked", c.File, path)
	if n > 0 {
		s.Printf("  %s damaged, as in the store: run oncalm fsck -repair", text.Count(n, "value is", "values are"))
	}
	return nil
}

// replaceable refuses to replace what is there, unless it was told to, and then what is no store:
// a word is quickly mistyped, and a link may lead anywhere.
func (c *BackupCommand) replaceable() error {
	_, err := os.Lstat(c.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !c.Force:
		return cli.End(cli.ExitUsage, c.File+" already exists", "name another file, or replace it with -force")
	}
	file, err := disk.Locate(c.File)
	if err != nil {
		return err
	}
	ours, err := datafile.Ours(file)
	switch {
	case err != nil:
		return err
	case ours:
		return nil
	case file != filepath.Clean(c.File): // by a link
		return cli.End(cli.ExitUsage, c.File+" leads to "+file+", which is not an Oncalm store",
			"name another file, or remove it first")
	}
	return cli.End(cli.ExitUsage, c.File+" already exists, and is not an Oncalm store",
		"name another file, or remove it first")
}

// folder refuses a place for a file that is not there. It is not made: a path with a mistake in it would hide the backup.
func folder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cli.End(cli.ExitUsage, "the folder "+path+" does not exist", "create it, or name another file")
	case err == nil && !info.IsDir():
		return cli.End(cli.ExitUsage, path+" is not a folder", "name another file")
	}
	return nil
}

// same reports whether both are one file. A file that is not there is no other.
func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// publish makes a file of a copy, as [copies.Publish] does.
type publish func(ctx context.Context, path string, write func(io.Writer) error) (damaged int, err error)

// backUp writes a copy of the store at path, checks it, and then gives it its name. It returns
// how many values are damaged, in the copy as in the store. A server that has the store writes the copy; else the file is
// opened here.
func backUp(ctx context.Context, path, target string, as publish) (damaged int, err error) {
	r, err := cli.OpenRecords(ctx, path)
	if err != nil {
		return 0, err
	}
	damaged, err = as(ctx, target, func(to io.Writer) error { return r.Backup(ctx, to) })
	return damaged, errors.Join(err, r.Close())
}

// removed removes a file if it is there.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
