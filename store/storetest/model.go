package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/store"
)

// model is what a store should be: a map, read in order.
type model map[string]string

// between returns the pairs with from <= key < to in order.
func (m model) between(from, to string) (all []pair) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if key >= from && (to == "" || key < to) {
			all = append(all, pair{key, m[key]})
		}
	}
	return all
}

// op is one operation of a transaction.
type op struct {
	Do    string
	Key   string // or from
	To    string
	Val   string
	Limit int // of a range: stop after so many
}

// modelKeys are few, so that operations meet, and close to each other in order. Some are prefixes of others, and some are
// no UTF-8: keys are bytes, and nothing else gives them their order.
func modelKeys() []string {
	return []string{"a", "a/", "a/b", "a/b/c", "a0", "a\x00", "b", "b!", "ba", "é", "z\xff", "\x01", "\xff", "\xff\xff"}
}

// genOp draws an operation. Bounds of ranges may be empty, which keys may not.
func genOp() *rapid.Generator[op] {
	key, bound := rapid.SampledFrom(modelKeys()), rapid.SampledFrom(append(modelKeys(), ""))
	return rapid.Custom(func(t *rapid.T) op {
		o := op{Do: rapid.SampledFrom([]string{"put", "put", "put", "delete", "get", "range"}).Draw(t, "do")}
		switch o.Do {
		case "range":
			o.Key, o.To = bound.Draw(t, "from"), bound.Draw(t, "to")
			o.Limit = rapid.IntRange(1, 20).Draw(t, "limit")
		case "put":
			o.Val = rapid.StringN(0, 8, -1).Draw(t, "val")
			fallthrough
		default:
			o.Key = key.Draw(t, "key")
		}
		return o
	})
}

// do carries an operation out on both sides and says how their answers differ.
func (m model) do(tx store.Tx, o op) string {
	switch o.Do {
	case "put":
		tx.Put(o.Key, []byte(o.Val))
		m[o.Key] = o.Val
	case "delete":
		tx.Delete(o.Key)
		delete(m, o.Key)
	case "get":
		want, there := m[o.Key]
		if got := tx.Get(o.Key); string(got) != want || (got != nil) != there {
			return fmt.Sprintf("Get(%q) = %#v, want %q, there: %v", o.Key, got, want, there)
		}
	case "range":
		var got []pair
		for key, val := range tx.Range(o.Key, o.To) {
			if got = append(got, pair{key, string(val)}); len(got) == o.Limit {
				break
			}
		}
		want := m.between(o.Key, o.To)
		if diff := cmp.Diff(want[:min(len(want), o.Limit)], got); diff != "" && len(want)+len(got) > 0 {
			return fmt.Sprintf("Range(%q, %q) stopped after %d (-want +got):\n%s", o.Key, o.To, o.Limit, diff)
		}
	}
	return ""
}

var errRefused = errors.New("refused")

// transact runs the operations in one transaction and returns the model after it. The function sets the model anew in each
// run, since an engine may run it more than once.
func transact(t *rapid.T, s store.Store, before model, ops []op, refuse bool) model {
	var after model
	var differs string
	err := s.Update(context.Background(), func(tx store.Tx) error {
		after, differs = maps.Clone(before), ""
		for _, o := range ops {
			if differs = after.do(tx, o); differs != "" {
				return errRefused
			}
		}
		if refuse {
			return errRefused
		}
		return nil
	})
	switch {
	case differs != "":
		t.Fatal(differs)
	case refuse && !errors.Is(err, errRefused):
		t.Fatalf("Update: error %v, want that of the function", err)
	case refuse:
		return before
	case err != nil:
		t.Fatalf("Update: %v", err)
	}
	return after
}

// testModel runs random transactions on the store and on a model. One transaction in five fails at its end, and must leave
// the store as it was.
func testModel(t *testing.T, s store.Store) {
	rapid.Check(t, func(t *rapid.T) {
		wipe(t, s)
		m := model{}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			ops := rapid.SliceOfN(genOp(), 0, 12).Draw(t, "ops")
			refuse := rapid.IntRange(0, 4).Draw(t, "refuse") == 0
			m = transact(t, s, m, ops, refuse)
			var got []pair
			err := s.View(context.Background(), func(tx store.Tx) error {
				got = read(tx, "", "")
				return nil
			})
			if diff := cmp.Diff(m.between("", ""), got); err != nil || diff != "" {
				t.Fatalf("content (-want +got), error %v:\n%s", err, diff)
			}
		}
	})
}

// wipe empties a store. rapid runs the check many times on one store.
func wipe(t rapid.TB, s store.Store) {
	err := s.Update(context.Background(), func(tx store.Tx) error {
		for _, p := range read(tx, "", "") {
			tx.Delete(p.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
}
