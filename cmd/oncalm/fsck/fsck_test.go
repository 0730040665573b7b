package fsck

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestKeys holds that no key has two owners, and that none of them owns all.
func TestOwners(t *testing.T) {
	all := owners()
	for i, a := range all {
		if a.Prefix == "" {
			t.Error("an owner of all keys")
		}
		for _, b := range all[i+1:] {
			if strings.HasPrefix(a.Prefix, b.Prefix) && strings.HasSuffix(b.Prefix, "/") ||
				strings.HasPrefix(b.Prefix, a.Prefix) && strings.HasSuffix(a.Prefix, "/") || a.Prefix == b.Prefix {
				t.Errorf("%s and %s are not apart", a.Prefix, b.Prefix)
			}
		}
	}
}

// TestOwnerless: keys that are nobody's are named, once for all that begin alike.
func TestOwnerless(t *testing.T) {
	const no = "no part of Oncalm has keys that begin like this"
	for name, tt := range map[string]struct {
		keys, want []string
	}{
		"none":           {[]string{"schema", "open/1", "card/1", "outbox/clock", "damaged/x"}, nil},
		"between owners": {[]string{"open/1", "operated/1", "operated/2"}, []string{"operated/1: " + no + " (2 of them)"}},
		"first and last": {
			[]string{"a", "schema", "zebra/1", "zone"},
			[]string{"a: " + no + " (1 of them)", "zebra/1: " + no + " (1 of them)", "zone: " + no + " (1 of them)"},
		},
		"as a part": {
			[]string{"outbox/clock", "outbox/clock/1", "outbox/other/1", "schema/1", "schema.sum"},
			[]string{
				"outbox/clock/1: " + no + " (2 of them)", "schema.sum: " + no + " (1 of them)", "schema/1: " + no + " (1 of them)",
			},
		},
	} {
		s := storetest.Memory()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for _, key := range tt.keys {
				tx.Put(key, []byte("x"))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		err = s.View(t.Context(), func(tx store.Tx) error {
			in := store.Inspect(tx, time.Time{})
			ownerless(in, owners())
			got = nil
			for _, f := range in.Findings {
				got = append(got, f.Key+": "+f.Text)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
