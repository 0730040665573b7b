package disk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/oncalm/oncalm/store"
)

// Replace puts what write makes of a temporary file in the place of path, whole or
// not at all. What a crash leaves behind is taken away the next time.
func Replace(path string, write func(temporary string) error) error {
	temporary := path + ".new"
	if err := remove(temporary); err != nil {
		return err
	}
	err := write(temporary)
	if err == nil {
		err = SyncPath(temporary)
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err == nil {
		err = SyncPath(filepath.Dir(path))
	}
	if IsFull(err) {
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

// SyncPath waits until a file, or the names in a directory, are on disk.
func SyncPath(path string) error {
	f, err := OpenInPlace(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// WriteNew makes a new file of what write writes.
func WriteNew(path string, write func(io.Writer) error) error {
	f, err := NewInPlace(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// IsFull says whether err comes from a lack of space. bbolt hands some errors on as
// text only.
func IsFull(err error) bool {
	if err == nil {
		return false
	}
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, no) || strings.Contains(err.Error(), no.Error()) {
			return true
		}
	}
	return false
}
