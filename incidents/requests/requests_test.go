package requests

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestRecord(t *testing.T) { recordtest.Check(t, (*request).fields) }

func TestRemembers(t *testing.T) {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "r.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(t.Context(), func(tx store.Tx) error {
		Remember(tx, time.Now(), "T/1.2/x", "done")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		if answer, seen := Recall(tx, "T/1.2/x"); !seen || answer != "done" {
			t.Errorf("recalled %q, %v", answer, seen)
		}
		if _, seen := Recall(tx, "T/1.2"); seen {
			t.Error("recalled what never was")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
