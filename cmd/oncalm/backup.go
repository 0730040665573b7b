package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oncalm/oncalm/store/bolt"
)

type backupCommand struct {
	storeFlag
	Force bool   `help:"Replace the target if it is there."`
	File  string `arg:"" help:"Where the copy goes."`
}

// Run writes a copy of the store.
func (c *backupCommand) Run(ctx context.Context, s *session) error {
	path, err := s.storePath(c.storeFlag)
	if err != nil {
		return err
	}
	if same(path, c.File) {
		return &stop{exitUsage, c.File + " is the store itself", "name another file"}
	}
	if err := errors.Join(regular(c.File), folder(filepath.Dir(c.File))); err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil && !c.Force {
		return &stop{exitUsage, c.File + " is there already", "name another file, or replace it with -force"}
	}
	target, err := bolt.Locate(c.File)
	if err != nil {
		return err
	}
	if err := backUp(ctx, path, target); err != nil {
		return err
	}
	s.printf("%s: a copy of %s, checked", c.File, path)
	return nil
}

// folder refuses a place for a file that is not there.
func folder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &stop{exitUsage, "the folder " + path + " is not there", "make it, or name another file"}
	case err == nil && !info.IsDir():
		return &stop{exitUsage, path + " is not a folder", "name another file"}
	}
	return nil
}

// same reports whether both are one file.
func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// backUp writes a copy of the store at path, checks it, and then gives it its name, so
// that a half-written one is never there.
func backUp(ctx context.Context, path, target string) (err error) {
	partial := target + ".partial"
	defer func() {
		if err != nil {
			err = errors.Join(err, removed(partial))
		}
	}()
	if err := copyStore(ctx, path, partial); err != nil {
		return err
	}
	if err := sound(ctx, partial); err != nil {
		return err
	}
	if err := os.Rename(partial, target); err != nil {
		return err
	}
	return syncDir(filepath.Dir(target))
}

func copyStore(ctx context.Context, path, to string) (err error) {
	r, err := openRecords(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := removed(to); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = r.backup(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// sound checks the structure of a copy of a store.
func sound(ctx context.Context, path string) (err error) {
	db, err := bolt.Open(path, bolt.Options{MustExist: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), removed(path+".lock")) }()
	problems, err := db.Check(ctx)
	if err == nil && len(problems) > 0 {
		err = &stop{exitDamaged, fmt.Sprintf("the copy is damaged: %s", problems[0]), "run oncalm fsck"}
	}
	return err
}

// removed removes a file if it is there.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
