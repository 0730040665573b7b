package postmortems_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

func TestFromStore(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "p.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	book := incidents.Book{Store: s}
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	err = s.Update(t.Context(), func(tx store.Tx) error {
		_, err := book.Open(tx, at, at, storytest.Ana, incidents.Opened{Title: "Invoices are sent twice", Service: "billing", Severity: incidents.Sev2})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := book.Record(t.Context(), "1", storytest.Ana, incidents.Noted{Text: "stopped the job"}); err != nil {
		t.Fatal(err)
	}
	marker := changes.Change{ID: "c1", At: at.Add(-time.Hour), Kind: "deploy", Title: "deployed billing 7"}
	early := changes.Change{ID: "c0", At: at.Add(-25 * time.Hour), Kind: "deploy", Title: "deployed billing 6"}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(changes.Save(tx, marker), changes.Save(tx, early))
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := postmortems.FromStore(t.Context(), s, "1", postmortems.ByName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := postmortems.FromStore(t.Context(), s, "2", postmortems.ByName); !errors.Is(err, incidents.ErrNotFound) {
		t.Errorf("incident 2: %v, want %v", err, incidents.ErrNotFound)
	}
	err = s.View(t.Context(), func(tx store.Tx) error {
		i, err := incidents.Head(tx, "1")
		if err != nil {
			return err
		}
		events, err := incidents.Timeline(tx, "1")
		if err != nil {
			return err
		}
		around := evidence.Around{Changes: []changes.Change{marker}, Past: []evidence.Earlier{}}
		want := postmortems.BuildWith(*i, events, around)
		if diff := cmp.Diff(want, d); diff != "" || d.Header.Title != "Invoices are sent twice" {
			t.Errorf("header %+v, %d lines (-want +got):\n%s", d.Header, len(d.Timeline), diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
