package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

func isOld(_ store.Tx, _ string, val []byte) bool { return string(val) == "old" }

// metered is a store that notes how many keys each Update deletes, and lets others
// write before it.
type metered struct {
	store.Store
	between func(store.Tx)
	deleted []int
	fail    int // the Update that fails
}

type meteredTx struct {
	store.Tx
	n int
}

func (tx *meteredTx) Delete(key string) {
	tx.n++
	tx.Tx.Delete(key)
}

func (m *metered) Update(ctx context.Context, fn func(store.Tx) error) error {
	if len(m.deleted)+1 == m.fail {
		return errNo
	}
	return m.Store.Update(ctx, func(tx store.Tx) error {
		if m.between != nil {
			m.between(tx)
			m.between = nil
		}
		mtx := &meteredTx{Tx: tx}
		defer func() { m.deleted = append(m.deleted, mtx.n) }()
		return fn(mtx)
	})
}

// sweepable is 10 keys under seen/, each second one old, and two old neighbours.
func sweepable(t *testing.T) *metered {
	t.Helper()
	all := map[string]string{"seem/1": "old", "seen0": "old"}
	for n := range 10 {
		all[fmt.Sprintf("seen/%d", n)] = []string{"old", "new"}[n%2]
	}
	return &metered{Store: plainly(t, all)}
}

func TestSweep(t *testing.T) {
	left := map[string]string{"seem/1": "old", "seen0": "old", "seen/1": "new", "seen/3": "new", "seen/5": "new", "seen/7": "new", "seen/9": "new"}
	tests := []struct {
		limit int
		want  []int
	}{
		{100, []int{5}}, {5, []int{5}}, {2, []int{2, 2, 1}}, {0, []int{1, 1, 1, 1, 1}},
	}
	for _, tt := range tests {
		s := sweepable(t)
		from, to := store.Under("seen")
		n, err := store.Sweep(t.Context(), s, from, to, tt.limit, isOld)
		if n != 5 || err != nil {
			t.Errorf("limit %d: %d keys, error %v, want 5", tt.limit, n, err)
		}
		if diff := cmp.Diff(left, storetest.Content(t, s)); diff != "" {
			t.Errorf("limit %d: content (-want +got):\n%s", tt.limit, diff)
		}
		if diff := cmp.Diff(tt.want, s.deleted); diff != "" {
			t.Errorf("limit %d: deleted in a transaction (-want +got):\n%s", tt.limit, diff)
		}
	}
}

// TestSweepLongRange sweeps what no single transaction may look at.
func TestSweepLongRange(t *testing.T) {
	all := map[string]string{}
	for n := range 10_000 {
		all[fmt.Sprintf("k/%05d", n)] = "new"
	}
	all["k/09999"] = "old"
	s := with(t, all)
	n, err := store.Sweep(t.Context(), s, "k/", "k0", 10, isOld)
	if n != 1 || err != nil {
		t.Errorf("%d keys, error %v, want 1", n, err)
	}
	if got := len(storetest.Content(t, s)); got != 9999 {
		t.Errorf("%d keys left, want 9999", got)
	}
}

// TestSweepReads holds that what is dead may depend on other keys, as they stand in the
// transaction that deletes.
func TestSweepReads(t *testing.T) {
	s := &metered{Store: plainly(t, map[string]string{"a/1": "", "a/2": "", "a/3": "", "keep/1": ""})}
	s.between = func(tx store.Tx) { tx.Put("keep/2", nil) }
	n, err := store.Sweep(t.Context(), s, "a/", "a0", 100, func(tx store.Tx, key string, _ []byte) bool {
		return tx.Get("keep/"+key[2:]) == nil
	})
	if n != 1 || err != nil {
		t.Errorf("%d keys, error %v, want 1", n, err)
	}
	want := map[string]string{"a/1": "", "a/2": "", "keep/1": "", "keep/2": ""}
	if diff := cmp.Diff(want, storetest.Content(t, s)); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
}

// TestSweepLooksAgain holds that a key which came to life between the look and the
// transaction is kept.
func TestSweepLooksAgain(t *testing.T) {
	s := sweepable(t)
	s.between = func(tx store.Tx) {
		tx.Put("seen/0", []byte("new"))
		tx.Delete("seen/2")
	}
	n, err := store.Sweep(t.Context(), s, "seen/", "seen0", 100, isOld)
	if n != 3 || err != nil {
		t.Errorf("%d keys, error %v, want 3", n, err)
	}
	if got := storetest.Content(t, s)["seen/0"]; got != "new" {
		t.Errorf("a key that was written meanwhile is %q", got)
	}
}

func TestSweepErrors(t *testing.T) {
	s := sweepable(t)
	s.fail = 3
	n, err := store.Sweep(t.Context(), s, "seen/", "seen0", 2, isOld)
	if n != 4 || !errors.Is(err, errNo) {
		t.Errorf("%d keys, error %v, want 4 and %v", n, err, errNo)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Sweep(ctx, s, "", "", 2, isOld); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}
