package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/storetest"
)

func TestOpenCreates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	path := filepath.Join(dir, "oncalm.db")
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, "a", "1")
	for name, want := range map[string]fs.FileMode{dir: 0o700 | fs.ModeDir, path: 0o600, path + ".lock": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(path, Options{MustExist: true}); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if diff := cmp.Diff(map[string]string{"a": "1"}, storetest.Content(t, d)); diff != "" {
		t.Errorf("content after opening again (-want +got):\n%s", diff)
	}
}

// TestOpenEmptyFile holds that a file without a byte is taken for none, also with what a
// crash has left beside it.
func TestOpenEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	for name, text := range map[string]string{path: "", path + ".new": "half of a store", path + ".lock": "123456\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, "a", "1")
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the half store is still there: %v", err)
	}
}

// TestOpenMissing holds that a store which was there is not made anew, however it went, until the
// lock beside it is removed, too.
func TestOpenMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	mustOpen := func() {
		t.Helper()
		d, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	mustOpen()
	mustOpen()
	for name, lose := range map[string]func() error{
		"removed": func() error { return os.Remove(path) },
		"moved":   func() error { return os.Rename(path, path+".moved") },
		"emptied": func() error { return os.Truncate(path, 0) },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := Open(path, Options{}); !errors.Is(err, store.ErrMissing) {
				t.Errorf("%s: error %v, want %v", name, err, store.ErrMissing)
			}
		}
		if err := os.Remove(path + ".lock"); err != nil {
			t.Fatal(err)
		}
		mustOpen()
	}
}

// TestOpenHalfMade: where a store could not be made the first time it is made the next.
func TestOpenHalfMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	if err := os.MkdirAll(filepath.Join(path+".new", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if d, err := Open(path, Options{}); err == nil {
		t.Fatal(errors.Join(errors.New("a store was made where none can be"), d.Close()))
	}
	if _, err := os.Stat(path + ".lock"); err != nil {
		t.Fatalf("the test is of no use: %v", err)
	}
	if err := os.RemoveAll(path + ".new"); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenMustExist(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := Open(filepath.Join(dir, "oncalm.db"), Options{MustExist: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking for a store has made its directory: %v", err)
	}
}

// TestOpenErrors holds what is said of places where no store can be.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a directory: error %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "oncalm.db"), Options{}); err == nil || errors.Is(err, store.ErrDamaged) {
		t.Errorf("below a file: error %v", err)
	}
	if _, err := Open(file, Options{}); !errors.Is(err, store.ErrDamaged) || !strings.HasPrefix(err.Error(), file+": ") {
		t.Errorf("a text: error %v, want %v", err, store.ErrDamaged)
	}
}

// TestInUse holds that a second process is told who has the store, and soon.
func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	cmd := child("hold", path, nil)
	holdOpen(t, cmd)
	begun := time.Now()
	_, err := Open(path, Options{})
	if took := time.Since(begun); took > 100*time.Millisecond {
		t.Errorf("the answer took %v", took)
	}
	isInUse(t, err, path, cmd.Process.Pid)
	isInUse(t, copies.Restore(background, path, path, true), path, cmd.Process.Pid)
	_, _, err = copies.Compact(background, path)
	isInUse(t, err, path, cmd.Process.Pid)
}

func isInUse(t *testing.T, err error, path string, pid int) {
	t.Helper()
	inUse, ok := errors.AsType[*store.InUse](err)
	if !ok || !errors.Is(err, store.ErrInUse) {
		t.Fatalf("error %v, want one of *store.InUse", err)
	}
	if diff := cmp.Diff(store.InUse{Path: path, PID: pid}, *inUse); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := fmt.Sprintf("%s is in use (pid %d)", path, pid); err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

// TestInUseHere holds the same for two stores of one process.
func TestInUseHere(t *testing.T) {
	d := openNew(t, Options{})
	_, err := Open(d.Path(), Options{})
	isInUse(t, err, d.Path(), os.Getpid())
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(d.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestInUseByOthers holds that a program which knows nothing of our lock is found too.
func TestInUseByOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	prepared(t, path)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = Open(path, Options{})
	isInUse(t, err, path, os.Getpid())
}

// TestForeignFile holds that a file of another program is left alone.
func TestForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "etcd.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path, Options{})
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "file of another program") {
		t.Errorf("error %v", err)
	}
}
