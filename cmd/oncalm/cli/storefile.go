package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents/check"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// Migrations lead from each number of what is stored to the next. What is stored may not
// change without one: add it at the end, and a store of before to testdata/stores.
func Migrations() []store.Migration {
	return []store.Migration{
		func(tx store.Tx) error { // 1 to 2: names of alarms in fingerprints, heads without what alarms said
			return errors.Join(known.MoveFingerprints(tx), check.FoldHeads(tx))
		},
		outbox.NameLanes, // 2 to 3: names of lanes in what is owed
		check.KeyPages,   // 3 to 4: pages by their keys in heads
		nothing,          // 4 to 5: light entries, which a version before would not find. What it wrote is read as it is
	}
}

func nothing(store.Tx) error { return nil }

// Newest is the number of what this version stores.
func Newest() int { return len(Migrations()) + 1 }

// NotNewer refuses a backup that a later version has written.
func NotNewer(path string) error {
	val, err := datafile.Peek(path, store.SchemaKey)
	if err != nil {
		return err
	}
	if has, err := strconv.Atoi(string(val)); err == nil && has > Newest() {
		return fmt.Errorf("%s: %w", path, &store.Newer{Has: has, Knows: Newest()})
	}
	return nil
}

// OpenStore opens the store at path and brings its layout to that of this version. All
// that open a store do it here, so that all find out in the same words what is wrong
// with it.
func OpenStore(ctx context.Context, path string, o bolt.Options) (*bolt.DB, error) {
	if err := Regular(path); err != nil {
		return nil, err
	}
	db, err := bolt.Open(path, o)
	switch {
	case errors.Is(err, store.ErrDamaged):
		return nil, DamagedStore(path, err)
	case errors.Is(err, store.ErrMissing):
		return nil, missingStore(path, err)
	case o.MustExist && errors.Is(err, fs.ErrNotExist):
		return nil, End(ExitUsage, "there is no store at "+path,
			"correct the path; oncalm serve makes a store when it starts")
	case err != nil:
		return nil, err
	}
	if err := store.Migrate(ctx, db, Migrations()...); err != nil {
		err = errors.Join(err, db.Close())
		if errors.Is(err, store.ErrDamaged) {
			return nil, DamagedStore(path, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return db, nil
}

// Regular refuses folders and all else at path that cannot be a store or a copy of one.
func Regular(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return End(ExitUsage, path+" is not a file", "name a file, such as oncalm.db")
	}
	return nil
}

// DamagedStore is the error for a store that cannot be read, with the command that helps.
func DamagedStore(path string, err error) error {
	return End(ExitDamaged, err.Error(),
		"the file was left as it is; put a backup in its place with: oncalm restore -store "+path+" -force BACKUP")
}

// missingStore is the error for a store that is not there any more, with what helps: what a bot
// that lost it has saved, if it could, or else a backup.
func missingStore(path string, err error) error {
	file, failed := disk.Locate(path)
	if failed != nil {
		return errors.Join(err, failed)
	}
	from := "BACKUP"
	if kept, _ := filepath.Glob(file + replacedPart + "*"); len(kept) > 0 { // a pattern that is none finds nothing
		from = slices.Max(kept)
	}
	return End(ExitDamaged, err.Error(),
		"put its file back, or what is left with: oncalm restore -store "+path+" -force "+from+
			"; only to begin without all that was in it, remove "+file+".lock")
}

// replacedPart comes between the name of a store and the time in names of what it was.
const replacedPart = ".replaced-"

// ReplacedName is where a store is kept that is not at its place any more.
func ReplacedName(path string, now time.Time) string {
	return path + replacedPart + now.UTC().Format("20060102T150405.000Z")
}
