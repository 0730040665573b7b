package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// migrations lead from each number of what is stored to the next. What is stored may not
// change without one: add it at the end, and a store of before to testdata/stores.
func migrations() []store.Migration {
	return []store.Migration{
		func(tx store.Tx) error { // 1 to 2: names of alarms in fingerprints, heads without what alarms said
			return errors.Join(alarms.MoveFingerprints(tx), incidents.FoldHeads(tx))
		},
		outbox.NameLanes, // 2 to 3: names of lanes in what is owed
	}
}

// newest is the number of what this version stores.
func newest() int { return len(migrations()) + 1 }

// notNewer refuses a backup that a later version has written.
func notNewer(path string) error {
	val, err := bolt.Peek(path, store.SchemaKey)
	if err != nil {
		return err
	}
	if has, err := strconv.Atoi(string(val)); err == nil && has > newest() {
		return fmt.Errorf("%s: %w", path, &store.Newer{Has: has, Knows: newest()})
	}
	return nil
}

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
