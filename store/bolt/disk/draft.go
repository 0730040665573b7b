package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// A Draft is a file that gets its name when it is whole: until then nobody finds it, and if its
// process is killed nothing is left of it. Where the disk knows no files without a name, or
// nobody could find one since there is no /proc, it is called <path>.partial until then, which
// the next draft of that path removes.
type Draft struct {
	File    *os.File
	Name    string // by which the file can be opened again
	path    string
	partial string
}

// NewDraft makes the file that is to be at path.
func NewDraft(path string) (*Draft, error) {
	d := &Draft{path: path, partial: path + ".partial"}
	if err := remove(d.partial); err != nil {
		return nil, err
	}
	f, err := unnamed(filepath.Dir(path))
	if err == nil {
		d.File, d.Name = f, throughProc(f)
		if _, err = os.Stat(d.Name); err == nil {
			return d, nil
		}
		if err := f.Close(); err != nil { // there is no /proc here
			return nil, err
		}
	}
	d.Name = d.partial
	d.File, err = NewInPlace(d.partial, os.O_RDWR, 0o600)
	return d, err
}

// Settle gives the file its name, and takes that from another.
func (d *Draft) Settle() error {
	if d.Name != d.partial {
		if err := give(d.File, d.path); !errors.Is(err, os.ErrExist) {
			return err
		}
		if err := give(d.File, d.partial); err != nil {
			return err
		}
	}
	return os.Rename(d.partial, d.path)
}

// Discard removes what a draft that is given up has left behind.
func (d *Draft) Discard() error { return remove(d.partial) }
