package outbox

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestLight follows a light entry through all that can become of it: by its keys in the store.
func TestLight(t *testing.T) {
	const key, place = "7/page/0.0/ana", "outbox/due/pages_sev2/20260302T120100.000000000/7/page/0.0/ana"
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	due := noon.Add(time.Minute)
	for name, tt := range map[string]struct {
		do   func(Tx, Entry)
		want string // the keys that are left
	}{
		"nothing":       {func(Tx, Entry) {}, place},
		"enqueued anew": {func(q Tx, _ Entry) { q.Lightly(Entry{Key: key, Kind: "page", Lane: Pages2, Due: due}) }, place},
		"done":          {func(q Tx, e Entry) { q.finish(e) }, ""},
		"done twice":    {func(q Tx, e Entry) { q.finish(e); q.finish(e) }, ""},
		"done, kept":    {func(q Tx, e Entry) { q.finish(e); q.Keep(e) }, EntryPrefix + key},
		"brought forward": {func(q Tx, e Entry) { e.Due = noon; q.Soon(e) },
			"outbox/due/pages_sev2/20260302T120000.000000000/" + key + " " + EntryPrefix + key},
		"brought forward, then done as it was": {func(q Tx, e Entry) {
			now := e
			now.Due = noon
			q.Soon(now)
			if !q.finish(e) {
				t.Error("what was done does not count")
			}
			q.Keep(e) // must not take what was armed again for done
		}, "outbox/due/pages_sev2/20260302T120000.000000000/" + key + " " + EntryPrefix + key},
		"failed": {func(q Tx, e Entry) { q.fail(e, errors.New("no"), time.Hour) },
			"outbox/due/pages_sev2/20260302T130000.000000000/" + key + " " + EntryPrefix + key},
		"unreachable": {func(q Tx, e Entry) { q.fail(e, errors.New("no"), 0) }, place + " " + EntryPrefix + key},
		"parked":      {func(q Tx, e Entry) { q.park(e) }, EntryPrefix + key + " outbox/parked/" + key},
		"mended": {func(q Tx, e Entry) { e.Due = noon; q.MendLight(e, due) },
			"outbox/due/pages_sev2/20260302T120000.000000000/" + key + " " + EntryPrefix + key},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Memory()
			err := s.Update(t.Context(), func(tx store.Tx) error {
				q := In(tx, noon)
				q.Lightly(Entry{Key: key, Kind: "page", Lane: Pages2, Due: due})
				e, val, ok := standing(q, place, tx.Get(place))
				if e.stored = val; !ok {
					t.Fatal("it is not where it is due")
				}
				for _, at := range []time.Time{due, noon, {}} {
					if found, ok := q.Find(key, Pages2, at); !ok || !found.Due.Equal(due) || !q.Waiting(key, Pages2, at) {
						t.Errorf("looked for at %v: %+v, %v", at, found, ok)
					}
				}
				tt.do(q, e)
				left := slices.DeleteFunc(strings.Fields(tt.want), func(k string) bool { return k != EntryPrefix+key })
				if e, ok := q.Get(key); ok != (len(left) > 0) || ok && e.Done.IsZero() == strings.HasSuffix(name, "kept") {
					t.Errorf("as an entry of its own: %+v, %v", e, ok)
				}
				if waits := q.Waiting(key, Pages2, due); waits != strings.Contains(tt.want, "/due/") && name != "parked" {
					t.Errorf("it waits: %v", waits)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for k := range storetest.Content(t, s) {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			if got := strings.Join(keys, " "); got != tt.want {
				t.Errorf("keys are %q, want %q", got, tt.want)
			}
		})
	}
}
