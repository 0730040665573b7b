package layout

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// older makes a file as versions before layout 2 did, without checksums.
func older(t *testing.T, number string) (*bbolt.DB, map[string]string) {
	t.Helper()
	want := map[string]string{}
	if number != "" {
		want[store.SchemaKey] = number
	}
	for n := range 6000 {
		want[fmt.Sprintf("key/%06d", n*7919%6000)] = strings.Repeat("v", n%3000)
	}
	want["z"] = ""
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "older.db"), 0o600, &bbolt.Options{NoSync: true})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	must(t, db.Update(func(btx *bbolt.Tx) error {
		b, err := btx.CreateBucket(mark)
		for key, val := range want {
			err = errors.Join(err, b.Put([]byte(key), []byte(val)))
		}
		return err
	}))
	return db, want
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestBringUp brings a file of an older version to this layout, at once and after it was stopped in
// the middle. Everything is there, with checksums; and the older version takes it for newer.
func TestBringUp(t *testing.T) {
	for _, number := range []string{"1", ""} {
		for moves := range 4 {
			db, want := older(t, number)
			for n := range moves {
				must(t, db.Update(move))
				must(t, db.View(func(btx *bbolt.Tx) error {
					if got := string(btx.Bucket(mark).Get(markKey)); got != "2" {
						t.Errorf("after %d moves an older version reads %q", n+1, got)
					}
					return nil
				}))
			}
			must(t, BringUp(db))
			got := map[string]string{}
			must(t, db.View(func(btx *bbolt.Tx) error {
				for key, sealed := range each(Records(btx)) {
					val, ok := Unseal(key, sealed)
					if !ok {
						t.Errorf("%s does not match its checksum", key)
					}
					got[string(key)] = string(val)
				}
				if n := btx.Bucket(mark).Stats().KeyN; n != 2 || Records(btx).Sequence() != HasRecords {
					t.Errorf("the mark has %d keys, and the records the number %d", n, Records(btx).Sequence())
				}
				return nil
			}))
			if !maps.Equal(want, got) {
				t.Errorf("number %q, %d moves (-want +got):\n%.400s", number, moves, cmp.Diff(want, got))
			}
		}
	}
}
