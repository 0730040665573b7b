// Package storetest is the contract of [store.Store] as a test, which every engine
// passes with one line:
//
//	func TestContract(t *testing.T) { storetest.Test(t, open) }
//
// It asks for what package store promises and no more. In particular it stays within
// what an engine on a cluster can do: a transaction has at most 128 operations, and a
// value at most 100,000 bytes.
//
// [Twice] helps those who use a store rather than make one: it finds functions that
// have effects outside of their transaction.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
)

// Test runs the contract on stores that open makes, each new and empty. Test closes
// them.
func Test(t *testing.T, open func(t testing.TB) store.Store) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			c.run(t, s)
		})
	}
}

type check struct {
	name string
	run  func(*testing.T, store.Store)
}

// checks are the parts of the contract. Each gets a store of its own.
func checks() []check {
	return []check{
		{"model", testModel},
		{"gets", testGets},
		{"ranges", testRanges},
		{"long ranges", testLongRange},
		{"large values", testLarge},
		{"lost updates", testLostUpdates},
		{"write skew", testWriteSkew},
		{"phantoms", testPhantoms},
		{"transfers", testTransfers},
		{"own writes are visible", testVisible},
		{"snapshots", testSnapshot},
		{"failures", testFailure},
		{"failures among many", testFailureAmongMany},
		{"panics", testPanic},
		{"writing in a view", testWriteInView},
		{"ended contexts", testContext},
		{"close", testClose},
		{"close waits", testCloseWaits},
	}
}

// pair is a key with its value, as tests compare them.
type pair struct{ Key, Val string }

// read returns what Range yields.
func read(tx store.Tx, from, to string) []pair {
	var all []pair
	for key, val := range tx.Range(from, to) {
		all = append(all, pair{key, string(val)})
	}
	return all
}

// update runs fn in an Update that must succeed.
func update(t testing.TB, s store.Store, fn func(store.Tx)) {
	t.Helper()
	err := s.Update(context.Background(), func(tx store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// view runs fn in a View that must succeed.
func view(t testing.TB, s store.Store, fn func(store.Tx)) {
	t.Helper()
	err := s.View(context.Background(), func(tx store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
}

// Content is everything that is in a store, by its key.
func Content(t testing.TB, s store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, p := range content(t, s) {
		all[p.Key] = p.Val
	}
	return all
}

// content is everything that is in the store, in the order of its keys.
func content(t testing.TB, s store.Store) (all []pair) {
	t.Helper()
	view(t, s, func(tx store.Tx) { all = read(tx, "", "") })
	return all
}

// holds fails the test if the store has anything but those pairs.
func holds(t testing.TB, s store.Store, want ...pair) {
	t.Helper()
	if diff := cmp.Diff(want, content(t, s)); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
}

// is fails the test unless got is a wrapped want.
func is(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", what, got, want)
	}
}

// testGets checks what one transaction sees of itself and the next one of it.
func testGets(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) {
		if tx.Get("a") != nil {
			t.Error("an absent key has a value")
		}
		tx.Put("a", []byte("1"))
		tx.Put("empty", []byte{})
		tx.Put("nil", nil)
		tx.Put("gone", []byte("1"))
		tx.Delete("gone")
		tx.Put("back", []byte("1"))
		tx.Delete("back")
		tx.Put("back", []byte("2"))
		tx.Delete("never there")
		isThere(t, tx)
	})
	view(t, s, func(tx store.Tx) { isThere(t, tx) })
	update(t, s, func(tx store.Tx) {
		isThere(t, tx)
		tx.Delete("a")
		if tx.Get("a") != nil {
			t.Error("a key is there after its Delete")
		}
		tx.Put("empty", []byte("full"))
		if got := tx.Get("empty"); string(got) != "full" {
			t.Errorf("after Put a key is %q, not the new value", got)
		}
		tx.Delete("nil")
	})
	holds(t, s, pair{"back", "2"}, pair{"empty", "full"})
}

// isThere checks what testGets has put. It tells an empty value from an absent one: both have no bytes.
func isThere(t testing.TB, tx store.Tx) {
	t.Helper()
	for key, want := range map[string]string{"a": "1", "empty": "", "nil": "", "back": "2"} {
		if got := tx.Get(key); got == nil || string(got) != want {
			t.Errorf("%s is %#v, want %q", key, got, want)
		}
	}
	for _, key := range []string{"gone", "never there", "", "emp", "empty0"} {
		if got := tx.Get(key); got != nil {
			t.Errorf("%q is %q, want it absent", key, got)
		}
	}
	for key, val := range tx.Range("empty", "empty0") {
		if val == nil {
			t.Errorf("Range yields nil for the empty value of %s", key)
		}
	}
}

// testLarge stores values of many sizes, and a long key. The sizes lie around a page of 4,096 bytes, and the largest is
// what the contract allows.
func testLarge(t *testing.T, s store.Store) {
	long := string(bytes.Repeat([]byte("k"), 1000))
	sizes := []int{1, 100, 4000, 4096, 5000, 100_000}
	for _, n := range sizes {
		update(t, s, func(tx store.Tx) { tx.Put(fmt.Sprintf("%s%06d", long, n), bytes.Repeat([]byte{byte(n)}, n)) })
	}
	view(t, s, func(tx store.Tx) {
		i := 0
		for key, val := range tx.Range(long, "") {
			if n := sizes[i]; !bytes.Equal(val, bytes.Repeat([]byte{byte(n)}, n)) || key != fmt.Sprintf("%s%06d", long, n) {
				t.Errorf("the value of %d bytes came back as %d others", n, len(val))
			}
			i++
		}
		if i != len(sizes) {
			t.Errorf("%d of %d values came back", i, len(sizes))
		}
	})
}
