package outbox

import (
	"time"

	"github.com/oncalm/oncalm/store"
)

// Lightly enqueues e in one key instead of two, and nothing of it is left when it is done: for what is enqueued once for each
// alarm, and under a key that cannot come again. Who looks for it must know its lane and when it was due ([Tx.Find]).
func (t Tx) Lightly(e Entry) {
	if t.tx.Get(entryPrefix+e.Key) != nil {
		return
	}
	e = t.fresh(e)
	e.Due = e.Due.UTC()
	t.tx.Put(dueKey(e), e.mustRecord())
}

// Keep keeps a light entry that is done, so that its body can be read and its key stays used. It is for the commit of its handler.
func (t Tx) Keep(e Entry) {
	if t.tx.Get(entryPrefix+e.Key) == nil { // else it is no light one, or was armed again
		e.Done, e.Claim = t.now.UTC(), Claim{}
		t.save(e)
	}
}

// Find returns the entry of that key, light or not, with its times as the wall clock counts now. Lane and due are where it stood
// as it was enqueued; with others it is found as well, among all of its lane.
func (t Tx) Find(key string, lane Lane, due time.Time) (Entry, bool) {
	if e, ok := atDue(t, key, lane, due); ok {
		return e, true
	}
	if e, ok := t.Get(key); ok {
		return e, true
	}
	from, to := laneRange(lane)
	for place, val := range t.tx.Range(from, to) {
		if _, _, entry, ok := cutDue(place); !ok || entry != key {
			continue
		}
		if e, ok := lightAt(place, val); ok {
			return e.under(t.ahead), true
		}
	}
	return Entry{}, false
}

// atDue is the light entry of that key which stands where it was enqueued.
func atDue(t Tx, key string, lane Lane, due time.Time) (Entry, bool) {
	for _, ahead := range [...]time.Duration{t.ahead, 0} {
		place := dueKey(Entry{Key: key, Lane: lane, Due: due, Ahead: ahead})
		if e, ok := lightAt(place, t.tx.Get(place)); ok {
			return e.under(t.ahead), true
		}
	}
	return Entry{}, false
}

// Waiting is Pending for an entry that may be a light one.
func (t Tx) Waiting(key string, lane Lane, due time.Time) bool {
	if _, ok := atDue(t, key, lane, due); ok {
		return true
	}
	if t.tx.Get(entryPrefix+key) != nil {
		return t.Pending(key)
	}
	_, ok := t.Find(key, lane, due)
	return ok
}

// MendLight is Mend for what was a light entry that was due at that time. What is damaged on the disk is not seen there.
func (t Tx) MendLight(e Entry, was time.Time) Entry {
	for _, ahead := range [...]time.Duration{t.ahead, 0} {
		t.tx.Delete(dueKey(Entry{Key: e.Key, Lane: e.Lane, Due: was, Ahead: ahead}))
	}
	return t.Mend(e)
}

// isLight reports whether what stands at a place of the due index is an entry.
func isLight(val []byte) bool { return len(val) > 0 && val[0] == '{' }

// lightAt is the light entry at a place of the due index.
func lightAt(place string, val []byte) (Entry, bool) {
	if !isLight(val) {
		return Entry{}, false
	}
	e, err := decode(val)
	if err != nil || dueKey(e) != place {
		return Entry{}, false
	}
	e.place = place
	return e, true
}

// standing is the entry that stands at a place of the due index, light or not, as it is stored.
func standing(t Tx, place string, val []byte) (e Entry, stored []byte, ok bool) {
	if isLight(val) {
		e, ok = lightAt(place, val)
		return e, val, ok
	}
	_, _, key, ok := cutDue(place)
	if !ok {
		return Entry{}, nil, false
	}
	return t.read(key)
}

// current is what is stored now of an entry that was read before.
func current(t Tx, e Entry) (now Entry, light, ok bool) {
	if e.place != "" {
		val := t.tx.Get(e.place)
		if now, ok = lightAt(e.place, val); ok {
			now.stored = val
			return now, true, true
		}
	}
	now, now.stored, ok = t.read(e.Key)
	return now, false, ok
}

// settle makes of a light entry one with a key of its own, which is to be written next.
func settle(t Tx, light bool, e Entry) {
	if light {
		t.tx.Put(dueKey(e), []byte{})
	}
}

// checkLight looks at what stands at a place of the due index instead of a mark.
func checkLight(in *store.Inspection, place string, val []byte) {
	in.Counts[CountEntries]++
	if _, ok := lightAt(place, val); !ok {
		in.Wrong(place, store.NoRepair, "the entry cannot be read, or is not the one that its key names")
	}
}
