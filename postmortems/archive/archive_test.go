package archive_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/archive"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2025, 12, 30, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// house is a store with an archive beside it.
type house struct {
	t    *testing.T
	s    store.Store
	book *incidents.Book
	a    *archive.Archiver
}

// newHouse has so many incidents, one a day from noon on, each with as many notes as its number, and each resolved an hour later.
func newHouse(t *testing.T, n int) *house {
	t.Helper()
	s := storetest.Memory()
	h := &house{t, s, &incidents.Book{Store: s, Followers: []incidents.Follower{history.Follow}}, &archive.Archiver{
		Path: filepath.Join(t.TempDir(), "oncalm.db"), Kept: func() time.Duration { return 100 * day },
		Render: func(d document.Document) (string, error) { return "# " + d.Header.Title, nil },
	}}
	for m := 1; m <= n; m++ {
		at := noon.Add(time.Duration(m-1) * day)
		h.update(func(tx store.Tx) error {
			i, err := h.book.Open(tx, at, at, incidents.Oncalm(), incidents.Opened{
				Title: fmt.Sprint("x", m), Service: "shop", Severity: "sev2",
			})
			for range m {
				if err == nil {
					_, err = h.book.Append(tx, at, i.ID, incidents.Event{By: incidents.Person("ana"), Body: incidents.Noted{Text: "<b>&"}})
				}
			}
			if err == nil {
				over := incidents.Event{By: incidents.Person("ana"), Body: incidents.Resolved{}}
				_, err = h.book.Append(tx, at.Add(time.Hour), i.ID, over)
			}
			return err
		})
	}
	return h
}

func (h *house) update(fn func(store.Tx) error) {
	h.t.Helper()
	if err := h.s.Update(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// sweep archives at a time, and wants so many incidents to go.
func (h *house) sweep(s store.Store, now time.Time, want int) error {
	h.t.Helper()
	n, err := h.a.Sweep(h.t.Context(), s, now)
	if n != want {
		h.t.Errorf("%d were archived, want %d", n, want)
	}
	return err
}

// timeline is that of an incident in the store.
func (h *house) timeline(id string) (events []incidents.Event) {
	h.t.Helper()
	err := h.s.View(h.t.Context(), func(tx store.Tx) (err error) {
		events, err = incidents.Timeline(tx, id)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return events
}

// stored are the incidents that are left in the store.
func (h *house) stored() (ids []string) {
	h.t.Helper()
	err := history.List(h.t.Context(), h.s, history.Query{}, func(rows []history.Row) error {
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return ids
}

// archived are the incidents in the archive of a year.
func (h *house) archived(year int) (ids []string) {
	h.t.Helper()
	r := h.open(year)
	err := r.Incidents(h.t.Context(), history.Query{}, func(rows []history.Row) error {
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return ids
}

func (h *house) open(year int) *archive.Reader {
	h.t.Helper()
	r, err := archive.Open(h.t.Context(), archive.File(h.a.Path, time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return r
}

// TestSweep: what is over for long goes to the archive of its year, whole and with its document, and nothing is left of it in the
// store; the rest stays, the newest in any case.
func TestSweep(t *testing.T) {
	h := newHouse(t, 5)
	first := h.timeline("1")
	if err := h.sweep(h.s, noon.Add(99*day), 0); err != nil {
		t.Fatal(err)
	}
	if err := h.sweep(h.s, noon.Add(103*day), 3); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"5", "4"}, h.stored()); diff != "" {
		t.Errorf("in the store (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"2", "1"}, {"3"}}, [][]string{h.archived(2025), h.archived(2026)}); diff != "" {
		t.Errorf("in the archives (-want +got):\n%s", diff)
	}
	for key := range storetest.Content(t, h.s) {
		for _, id := range []string{"00000001", "00000002", "00000003"} {
			if strings.HasPrefix(key, "incident/"+id) || key == "history/"+id {
				t.Errorf("left in the store: %s", key)
			}
		}
	}
	e, err := h.open(2025).Entry("1")
	if err != nil {
		t.Fatal(err)
	}
	i, err := incidents.Fold("1", first)
	if err != nil {
		t.Fatal(err)
	}
	want := archive.Entry{Format: 1, Row: history.Of(&i), Archived: noon.Add(103 * day), Events: first,
		Document: postmortems.Build(i, first), Markdown: "# x1", Incident: &i}
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, e)); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if err := h.sweep(h.s, noon.Add(10_000*day), 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"5"}, h.stored()); diff != "" {
		t.Errorf("after years (-want +got):\n%s", diff)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	val, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(val)
}

// TestSweepKeeps: nothing goes if it is kept for ever, nor sooner than the least, nor what is open or cannot be read in full.
func TestSweepKeeps(t *testing.T) {
	h := newHouse(t, 4)
	kept := time.Duration(0)
	h.a.Kept = func() time.Duration { return kept }
	if err := h.sweep(h.s, noon.Add(10_000*day), 0); err != nil {
		t.Fatal(err)
	}
	kept = time.Hour
	if err := h.sweep(h.s, noon.Add(archive.Least), 0); err != nil {
		t.Fatal(err)
	}
	followers := []incidents.Follower{history.Follow, actions.Follow}
	desk := actions.Desk{Book: &incidents.Book{Store: h.s, Followers: followers}}
	h.update(func(tx store.Tx) error {
		_, err := desk.Plan(tx, noon, "3", incidents.Person("ana"), response.Planned{What: "an alarm"})
		return err
	})
	h.update(func(tx store.Tx) error {
		tx.Delete("incident/00000002/event/00000002")
		_, err := h.book.Append(tx, noon, "1", incidents.Event{By: incidents.Person("ana"), Body: incidents.Reopened{}})
		return err
	})
	if err := h.sweep(h.s, noon.Add(10_000*day), 0); err != nil {
		t.Fatal(err)
	}
	h.update(func(tx store.Tx) error {
		_, err := desk.Close(tx, noon, incidents.Person("ana"), "3", 1, "")
		return err
	})
	if err := h.sweep(h.s, noon.Add(10_000*day), 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"4", "2", "1"}, h.stored()); diff != "" {
		t.Errorf("in the store (-want +got):\n%s", diff)
	}
}

// failing is a store whose writes fail, after others have written.
type failing struct {
	store.Store
	err     error
	between func()
}

func (f *failing) Update(ctx context.Context, fn func(store.Tx) error) error {
	if f.between != nil {
		f.between()
		f.between = nil
	}
	if f.err != nil {
		return f.err
	}
	return f.Store.Update(ctx, fn)
}

// TestSweepThatEndsInBetween: what was archived and not yet deleted, since the program was killed, say, is archived again, and
// is in the archive once for who reads it; what was opened again meanwhile stays.
func TestSweepThatEndsInBetween(t *testing.T) {
	h := newHouse(t, 3)
	broken := &failing{Store: h.s, err: store.ErrUnknownOutcome}
	if err := h.sweep(broken, noon.Add(101*day+2*time.Hour), 0); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"3", "2", "1"}, h.stored()); diff != "" {
		t.Errorf("in the store (-want +got):\n%s", diff)
	}
	h.update(func(tx store.Tx) error {
		_, err := h.book.Append(tx, noon, "1", incidents.Event{By: incidents.Person("ana"), Body: incidents.Noted{Text: "later"}})
		return err
	})
	meanwhile := &failing{Store: h.s, between: func() {
		h.update(func(tx store.Tx) error {
			_, err := h.book.Append(tx, noon, "2", incidents.Event{By: incidents.Person("ana"), Body: incidents.Reopened{}})
			return err
		})
	}}
	if err := h.sweep(meanwhile, noon.Add(102*day), 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"3", "2"}, h.stored()); diff != "" {
		t.Errorf("in the store (-want +got):\n%s", diff)
	}
	r := h.open(2025)
	if e, err := r.Entry("1"); err != nil || len(e.Events) != 4 || r.Damaged > 0 {
		t.Errorf("%d events, %d damaged, %v; want the later line", len(e.Events), r.Damaged, err)
	}
}

// TestLinesThatAreCutOff: a line that was not written to its end costs no other.
func TestLinesThatAreCutOff(t *testing.T) {
	h := newHouse(t, 4)
	if err := h.sweep(h.s, noon.Add(101*day), 1); err != nil {
		t.Fatal(err)
	}
	path := archive.File(h.a.Path, noon)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, whole[:len(whole)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.sweep(h.s, noon.Add(102*day), 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2", "1"}, h.archived(2025)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := h.open(2025); r.Damaged != 1 {
		t.Errorf("%d lines are damaged, want 1", r.Damaged)
	}
}

// TestArchiveCannotBeWritten: then nothing is deleted.
func TestArchiveCannotBeWritten(t *testing.T) {
	h := newHouse(t, 3)
	if err := os.Mkdir(archive.File(h.a.Path, noon), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := h.sweep(h.s, noon.Add(102*day), 0); err == nil {
		t.Error("a folder is in the place of the archive, and nobody says so")
	}
	if diff := cmp.Diff([]string{"3", "2", "1"}, h.stored()); diff != "" {
		t.Errorf("in the store (-want +got):\n%s", diff)
	}
}

// TestOpenOtherFiles: what is no archive is not read as an empty one.
func TestOpenOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other")
	if _, err := archive.Open(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for _, text := range []string{"hello\n", `{"format":2,"row":{"id":"1"}}` + "\n", `{"format":1,"row":{"id":"x"}}` + "\n", "{}\n[]\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Open(t.Context(), path); !errors.Is(err, archive.ErrNone) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
