package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oncalm/oncalm/store"
)

// A Dangling is a link that leads to nothing: a disk is not mounted, most of the time.
// What would be made in its place would be on the wrong disk.
type Dangling struct {
	Link   string
	Target string // where it leads
}

func (e *Dangling) Error() string {
	return fmt.Sprintf("%s is a link to %s, which is not there", e.Link, e.Target)
}

// Locate follows the links in path to the file that is meant, which need not be there.
// What stands beside a store stands beside that file, and what replaces it replaces that
// file, not the link. From then on nothing that is opened may be a link.
//
// Errors: [*Dangling], or those of the file system.
func Locate(path string) (string, error) {
	file, err := filepath.EvalSymlinks(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	if err := dangling(path); err != nil {
		return "", err
	}
	dir := filepath.Dir(path)
	if dir == path {
		return path, nil
	}
	if dir, err = Locate(dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// dangling finds a link that leads to nothing, at path or on the way to it.
func dangling(path string) error {
	for {
		info, err := os.Lstat(path)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return &Dangling{path, leadsTo(path)}
			}
		}
		dir := filepath.Dir(path)
		if dir == path {
			return nil
		}
		path = dir
	}
}

// leadsTo is the end of a chain of links.
func leadsTo(link string) string {
	for range 40 { // as many as the kernel follows
		target, err := os.Readlink(link)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(link), target)
		}
		link = target
	}
	return link
}

// openInPlace opens a file that must not be a link: links were followed on purpose before.
func openInPlace(name string, flag int, perm os.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag|noFollow, perm)
}

// newInPlace makes a file where there must be none, not even a link.
func newInPlace(name string, flag int, perm os.FileMode) (*os.File, error) {
	return openInPlace(name, flag|os.O_CREATE|os.O_EXCL, perm)
}

// isAt reports whether f is what a name stands for.
func isAt(f *os.File, name string) bool {
	mine, errMine := f.Stat()
	there, errThere := os.Lstat(name)
	return errMine == nil && errThere == nil && os.SameFile(mine, there)
}

// astray says why the name of the store does not stand for the file that is written into
// any more, or not for all of it: who starts again would read something else. nil if it does.
func (d *DB) astray() error {
	info, err := os.Stat(d.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: it was removed", store.ErrGone)
	case err != nil:
		return fmt.Errorf("%w: %w", store.ErrGone, err)
	case !os.SameFile(info, d.info):
		return fmt.Errorf("%w: another file is in its place", store.ErrGone)
	case info.Size() < d.size.Load():
		return fmt.Errorf("%w: it was cut from %d to %d bytes", store.ErrGone, d.size.Load(), info.Size())
	}
	return nil
}
