package outbox

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/store"
)

// Later is the error of a handler that was told when to try again.
type Later struct {
	After time.Duration // taken between 1 and 120 seconds, whatever it says
	Err   error
}

func (e *Later) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Later) Unwrap() error { return e.Err }

// Unreachable is the error of a handler whose other side did not answer at all, or
// not in its own words. It says more about the other side than about the entry:
// after several in a row the Runner stops trying and probes (see [Group]), and when a
// probe gets through takes all by urgency.
type Unreachable struct{ Err error }

func (e *Unreachable) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Unreachable) Unwrap() error { return e.Err }

// backoff is the pause after the n-th failure in a row (from 1): 1, 2, 4, 8, 15, 30
// seconds and 30 from then on, give or take a fifth so that many do not come back
// at once.
func backoff(n int) time.Duration {
	steps := [...]time.Duration{1, 2, 4, 8, 15, 30}
	n = min(max(n, 1), len(steps))
	d := steps[n-1] * time.Second
	return d*4/5 + rand.N(d*2/5)
}

// clampRetry keeps what a server asks for within reason: some answer with negative
// or absurd waits.
func clampRetry(d time.Duration) time.Duration { return min(max(d, time.Second), maxRetry) }

// maxRetry is the longest time from a failed attempt to the next.
const maxRetry = 120 * time.Second

// finish marks e as done, unless it was armed again meanwhile. It reports whether e
// was still to be done; if not, nothing may be committed for it. Of two runners that have
// done the same, because the claim of one ran out, the first to come here counts.
func (t Tx) finish(e Entry) bool {
	cur, ok := t.again(e)
	if !ok || !cur.Done.IsZero() {
		t.tx.Delete(dueKey(e)) // the index must never offer what is done
		return false
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
	cur, ok := t.Get(e.Key)
	if !ok || !cur.Done.IsZero() || e.lost(cur) {
		return
	}
	cur.Attempt++
	cur.Claim = Claim{}
	cur.Error = text.ClipBytes(err.Error(), 300)
	if wait > 0 && cur.Arming == e.Arming {
		first := t.firstDue(dueKey(cur))
		t.tx.Delete(dueKey(cur))
		cur.Due = t.now.Round(0).Add(wait).UTC()
		t.tx.Put(dueKey(cur), []byte(first))
	}
	t.save(cur)
}

// park takes an entry that nobody can handle out of the queue, and keeps it.
func (t Tx) park(e Entry) {
	cur, ok := t.Get(e.Key)
	if !ok || !cur.Done.IsZero() || e.lost(cur) {
		return
	}
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

// waitAfter says how long e must wait after err.
func waitAfter(e Entry, err error) time.Duration {
	if later, ok := errors.AsType[*Later](err); ok {
		return clampRetry(later.After)
	}
	if _, ok := errors.AsType[*Unreachable](err); ok {
		return 0
	}
	return backoff(e.Attempt + 1)
}
