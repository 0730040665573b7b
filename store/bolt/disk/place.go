package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// OpenInPlace opens a file that must not be a link: links were followed on purpose before.
func OpenInPlace(name string, flag int, perm os.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag|noFollow, perm)
}

// NewInPlace makes a file where there must be none, not even a link.
func NewInPlace(name string, flag int, perm os.FileMode) (*os.File, error) {
	return OpenInPlace(name, flag|os.O_CREATE|os.O_EXCL, perm)
}

// isAt reports whether f is what a name stands for.
func isAt(f *os.File, name string) bool {
	mine, errMine := f.Stat()
	there, errThere := os.Lstat(name)
	return errMine == nil && errThere == nil && os.SameFile(mine, there)
}

// Exists says whether there is a store at path, whole or damaged. An empty file is
// none: it was made, by whomever, and never written.
func Exists(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is not a file", path)
	}
	return info.Size() > 0, nil
}
