package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
)

// testRanges checks order, bounds, and what a transaction sees of its own writes.
func testRanges(t *testing.T, s store.Store) {
	keys := []string{"a", "a!", "a/", "a/1", "a/2", "a0", "b", "é", "\xff", "\xff\xff"}
	update(t, s, func(tx store.Tx) {
		for _, key := range slices.Backward(keys) {
			tx.Put(key, []byte("v"+key))
		}
		testBounds(t, tx, keys)
	})
	view(t, s, func(tx store.Tx) { testBounds(t, tx, keys) })
	update(t, s, func(tx store.Tx) {
		tx.Delete("a/1")
		tx.Put("a/11", []byte("new"))
		tx.Put("a/2", []byte("changed"))
		tx.Put("0", []byte("first"))
		want := []pair{{"a/", "va/"}, {"a/11", "new"}, {"a/2", "changed"}}
		if diff := cmp.Diff(want, read(tx, "a/", "a0")); diff != "" {
			t.Errorf("Range in the transaction that wrote (-want +got):\n%s", diff)
		}
		for key := range tx.Range("", "") {
			if key != "0" {
				t.Errorf("the first key is %q, not the one just put before all", key)
			}
			break
		}
		tx.Delete("0")
		tx.Delete("\xff\xff")
		if got := read(tx, "\xff", ""); len(got) != 1 {
			t.Errorf("Range yields %q, though the last key was deleted", got)
		}
	})
	testNested(t, s)
}

// testBounds reads all ranges between two keys, those that are empty because they end before they begin among them.
func testBounds(t testing.TB, tx store.Tx, keys []string) {
	t.Helper()
	for i := range len(keys) + 1 {
		for j := range len(keys) + 1 {
			from, to := "\xff\xff\xff", ""
			if i < len(keys) {
				from = keys[i]
			}
			if j < len(keys) {
				to = keys[j]
			}
			var want []pair
			for _, key := range keys[i:max(i, j)] {
				want = append(want, pair{key, "v" + key})
			}
			if diff := cmp.Diff(want, read(tx, from, to)); diff != "" {
				t.Errorf("Range(%q, %q) (-want +got):\n%s", from, to, diff)
			}
		}
	}
	if diff := cmp.Diff([]pair{{"a/", "va/"}, {"a/1", "va/1"}}, read(tx, "a\"", "a/1\x00")); diff != "" {
		t.Errorf("Range between keys that are not there (-want +got):\n%s", diff)
	}
}

// testNested walks ranges within each other, leaves them early, and walks one twice. A Range can be walked again, and
// begins anew each time; Get may be called meanwhile.
func testNested(t testing.TB, s store.Store) {
	t.Helper()
	view(t, s, func(tx store.Tx) {
		var got []string
		inner := tx.Range("a/", "a0")
		for outer := range tx.Range("a", "b") {
			for key := range inner {
				got = append(got, outer+" "+key)
				if len(got)%2 == 0 {
					break
				}
				tx.Get("b")
			}
		}
		want := []string{"a a/", "a a/11", "a! a/", "a! a/11", "a/ a/", "a/ a/11", "a/11 a/", "a/11 a/11", "a/2 a/",
			"a/2 a/11", "a0 a/", "a0 a/11"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("nested ranges (-want +got):\n%s", diff)
		}
	})
}

// testLongRange reads more pairs than an engine may fetch at once, over writes. The last hundred are half deleted, so that
// an engine that fetches a page at a time meets gaps within it.
func testLongRange(t *testing.T, s store.Store) {
	const n, step = 1500, 100
	key := func(i int) string { return fmt.Sprintf("k/%05d", i) }
	for i := 0; i < n; i += step {
		update(t, s, func(tx store.Tx) {
			for j := i; j < i+step; j++ {
				tx.Put(key(j), []byte(key(j)))
			}
		})
	}
	update(t, s, func(tx store.Tx) {
		for i := n - step; i < n; i += 2 {
			tx.Delete(key(i))
		}
	})
	view(t, s, func(tx store.Tx) {
		i := 0
		for k, val := range tx.Range("k/", "k0") {
			if k != key(i) || string(val) != k {
				t.Fatalf("got %s = %s, want %s", k, val, key(i))
			}
			if i++; i >= n-step && i%2 == 0 {
				i++
			}
		}
		if i < n {
			t.Errorf("the range ended before %s", key(i))
		}
	})
}
