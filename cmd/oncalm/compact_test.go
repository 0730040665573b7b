package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestCompact: a store from which much was deleted becomes small and stays what it was; one that is in use, or is none, is left
// alone.
func TestCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, val := range [][]byte{make([]byte, 1<<10), nil} {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			for n := range 4000 {
				if key := fmt.Sprintf("card/%d", n); val != nil {
					tx.Put(key, val)
				} else {
					tx.Delete(key)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, code := callStore(path, "compact"); code != cli.ExitInUse || !strings.Contains(out, "in use") {
		t.Errorf("in use: %d, %s", code, out)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	out, code := callStore(path, "compact")
	after, err := os.Stat(path)
	if err != nil || code != cli.ExitFine || after.Size() > 1<<18 || before.Size() < 4<<20 || !strings.Contains(out, "MiB before") {
		t.Errorf("%d, %s: from %d to %d bytes, %v", code, out, before.Size(), after.Size(), err)
	}
	if out, code := callStore(path, "fsck"); code != cli.ExitFine {
		t.Errorf("fsck: %d, %s", code, out)
	}
	if out, code := callStore(path+".none", "compact"); code != cli.ExitUsage || !strings.Contains(out, "correct the path") {
		t.Errorf("no store: %d, %s", code, out)
	}
	if err := os.WriteFile(path, make([]byte, 1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := callStore(path, "compact"); code != cli.ExitDamaged || !strings.Contains(out, "restore") {
		t.Errorf("no store any more: %d, %s", code, out)
	}
}
