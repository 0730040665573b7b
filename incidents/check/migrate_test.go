package check

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// olderHead is a head as it was written when pages were by the person.
func olderHead(id, status string) string {
	return `{"id":"` + id + `","title":"x","service":"shop","severity":"sev2","status":"` + status + `","opened":"2026-03-28T12:00:00Z",` +
		`"opened_by":{"kind":"alarm","name":"cpu"},"step":{"round":0,"step":1},"then":"` + id + `/escalate/1.0",` +
		`"pages":{"ana":{"key":"` + id + `/page/0.0/ana","at":"2026-03-28T12:00:00Z","delivered":"2026-03-28T12:00:01Z"},` +
		`"bo":{"key":"` + id + `/page/0.1/bo","at":"2026-03-28T12:05:00Z","failed":true}},"seq":6}`
}

func olderPages(id string) map[string]incidents.PageState {
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	return map[string]incidents.PageState{
		id + "/page/0.0/ana": {Person: "ana", Via: incidents.ViaSlack, At: at, Delivered: at.Add(time.Second)},
		id + "/page/0.1/bo":  {Person: "bo", Via: incidents.ViaSlack, At: at.Add(5 * time.Minute), Failed: true},
	}
}

// TestKeyPages brings heads of before to the form of today: those of what is open in the store, all others when they are read.
func TestKeyPages(t *testing.T) {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "i.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(t.Context(), func(tx store.Tx) error {
		tx.Put(incidents.HeadKey("1"), []byte(olderHead("1", "triggered")))
		tx.Put(incidents.OpenPrefix+"00000001", []byte{})
		tx.Put(incidents.HeadKey("2"), []byte(olderHead("2", "resolved")))
		tx.Put(incidents.HeadKey("3"), []byte(`{"id":`)) // damaged: not to be touched, and not to hold the others up
		tx.Put(incidents.OpenPrefix+"00000003", []byte{})
		return KeyPages(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"1", "2"} {
			i, err := incidents.Head(tx, id)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(olderPages(id), i.Pages); diff != "" {
				t.Errorf("pages of %s (-want +got):\n%s", id, diff)
			}
			now, err := json.Marshal(i)
			if err != nil {
				return err
			}
			if same := cmp.Equal(now, tx.Get(incidents.HeadKey(id))); same != (id == "1") {
				t.Errorf("head of %s is written anew: %v", id, same)
			}
		}
		if got := string(tx.Get(incidents.HeadKey("3"))); got != `{"id":` {
			t.Errorf("the head that cannot be read has become %q", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
