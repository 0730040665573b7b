package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// migrations lead from each version of the store's layout to the next.
func migrations() []store.Migration { return nil }

// openStore opens the store at path and brings its layout to that of this version. All
// that open a store do it here, so that all find out in the same words what is wrong
// with it.
func openStore(ctx context.Context, path string, o bolt.Options) (*bolt.DB, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	db, err := bolt.Open(path, o)
	switch {
	case errors.Is(err, store.ErrDamaged):
		return nil, damaged(path, err)
	case o.MustExist && errors.Is(err, fs.ErrNotExist):
		return nil, &stop{exitUsage, "there is no store at " + path, "correct the path; oncalm serve makes a store when it starts"}
	case err != nil:
		return nil, err
	}
	if err := store.Migrate(ctx, db, migrations()...); err != nil {
		err = errors.Join(err, db.Close())
		if errors.Is(err, store.ErrDamaged) {
			return nil, damaged(path, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return db, nil
}

// regular refuses folders and all else at path that cannot be a store or a copy of one.
func regular(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &stop{exitUsage, path + " is not a file", "name a file, such as oncalm.db"}
	}
	return nil
}

// damaged is the error for a store that cannot be read, with the command that helps.
func damaged(path string, err error) error {
	return &stop{exitDamaged, err.Error(),
		"the file was left as it is; put a backup in its place with: oncalm restore -store " + path + " -force BACKUP"}
}
