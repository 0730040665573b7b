package bolt

import (
	"path/filepath"
	"testing"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/copies"
)

// TestACopyOpensWhateverItsNumber holds that a backup opens, and is sound, after an odd
// number of transactions and after an even one: bbolt does not put what it copies where
// it puts what it writes.
func TestACopyOpensWhateverItsNumber(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(filepath.Join(dir, "oncalm.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for n, name := range []string{"a", "b", "c", "d"} {
		if err := d.Update(t.Context(), func(tx store.Tx) error { tx.Put(name, []byte("x")); return nil }); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := d.BackupFile(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if err := copies.Restore(t.Context(), path, path+".restored", false); err != nil {
			t.Errorf("after %d transactions: %v", n+1, err)
		}
		c, err := Open(path, Options{MustExist: true})
		if err != nil {
			t.Errorf("after %d transactions: %v", n+1, err)
			continue
		}
		if problems, err := c.Check(t.Context()); err != nil || problems != nil {
			t.Errorf("after %d transactions: %q, %v", n+1, problems, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
