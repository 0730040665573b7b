package postmortems_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
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
	err = s.View(t.Context(), func(tx store.Tx) error {
		d, err := postmortems.FromStore(tx, "1")
		if err != nil {
			return err
		}
		i, err := incidents.Head(tx, "1")
		if err != nil {
			return err
		}
		events, err := incidents.Timeline(tx, "1")
		if err != nil {
			return err
		}
		if diff := cmp.Diff(postmortems.Build(*i, events), d); diff != "" || d.Header.Title != "Invoices are sent twice" {
			t.Errorf("header %+v, %d lines (-want +got):\n%s", d.Header, len(d.Timeline), diff)
		}
		if _, err := postmortems.FromStore(tx, "2"); !errors.Is(err, incidents.ErrNotFound) {
			t.Errorf("incident 2: %v, want %v", err, incidents.ErrNotFound)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
