package outbox

import (
	"time"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/store"
)

// finish marks e as done, unless it was armed again meanwhile. It reports whether e
// was still to be done; if not, nothing may be committed for it. Of two runners that have
// done the same, because the claim of one ran out, the first to come here counts.
func (t Tx) finish(e Entry) bool {
	cur, light, ok := t.again(e)
	if !ok || !cur.Done.IsZero() {
		t.tx.Delete(dueKey(e)) // the index must never offer what is done
		return false
	}
	if light {
		t.tx.Delete(dueKey(cur))
		return true
	}
	if cur.Arming != e.Arming {
		t.tx.Put(dueKey(cur), []byte{}) // not late yet
		if cur.By != "" && !e.lost(cur) {
			cur.Claim = Claim{}
			t.save(cur)
		}
		return true // has been armed again: what was done counts, but it runs once more
	}
	t.tx.Delete(dueKey(cur))
	cur.Done, cur.Claim = t.now.UTC(), Claim{}
	t.save(cur)
	return true
}

// Settle marks the entry of that key as done, since something else has had its effect, and reports whether it was still to be
// done. If a worker has it in hand, what that does is not committed.
func (t Tx) Settle(key string) bool {
	e, ok := t.Get(key)
	if !ok || !e.Done.IsZero() {
		return false
	}
	t.tx.Delete(dueKey(e))
	e.Done, e.Claim = t.now.UTC(), Claim{}
	t.save(e)
	return true
}

// fail records a failed attempt. The entry is due again after wait, unless it was armed
// for another time meanwhile; with a wait of zero it keeps its due time, and the Runner
// holds it back itself. The index keeps in mind when it was due first.
func (t Tx) fail(e Entry, err error, wait time.Duration) {
	cur, light, ok := current(t, e)
	if !ok || !cur.Done.IsZero() || e.lost(cur) {
		return
	}
	cur = cur.under(t.ahead)
	settle(t, light, cur)
	cur.Attempt++
	cur.Claim = Claim{}
	cur.Error = text.ClipBytes(err.Error(), 300)
	if wait > 0 && cur.Arming == e.Arming {
		first := firstDue(dueKey(cur), t.tx.Get(dueKey(cur)))
		t.tx.Delete(dueKey(cur))
		cur.Due = t.now.Round(0).Add(wait).UTC()
		t.tx.Put(dueKey(cur), []byte(first))
	}
	t.save(cur)
}

// park takes an entry that nobody can handle out of the queue, and keeps it.
func (t Tx) park(e Entry) {
	cur, _, ok := current(t, e)
	if !ok || !cur.Done.IsZero() || e.lost(cur) {
		return
	}
	cur = cur.under(t.ahead)
	t.tx.Delete(dueKey(cur))
	cur.Claim = Claim{}
	cur.Error = "no handler for kind " + cur.Kind
	t.save(cur)
	t.tx.Put(parkedPrefix+cur.Key, []byte{})
}

// unpark puts entries whose kind can be handled now back into the queue.
func (t Tx) unpark(can func(kind string) bool) (n int) {
	var keys []string
	for k := range t.tx.Range(parkedPrefix, store.After(parkedPrefix)) {
		keys = append(keys, k)
	}
	for _, k := range keys {
		e, ok := t.Get(k[len(parkedPrefix):])
		if !ok || can(e.Kind) {
			t.tx.Delete(k)
		}
		if ok && can(e.Kind) {
			e.Error = ""
			t.arm(e)
			n++
		}
	}
	return n
}
