package bolt

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPairs compares writes in order with a map of them.
func TestPairs(t *testing.T) {
	key := rapid.StringMatching("[a-e]{1,2}")
	writes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pair {
		p := pair{key: key.Draw(t, "key")}
		if rapid.Bool().Draw(t, "put") {
			p.val = []byte(rapid.StringN(0, 2, -1).Draw(t, "val"))
		}
		return p
	}), 0, 30)
	rapid.Check(t, func(t *rapid.T) {
		want := map[string][]byte{}
		var got pairs
		for range rapid.IntRange(0, 4).Draw(t, "functions") {
			var own pairs
			for _, w := range writes.Draw(t, "writes") {
				own = own.set(w.key, w.val)
				want[w.key] = w.val
			}
			before := slices.Clone(own)
			got = got.merge(own)
			if diff := cmp.Diff(before, own, cmp.AllowUnexported(pair{})); diff != "" {
				t.Fatalf("merge has changed what it merged (-want +got):\n%s", diff)
			}
		}
		have := map[string][]byte{}
		for i, p := range got {
			have[p.key] = p.val
			if i > 0 && got[i-1].key >= p.key {
				t.Fatalf("%s comes after %s", p.key, got[i-1].key)
			}
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		from, to := key.Draw(t, "from"), key.Draw(t, "to")
		for _, p := range got.between(from, to) {
			if p.key < from || p.key >= to {
				t.Fatalf("%s is not between %s and %s", p.key, from, to)
			}
			delete(want, p.key)
		}
		for k := range want {
			if k >= from && k < to {
				t.Fatalf("%s is between %s and %s", k, from, to)
			}
		}
	})
}
