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
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// TestOpenDangling holds that a link that leads to nothing is no place for a store.
func TestOpenDangling(t *testing.T) {
	dir := t.TempDir()
	for name, target := range map[string]string{"lost": "not/mounted.db", "lost too": "lost", "lost folder": "nowhere"} {
		link(t, target, filepath.Join(dir, name))
	}
	for _, name := range []string{"lost", "lost too", "lost folder/a/new.db"} {
		if _, err := Open(filepath.Join(dir, name), Options{}); !errors.As(err, new(*disk.Dangling)) {
			t.Errorf("%s: Open: %v", name, err)
		}
	}
	for _, name := range []string{"not", "nowhere"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was made where a link leads to nothing: %v", name, err)
		}
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
	isInUse(t, copies.Restore(background, latest, soft, true), path, os.Getpid())
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := copies.Restore(background, latest, soft, true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := copies.Compact(background, soft); err != nil {
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
		"Open":    func() error { _, err := Open(d.Path(), Options{}); return err },
		"Restore": func() error { return copies.Restore(background, backup, d.Path(), true) },
		"Compact": func() error { _, _, err := copies.Compact(background, d.Path()); return err },
	} {
		if err := os.Remove(d.Path() + ".lock"); err != nil {
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
				} else if err := d.Update(background,
					func(tx store.Tx) error { tx.Put("b", nil); return nil }); (err != nil) != tt.lost {
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
				if lost != tt.lost || errors.Is(err, store.ErrGone) != tt.lost ||
					errors.Is(err, store.ErrUnknownOutcome) != tt.lost {
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
	overwrite(t, d.Path(), b, 0)
	err = d.Update(background, func(tx store.Tx) error { tx.Put("b", nil); return nil })
	if !errors.Is(err, store.ErrGone) {
		t.Errorf("error %v, want %v", err, store.ErrGone)
	}
}
