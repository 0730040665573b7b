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
		b, err := btx.CreateBucket(mark)
		for key, val := range want {
			err = errors.Join(err, b.Put([]byte(key), []byte(val)))
		}
		return err
	}))
	must(t, db.Close())
	return want
}

// TestBringUp opens a file of an older version, at once and after it was stopped in the
// middle. Everything is there, with checksums; and the older version takes it for newer.
func TestBringUp(t *testing.T) {
	for _, number := range []string{"1", ""} {
		for moves := range 4 {
			path := filepath.Join(inMemory(t), "oncalm.db")
			want := older(t, path, number)
			db, err := bbolt.Open(path, 0o600, nil)
			must(t, err)
			for n := range moves {
				must(t, db.Update(move))
				must(t, db.View(func(btx *bbolt.Tx) error {
					if got := string(btx.Bucket(mark).Get(markKey)); got != "2" {
						t.Errorf("after %d moves an older version reads %q", n+1, got)
					}
					return nil
				}))
			}
			must(t, db.Close())
			if diff := cmp.Diff(want, reopened(t, path)); diff != "" {
				t.Errorf("number %q, %d moves (-want +got):\n%.400s", number, moves, diff)
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
	must(t, Restore(background, filepath.Join(dir, "backup.db"), path, false))
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
		must(t, db.Update(func(btx *bbolt.Tx) error {
			return errors.Join(btx.Bucket(mark).Put(markKey, []byte(number)), btx.Bucket(mark).Put(markSum, sum))
		}))
		must(t, db.Close())
	}
	_, sealed := seal(nil, markKey, []byte("3"))
	for _, tt := range []struct {
		sum  []byte
		want error
	}{{sealed, store.ErrNewer}, {bytes.Repeat([]byte{1}, 5), store.ErrDamaged}, {nil, store.ErrDamaged}} {
		set("3", tt.sum)
		if _, err := Open(path, Options{}); !errors.Is(err, tt.want) {
			t.Errorf("Open: %v, want %v", err, tt.want)
		}
		if err := Restore(background, path, filepath.Join(dir, "restored.db"), true); !errors.Is(err, tt.want) {
			t.Errorf("Restore: %v, want %v", err, tt.want)
		}
	}
}
