package bolt

import (
	"context"
	"testing"

	"github.com/oncalm/oncalm/store"
)

var background = context.Background()

func mustUpdate(t testing.TB, s store.Store, fn func(store.Tx)) {
	t.Helper()
	err := s.Update(background, func(tx store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// put writes one key.
func put(t testing.TB, s store.Store, key, val string) {
	t.Helper()
	mustUpdate(t, s, func(tx store.Tx) { tx.Put(key, []byte(val)) })
}

// sound fails the test if the structure of the file is not.
func sound(t testing.TB, d *DB) {
	t.Helper()
	problems, err := d.Check(background)
	if err != nil || problems != nil {
		t.Errorf("Check: %q, error %v", problems, err)
	}
}
