package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/bolt/layout"
)

// older makes a file as versions before layout 2 did, without checksums.
func older(t *testing.T, path, number string) map[string]string {
	t.Helper()
	want := map[string]string{}
	if number != "" {
		want[store.SchemaKey] = number
	}
	for n := range 6000 {
		want[fmt.Sprintf("key/%06d", n*7919%6000)] = strings.Repeat("v", n%3000)
	}
	want["z"] = ""
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(btx *bbolt.Tx) error {
		b, err := btx.CreateBucket([]byte(layout.MarkName))
		for key, val := range want {
			err = errors.Join(err, b.Put([]byte(key), []byte(val)))
		}
		return err
	}))
	must(t, db.Close())
	return want
}

// stopped moves some pairs of an older file, as a version does that brings it to this layout and is
// stopped in the middle.
func stopped(t *testing.T, path string, n int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(btx *bbolt.Tx) error {
		from := btx.Bucket([]byte(layout.MarkName))
		into, err := btx.CreateBucket([]byte(layout.RecordsName))
		if err != nil {
			return err
		}
		seal := func(key string) error {
			_, sealed := layout.Seal(nil, []byte(key), from.Get([]byte(key)))
			return into.Put([]byte(key), sealed)
		}
		if from.Get([]byte(store.SchemaKey)) != nil {
			err = seal(store.SchemaKey)
		}
		err = errors.Join(err, setNumber(btx, "2"))
		for n := range n {
			key := fmt.Sprintf("key/%06d", n)
			err = errors.Join(err, seal(key), from.Delete([]byte(key)))
		}
		return errors.Join(err, layout.NoteEmpty(into))
	}))
	must(t, db.Close())
}

// setNumber sets the number of the layout of a file.
func setNumber(btx *bbolt.Tx, number string) error {
	_, sealed := layout.Seal(nil, []byte(store.SchemaKey), []byte(number))
	return setMark(btx, number, sealed)
}

func setMark(btx *bbolt.Tx, number string, sum []byte) error {
	marked := btx.Bucket([]byte(layout.MarkName))
	return errors.Join(marked.Put([]byte(store.SchemaKey), []byte(number)), marked.Put([]byte(store.SchemaKey+".sum"), sum))
}

// TestOpenOlder opens a file of an older version, at once and after it was stopped in the
// middle. Everything is there, with checksums.
func TestOpenOlder(t *testing.T) {
	for _, number := range []string{"1", ""} {
		for _, moved := range []int{0, 1, 2000, 6000} {
			path := filepath.Join(inMemory(t), "oncalm.db")
			want := older(t, path, number)
			if moved > 0 {
				stopped(t, path, moved)
			}
			if diff := cmp.Diff(want, reopened(t, path)); diff != "" {
				t.Errorf("number %q, %d moved (-want +got):\n%.400s", number, moved, diff)
			}
			d, err := Open(path, Options{})
			must(t, err)
			if damaged, err := d.Damage(background); err != nil || damaged != nil {
				t.Errorf("damaged: %d, %v", len(damaged), err)
			}
			must(t, d.Close())
		}
	}
}

// TestRestoreOlder restores a backup of an older version: it is brought up when it is opened.
func TestRestoreOlder(t *testing.T) {
	dir := inMemory(t)
	want := older(t, filepath.Join(dir, "backup.db"), "1")
	path := filepath.Join(dir, "oncalm.db")
	must(t, copies.Restore(background, filepath.Join(dir, "backup.db"), path, false))
	if diff := cmp.Diff(want, reopened(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%.400s", diff)
	}
}

// TestNewerLayout holds that a file of a later version is neither opened nor restored, and
// that one whose number is damaged is not taken for one.
func TestNewerLayout(t *testing.T) {
	dir := inMemory(t)
	path := filepath.Join(dir, "oncalm.db")
	prepared(t, path)
	set := func(number string, sum []byte) {
		db, err := bbolt.Open(path, 0o600, nil)
		must(t, err)
		must(t, db.Update(func(btx *bbolt.Tx) error { return setMark(btx, number, sum) }))
		must(t, db.Close())
	}
	_, sealed := layout.Seal(nil, []byte(store.SchemaKey), []byte("3"))
	for _, tt := range []struct {
		sum  []byte
		want error
	}{{sealed, store.ErrNewer}, {bytes.Repeat([]byte{1}, 5), store.ErrDamaged}, {nil, store.ErrDamaged}} {
		set("3", tt.sum)
		if _, err := Open(path, Options{}); !errors.Is(err, tt.want) {
			t.Errorf("Open: %v, want %v", err, tt.want)
		}
		if err := copies.Restore(background, path, filepath.Join(dir, "restored.db"), true); !errors.Is(err, tt.want) {
			t.Errorf("Restore: %v, want %v", err, tt.want)
		}
	}
}
