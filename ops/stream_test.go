package ops_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
)

// local serves h at the socket beside a store that is not there, and returns a client of it.
func local(t *testing.T, h http.Handler) *ops.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "oncalm.db")
	l, err := ops.ListenLocal(path)
	if err != nil {
		t.Fatal(err)
	}
	srv, done := doors.NewServer(h, quiet()), make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	client := ops.NewClient(&store.InUse{Path: path})
	t.Cleanup(func() {
		if err := errors.Join(client.Close(), srv.Close()); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return client
}

// listed is how many incidents a client is told.
func listed(t *testing.T, c *ops.Client, q history.Query) (n int, first string, err error) {
	err = c.Incidents(t.Context(), q, func(rows []history.Row) error {
		if n == 0 {
			first = rows[0].ID
		}
		n += len(rows)
		return nil
	})
	return n, first, err
}

// TestListsAreSentInParts: what is longer than a part is told whole, and each query as it was asked.
func TestListsAreSentInParts(t *testing.T) {
	db := newStore(t)
	fill(t, db, 2345)
	c := local(t, ops.Admin(db, db.Backup, quiet()))
	for _, tt := range []struct {
		q    history.Query
		want int
	}{
		{history.Query{}, 2345}, {history.Query{Limit: 1}, 1}, {history.Query{Limit: 1001}, 1001},
		{history.Query{Limit: 5000}, 2345}, {history.Query{Service: "s & t", Severity: "sev1"}, 0},
		{history.Query{From: noon.Add(1)}, 0}, {history.Query{To: noon.Add(1)}, 2345},
		{history.Query{Open: true}, 2345 - 900}, {history.Query{Status: incidents.StatusResolved}, 900},
	} {
		n, first, err := listed(t, c, tt.q)
		if n != tt.want || err != nil || tt.q.Status == "" && n > 0 && first != "2345" {
			t.Errorf("%+v: %d from %s on, %v; want %d", tt.q, n, first, err, tt.want)
		}
	}
	note := incidents.Event{By: incidents.Oncalm(), Body: incidents.Noted{Text: "x"}}
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for range 1000 {
			if _, err := (&incidents.Book{Store: db}).Append(tx, noon, "7", note); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	events := 0
	err = c.Timeline(t.Context(), "7", func(part []incidents.Event) error {
		for _, e := range part {
			if events++; e.Seq != events {
				t.Fatalf("event %d is number %d", events, e.Seq)
			}
		}
		return nil
	})
	if events != 1001 || err != nil {
		t.Errorf("%d events, %v; want 1001", events, err)
	}
	if err := c.Timeline(t.Context(), "9999", nil); !errors.Is(err, incidents.ErrNotFound) {
		t.Errorf("of an incident that is not there: %v", err)
	}
}

// TestListsAreCutOff: a client takes no part of a list for the whole, and no more of one than it bears.
func TestListsAreCutOff(t *testing.T) {
	row := `{"id":"1","status":"triggered","severity":"sev2","service":"s","title":"x","opened":"2026-03-28T12:00:00Z"}`
	for name, tt := range map[string]struct {
		body string
		n    int
		want string
	}{
		"whole":                   {"[\n" + row + ",\n" + row + "\n]\n", 2, ""},
		"empty":                   {"[\n]\n", 0, ""},
		"after one":               {"[\n" + row + ",\n", 1, "did not answer to the end"},
		"within one":              {"[\n" + row + ",\n" + row[:40], 1, "of another version"},
		"at the beginning":        {"", 0, "of another version"},
		"of a version before":     {"[" + row + "]\n", 0, "of another version"},
		"something else":          {"<html>\n", 0, "of another version"},
		"another kind of element": {"[\n7\n]\n", 0, "of another version"},
	} {
		c := local(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.body) }))
		n, _, err := listed(t, c, history.Query{})
		if n != tt.n || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d rows, %v; want %d and %q", name, n, err, tt.n, tt.want)
		}
	}
	c := local(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "[\n")
		for range 10_000 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := listed(t, c, history.Query{})
	runtime.ReadMemStats(&after)
	if err == nil || after.TotalAlloc-before.TotalAlloc > 64<<20 {
		t.Errorf("a line without an end: %v, %d MiB", err, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}

// TestListFails: a list that fails midway is cut off, and one that fails at once says why.
func TestListFails(t *testing.T) {
	db := newStore(t)
	fill(t, db, 1500)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		tx.Put(fmt.Sprintf("incident/%08d/head", 300), []byte("{"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := local(t, ops.Admin(db, db.Backup, quiet()))
	if n, _, err := listed(t, c, history.Query{}); n != 1000 || err == nil {
		t.Errorf("%d rows, %v; want the first part, and an error", n, err)
	}
	if err := db.Update(t.Context(), func(tx store.Tx) error {
		tx.Put(fmt.Sprintf("incident/%08d/head", 1400), []byte("{"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n, _, err := listed(t, c, history.Query{}); n != 0 || err == nil || !strings.Contains(err.Error(), "run oncalm fsck") {
		t.Errorf("%d rows, %v; want to be told what to do", n, err)
	}
}
