package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// largest is how large a file may be that is read, in bytes: a document has at most a megabyte.
const largest = 4 << 20

// ErrMoved is the error for a file that was changed while it was to be written. It is tried again.
var ErrMoved = errors.New("it was changed meanwhile")

// A Directory is a place on this machine. Nothing outside of it is read or written, whatever links lead out.
type Directory struct{ Path string }

// Beside is the name of the file beside another.
func Beside(name string) string { return strings.TrimSuffix(name, ".md") + ".oncalm.md" }

// Choose finds the file of a document among names: by the day and the number, since its title may have been another. There may be
// none.
func Choose(names []string, d Document) string {
	slices.Sort(names)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, d.Stem)
		if ok && (rest == ".md" || strings.HasPrefix(rest, "-")) && strings.HasSuffix(rest, ".md") &&
			!strings.HasSuffix(rest, ".oncalm.md") {
			return name
		}
	}
	return d.File
}

// Update implements [Place].
func (p Directory) Update(_ context.Context, d Document,
	change func(there, beside Found) (Change, error)) (string, error) {
	root, err := os.OpenRoot(p.Path)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }() // what was written is closed by itself
	names, err := entries(root)
	if err != nil {
		return "", err
	}
	name := Choose(names, d)
	shown := filepath.Join(p.Path, name)
	there, err := readFile(root, name)
	if err != nil {
		return shown, err
	}
	beside, err := readFile(root, Beside(name))
	if err != nil {
		return shown, err
	}
	c, err := change(Found{Text: there}, Found{Text: beside})
	if err != nil {
		return shown, err
	}
	for _, picture := range d.Pictures {
		was, err := readFile(root, picture.Name)
		if err == nil && MayReplace(was) {
			err = replace(root, picture.Name, was, picture.SVG)
		}
		if err != nil {
			return shown, err
		}
	}
	if err := replace(root, name, there, c.There); err != nil {
		return shown, err
	}
	return shown, replace(root, Beside(name), beside, c.Beside)
}

func entries(root *os.Root) (names []string, err error) {
	list, err := fs.ReadDir(root.FS(), ".")
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names, err
}

// readFile reads a file; nil if there is none. What is no plain file is an error, so that it stays.
func readFile(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > largest {
		return nil, fmt.Errorf("%s is no plain file of at most %d bytes", name, largest)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	return io.ReadAll(io.LimitReader(f, largest))
}

// replace puts a text in the place of what was read, all of it at once: whoever reads the file sees the one or the other.
func replace(root *os.Root, name string, was, text []byte) error {
	if text == nil || was != nil && bytes.Equal(was, text) {
		return nil
	}
	part := "." + name + ".partial"
	f, err := root.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		var now []byte
		if now, err = readFile(root, name); err == nil && !bytes.Equal(now, was) {
			err = ErrMoved
		}
	}
	if err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		_ = root.Remove(part) // it is written anew the next time
	}
	return err
}
