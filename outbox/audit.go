package outbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/store"
)

// Pending reports whether the entry of that key can be read, is not done, and stands where it
// will be found when its time comes.
func (t Tx) Pending(key string) bool {
	e, _, ok := t.read(key)
	return ok && e.Done.IsZero() && (t.tx.Get(dueKey(e)) != nil || t.tx.Get(parkedPrefix+key) != nil)
}

// Mend enqueues e again though its key was used: what was stored of it cannot be read, or is in no
// index. If an index still says when it was due, it is due then, and not before now.
func (t Tx) Mend(e Entry) Entry {
	e = t.fresh(e)
	if due, ok := t.unplace(e.Lane, e.Key); ok {
		e.Due = later(due.Add(e.Ahead), e.Created)
	}
	t.arm(e)
	return e
}

// Drop forgets an entry of a lane that cannot be read and that nobody needs.
func (t Tx) Drop(lane Lane, key string) {
	if _, _, ok := t.read(key); ok {
		return
	}
	t.unplace(lane, key)
	t.tx.Delete(entryPrefix + key)
}

// unplace takes an entry out of the indexes without knowing where it stands, and returns the time
// at which it stood first, by the outbox's clock.
func (t Tx) unplace(lane Lane, entry string) (first time.Time, ok bool) {
	from, to := laneRange(lane)
	var places []string
	for k := range t.tx.Range(from, to) {
		due, key, err := splitDue(k)
		if err != nil || key != entry {
			continue
		}
		if places = append(places, k); len(places) == 1 {
			first, ok = due, true
		}
	}
	for _, k := range places {
		t.tx.Delete(k)
	}
	t.tx.Delete(parkedPrefix + entry)
	return first, ok
}

// Due calls seen for the keys of what stands in the index of a lane, with what tells whether it can be read,
// in order of their time, from a place in the index on, at most some. It returns the place to go
// on from, or "".
func (t Tx) Due(lane Lane, from string, most int, seen func(key string, readable func() bool)) (next string) {
	begin, end := laneRange(lane)
	for k, val := range t.tx.Range(max(begin, from), end) {
		if most--; most < 0 {
			return k
		}
		if _, key, err := splitDue(k); err == nil {
			seen(key, func() bool {
				e, _, ok := standing(t, k, val)
				return ok && e.Done.IsZero()
			})
		}
	}
	return ""
}

// Lost is how long after it was enqueued an entry that is not there must have been lost: what is
// done is kept so long at least.
const Lost = Kept - 24*time.Hour

// Under reports whether one of the entries whose keys begin so is enqueued.
func (t Tx) Under(prefix string) bool {
	var keys []string
	for k := range t.tx.Range(entryPrefix+prefix, store.After(entryPrefix+prefix)) {
		keys = append(keys, strings.TrimPrefix(k, entryPrefix))
	}
	return slices.ContainsFunc(keys, t.Pending)
}

// Kept is how long an entry is kept after it was done, so that its key stays used.
const Kept = 30 * 24 * time.Hour

// Sweep deletes entries that were done more than [Kept] ago, in small transactions so
// that nobody waits for it, and returns how many.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	return store.Sweep(ctx, s, entryPrefix, store.After(entryPrefix), 500, func(_ store.Tx, _ string, val []byte) bool {
		e, err := decode(val)
		return err == nil && !e.Done.IsZero() && now.Sub(e.Done) > Kept
	})
}
