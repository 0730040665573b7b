package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// kept is a store with incidents in it, and whoever changes them.
type kept struct {
	t    *testing.T
	s    store.Store
	book *incidents.Book
}

func newKept(t *testing.T, followers ...incidents.Follower) *kept {
	s := storetest.Memory()
	return &kept{t, s, &incidents.Book{Store: s, Followers: followers}}
}

func (k *kept) update(fn func(store.Tx) error) {
	k.t.Helper()
	if err := k.s.Update(k.t.Context(), fn); err != nil {
		k.t.Fatal(err)
	}
}

// open opens n incidents, an hour apart, of two services by turns.
func (k *kept) open(n int) {
	k.t.Helper()
	k.update(func(tx store.Tx) error {
		for m := range n {
			at := noon.Add(time.Duration(m) * time.Hour)
			if _, err := k.book.Open(tx, at, at, incidents.Oncalm(), incidents.Opened{Title: fmt.Sprint("x", m+1),
				Service: []string{"shop", "search"}[m%2], Severity: []string{"sev1", "sev2", "sev3"}[m%3]}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *kept) append(body incidents.Body, ids ...string) {
	k.t.Helper()
	k.update(func(tx store.Tx) error {
		for _, id := range ids {
			if _, err := k.book.Append(tx, noon, id, incidents.Event{By: incidents.Person("ana"), Body: body}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *kept) list(q history.Query) (ids []string) {
	k.t.Helper()
	err := history.List(k.t.Context(), k.s, q, func(rows []history.Row) error {
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return ids
}

// rows are the keys of the rows that are stored.
func (k *kept) rows() (keys []string) {
	for key := range storetest.Content(k.t, k.s) {
		if len(key) > 8 && key[:8] == "history/" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// TestRowsFollow: an incident has a row while it is resolved, and none else, and an alarm that comes in writes none.
func TestRowsFollow(t *testing.T) {
	k := newKept(t, history.Follow)
	k.open(3)
	k.append(incidents.Acknowledged{}, "1", "2")
	want := func(keys ...string) {
		t.Helper()
		if diff := cmp.Diff(keys, k.rows()); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	}
	want()
	k.append(incidents.Resolved{}, "1", "2")
	want("history/00000001", "history/00000002")
	k.append(incidents.Noted{Text: "it was the cable"}, "1")
	k.append(incidents.Reopened{}, "2")
	want("history/00000001")
	if left := k.findings(); len(left) > 0 {
		t.Errorf("wrong: %q", left)
	}
}

// TestListIsTheSameWithAndWithoutRows: what is listed does not depend on which rows there are, and is the newest first.
func TestListIsTheSameWithAndWithoutRows(t *testing.T) {
	queries := []history.Query{
		{}, {Limit: 3}, {Open: true}, {Open: true, Limit: 2}, {Status: incidents.StatusResolved, Limit: 4},
		{Status: incidents.StatusAcknowledged}, {Service: "shop"}, {Severity: "sev1", Service: "search"},
		{From: noon.Add(3 * time.Hour), To: noon.Add(9 * time.Hour)}, {To: noon},
		{Open: true, Status: incidents.StatusResolved},
	}
	want := [][]string{
		{"12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1"}, {"12", "11", "10"},
		{"12", "9", "5", "4", "1"}, {"12", "9"}, {"11", "10", "8", "7"}, {"4"}, {"11", "9", "7", "5", "3", "1"}, {"10", "4"},
		{"9", "8", "7", "6", "5", "4"}, nil, nil,
	}
	for name, followers := range map[string][]incidents.Follower{"rows": {history.Follow}, "none": nil} {
		k := newKept(t, followers...)
		k.open(12)
		k.append(incidents.Acknowledged{}, "4")
		k.append(incidents.Resolved{}, "2", "3", "6", "7", "8", "10", "11")
		for n, q := range queries {
			if diff := cmp.Diff(want[n], k.list(q)); diff != "" {
				t.Errorf("%s: %+v (-want +got):\n%s", name, q, diff)
			}
		}
	}
}

// TestComplete: a store of before gets the rows that it has not, and none for what is open.
func TestComplete(t *testing.T) {
	k := newKept(t)
	k.open(2500)
	for n := 1; n <= 2500; n++ {
		if n%5 > 0 {
			k.append(incidents.Resolved{}, fmt.Sprint(n))
		}
	}
	before := k.list(history.Query{})
	for _, want := range []int{2000, 0} {
		if n, err := history.Complete(t.Context(), k.s); n != want || err != nil {
			t.Errorf("%d rows, %v; want %d", n, err, want)
		}
	}
	if diff := cmp.Diff(before, k.list(history.Query{})); diff != "" {
		t.Errorf("the list has changed (-before +after):\n%s", diff)
	}
	if left := k.findings(); len(k.rows()) != 2000 || len(left) > 0 {
		t.Errorf("%d rows, wrong: %q", len(k.rows()), left)
	}
}

// TestListPassesGaps: incidents that are kept no more are passed by.
func TestListPassesGaps(t *testing.T) {
	k := newKept(t, history.Follow)
	k.open(5)
	k.append(incidents.Resolved{}, "1", "2", "4")
	k.update(func(tx store.Tx) error {
		for _, key := range []string{"00000001", "00000004"} {
			tx.Delete("incident/" + key + "/head")
			tx.Delete("incident/" + key + "/event/00000001")
			tx.Delete("incident/" + key + "/event/00000002")
			tx.Delete("history/" + key)
		}
		return nil
	})
	if diff := cmp.Diff([]string{"5", "3", "2"}, k.list(history.Query{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestListEnds: who has seen enough ends it, and so does whoever has gone.
func TestListEnds(t *testing.T) {
	k := newKept(t)
	k.open(1200)
	enough, parts := errors.New("enough"), 0
	err := history.List(t.Context(), k.s, history.Query{}, func([]history.Row) error {
		parts++
		return enough
	})
	if !errors.Is(err, enough) || parts != 1 {
		t.Errorf("%v after %d parts", err, parts)
	}
	ctx, gone := context.WithCancel(t.Context())
	err = history.List(ctx, k.s, history.Query{}, func([]history.Row) error {
		gone()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was canceled", err)
	}
}

// findings are what a check of the rows finds.
func (k *kept) findings() (found []string) {
	k.t.Helper()
	err := k.s.View(k.t.Context(), func(tx store.Tx) error {
		in := store.Inspect(tx, noon)
		for _, c := range history.Keys() {
			c.Look(in)
		}
		found = nil
		for _, f := range in.Findings {
			found = append(found, f.Key+": "+f.Text)
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return found
}

// TestCheck feeds the check what it should find.
func TestCheck(t *testing.T) {
	k := newKept(t, history.Follow)
	k.open(3)
	k.append(incidents.Resolved{}, "1", "2")
	k.update(func(tx store.Tx) error {
		tx.Put("history/00000001", tx.Get("history/00000002"))
		tx.Put("history/00000003", []byte("{}"))
		tx.Put("history/00000009", []byte("{}"))
		return nil
	})
	want := []string{
		"history/00000001: the row of the list differs from the incident",
		"history/00000003: the incident is open, and has a row in the list of those that are not",
		"history/00000009: there is no incident that can be read for this row of the list",
	}
	if diff := cmp.Diff(want, k.findings()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"3", "2", "2"}, k.list(history.Query{})); diff != "" { // until it is repaired
		t.Errorf("(-want +got):\n%s", diff)
	}
}
