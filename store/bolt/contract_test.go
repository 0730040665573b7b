package bolt

import (
	"path/filepath"
	"testing"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// openNew opens a new store in a directory of the test, and closes it at the end.
func openNew(t testing.TB, o Options) *DB {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "oncalm.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return d
}

func TestContract(t *testing.T) {
	storetest.Test(t, func(t testing.TB) store.Store { return openNew(t, Options{}) })
}

func TestContractTwice(t *testing.T) {
	storetest.Test(t, func(t testing.TB) store.Store { return storetest.Twice(openNew(t, Options{NoSync: true})) })
}
