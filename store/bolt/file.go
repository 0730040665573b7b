package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// create makes an empty store at path.
func create(path string) error {
	return replace(path, func(temporary string) error {
		db, err := bbolt.Open(temporary, 0o600, &bbolt.Options{OpenFile: newInPlace})
		if err != nil {
			return err
		}
		err = db.Update(newLayout)
		return errors.Join(err, db.Close())
	})
}

// replace puts what write makes of a temporary file in the place of path, whole or
// not at all. What a crash leaves behind is taken away the next time.
func replace(path string, write func(temporary string) error) error {
	temporary := path + ".new"
	if err := remove(temporary); err != nil {
		return err
	}
	err := write(temporary)
	if err == nil {
		err = syncPath(temporary)
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err == nil {
		err = syncPath(filepath.Dir(path))
	}
	if isFull(err) {
		err = fmt.Errorf("%s: %w: %w", path, store.ErrFull, err)
	}
	if err != nil {
		return errors.Join(err, remove(temporary))
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// syncPath waits until a file, or the names in a directory, are on disk.
func syncPath(path string) error {
	f, err := openInPlace(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
