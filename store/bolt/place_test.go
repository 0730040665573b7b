package bolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
)

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func TestLocate(t *testing.T) {
	dir := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	if err := os.MkdirAll(at("disk", "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeText(t, at("disk", "real.db"), "x")
	link(t, at("disk", "real.db"), at("one"))
	link(t, "one", at("two"))
	link(t, "disk", at("folder"))
	link(t, "not/mounted.db", at("lost"))
	link(t, "lost", at("lost too"))
	link(t, "nowhere", at("lost folder"))
	for _, tt := range []struct{ name, want, leads string }{
		{"disk/real.db", "disk/real.db", ""},
		{"disk/new.db", "disk/new.db", ""},
		{"disk/new/new.db", "disk/new/new.db", ""},
		{"one", "disk/real.db", ""},
		{"two", "disk/real.db", ""},
		{"folder/real.db", "disk/real.db", ""},
		{"folder/data/new/new.db", "disk/data/new/new.db", ""},
		{"lost", "", "not/mounted.db"},
		{"lost too", "", "not/mounted.db"},
		{"lost folder/a/new.db", "", "nowhere"},
	} {
		got, err := Locate(at(tt.name))
		if tt.leads == "" {
			if err != nil || got != at(tt.want) {
				t.Errorf("%s: %s, %v, want %s", tt.name, got, err, at(tt.want))
			}
			continue
		}
		if nowhere, ok := errors.AsType[*Dangling](err); !ok || nowhere.Target != at(tt.leads) {
			t.Errorf("%s: error %v, want one that names %s", tt.name, err, at(tt.leads))
		}
		if _, err := Open(at(tt.name), Options{}); !errors.As(err, new(*Dangling)) {
			t.Errorf("%s: Open: %v", tt.name, err)
		}
	}
	if _, err := os.Lstat(at("not")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made where a link leads to nothing: %v", err)
	}
}

// TestOneStoreBehindLinks holds that a store is one, whatever the way to it: who comes by
// another name finds it in use, and what is restored by one is there by all.
func TestOneStoreBehindLinks(t *testing.T) {
	dir := t.TempDir()
	path, soft, hard := filepath.Join(dir, "real.db"), filepath.Join(dir, "soft.db"), filepath.Join(dir, "hard.db")
	prepared(t, path)
	link(t, "real.db", soft)
	if err := os.Link(path, hard); err != nil {
		t.Fatal(err)
	}
	d, err := Open(soft, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, "a", "1")
	backup := filepath.Join(dir, "backup.db")
	latest := filepath.Join(dir, "latest")
	link(t, backup, latest)
	writeText(t, backup, "an older one")
	if err := d.BackupFile(background, latest); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, soft, hard} {
		if _, err := Open(name, Options{}); !errors.Is(err, store.ErrInUse) {
			t.Errorf("%s: error %v, want %v", name, err, store.ErrInUse)
		}
	}
	isInUse(t, Restore(background, latest, soft, true), path, os.Getpid())
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Restore(background, latest, soft, true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Compact(background, soft); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{soft, latest} {
		if info, err := os.Lstat(name); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v, %v", name, info, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"a": "1"}, reopened(t, path)); diff != "" {
		t.Errorf("behind the link (-want +got):\n%s", diff)
	}
}

// TestNoLinkIsFollowed puts links where files of the store should be: into a folder that
// others may write to, say. What they lead to is not touched.
func TestNoLinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	path, victim := filepath.Join(dir, "oncalm.db"), filepath.Join(t.TempDir(), "victim")
	writeText(t, victim, "victim")
	link(t, victim, path+".new")
	prepared(t, path)
	if err := os.Remove(path + ".lock"); err != nil {
		t.Fatal(err)
	}
	link(t, victim, path+".lock")
	if _, err := Open(path, Options{}); err == nil {
		t.Error("a lock was taken behind a link")
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
		t.Errorf("what the links lead to is %.20q, %v", text, err)
	}
}

// TestLockRemoved removes the lock of a store that is in use: it is in use all the same.
func TestLockRemoved(t *testing.T) {
	d := openNew(t, Options{})
	put(t, d, "a", "1")
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := d.BackupFile(background, backup); err != nil {
		t.Fatal(err)
	}
	for what, use := range map[string]func() error{
		"Open":    func() error { _, err := Open(d.path, Options{}); return err },
		"Restore": func() error { return Restore(background, backup, d.path, true) },
		"Compact": func() error { _, _, err := Compact(background, d.path); return err },
	} {
		if err := os.Remove(d.path + ".lock"); err != nil {
			t.Fatal(err)
		}
		err := use()
		if !errors.Is(err, store.ErrInUse) {
			t.Errorf("%s: error %v, want %v", what, err, store.ErrInUse)
		}
	}
	put(t, d, "a", "2") // and nothing was replaced
}

// losses are ways in which a file is not where it was. Each leaves the store open whose file
// it is, and says whether it is lost.
var losses = map[string]struct {
	lose func(t *testing.T, path, older string)
	lost bool
}{
	"nothing":  {func(*testing.T, string, string) {}, false},
	"touched":  {func(t *testing.T, path, _ string) { must(t, os.Chmod(path, 0o640)) }, false},
	"a link":   {func(t *testing.T, path, _ string) { must(t, os.Link(path, path+".hard")) }, false},
	"removed":  {func(t *testing.T, path, _ string) { must(t, os.Remove(path)) }, true},
	"moved":    {func(t *testing.T, path, _ string) { must(t, os.Rename(path, path+".moved")) }, true},
	"replaced": {func(t *testing.T, path, older string) { must(t, os.Rename(older, path)) }, true},
	"cut":      {func(t *testing.T, path, _ string) { cut(t, path, 0) }, true},
	"folder moved": {func(t *testing.T, path, _ string) {
		must(t, os.Rename(filepath.Dir(path), filepath.Dir(path)+".moved"))
		must(t, os.Mkdir(filepath.Dir(path), 0o700))
	}, true},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestFileLost takes the file away under a store that is written to, and under one that is
// not. Nothing is answered well that who starts again would not find.
func TestFileLost(t *testing.T) {
	for name, tt := range losses {
		for _, idle := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "data")
				path, older := filepath.Join(dir, "oncalm.db"), filepath.Join(dir, "older.db")
				d, err := Open(path, Options{})
				must(t, err)
				defer d.Close()
				must(t, d.BackupFile(background, older))
				put(t, d, "a", "1")
				go d.Watch(t.Context())
				tt.lose(t, path, older)
				if idle {
					time.Sleep(2 * lookEach) // of the bubble
				} else if err := d.Update(background, func(tx store.Tx) error { tx.Put("b", nil); return nil }); (err != nil) != tt.lost {
					t.Errorf("%s: Update: %v", name, err)
				}
				synctest.Wait()
				lost := false
				select {
				case <-d.Failed():
					lost = true
				default:
				}
				err = d.Broken()
				if lost != tt.lost || errors.Is(err, store.ErrGone) != tt.lost || errors.Is(err, store.ErrUnknownOutcome) != tt.lost {
					t.Errorf("%s, idle %v: failed %v, with %v", name, idle, lost, err)
				}
			})
		}
	}
}

// TestOverwritten writes an older copy over the file of a store that is open, as cp does.
func TestOverwritten(t *testing.T) {
	d := openNew(t, Options{})
	older := filepath.Join(t.TempDir(), "older.db")
	must(t, d.BackupFile(background, older))
	for range 3 {
		put(t, d, "a", "1")
	}
	b, err := os.ReadFile(older)
	must(t, err)
	overwrite(t, d.path, b, 0)
	err = d.Update(background, func(tx store.Tx) error { tx.Put("b", nil); return nil })
	if !errors.Is(err, store.ErrGone) {
		t.Errorf("error %v, want %v", err, store.ErrGone)
	}
}
