package outbox

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/oncalm/oncalm/store"
)

// A Claim says which of several runners has an entry in hand: no other takes it before Until, by the
// outbox's clock. It is written when a worker begins, and goes with what came of the attempt, so one
// that is past was left by a runner that has ended. A runner without a name, which has the store to
// itself, writes none.
type Claim struct {
	By    string    `json:"claimed_by,omitempty"`
	Until time.Time `json:"claimed_until,omitzero"`
}

// grace is how much longer than an attempt may take a claim lasts: for what the clocks of two machines
// differ by, and for the commit.
const grace = 30 * time.Second

// errTaken is the outcome for an entry that changed between the queue and the hand: another runner has
// taken it or is done with it, or it was armed again. If it is still enqueued, the next look finds it.
var errTaken = errors.New("outbox: the entry was taken by another runner")

// bars reports whether the claim keeps a runner from taking the entry.
func (c Claim) bars(owner string, now time.Time) bool {
	return c.By != "" && c.By != owner && c.Until.After(now)
}

// claim writes down that the runner has e in hand, if it has a name.
func (g *group) claim(ctx context.Context, e *Entry) error {
	if g.r.Owner == "" {
		return nil
	}
	var claim Claim
	var stored []byte
	err := g.r.Store.Update(ctx, func(tx store.Tx) error {
		t := Tx{tx: tx}
		cur, light, ok := current(t, *e)
		if !ok || !bytes.Equal(cur.stored, e.stored) {
			return errTaken
		}
		settle(t, light, cur)
		claim = Claim{g.r.Owner, g.r.time().Now().Add(g.Timeout + grace).UTC()}
		cur.Claim = claim
		stored = t.save(cur)
		return nil
	})
	if err != nil && !errors.Is(err, errTaken) {
		g.log.Error("cannot claim an entry", "key", e.Key, "err", err)
		return &Unreachable{Err: err} // hold it back in memory: the store is in trouble
	}
	if err == nil {
		e.Claim, e.stored = claim, stored
	}
	return err
}

// lost reports whether somebody else has claimed since what the runner has in hand as e.
func (e Entry) lost(cur Entry) bool {
	return cur.By != "" && cur.By != e.By
}
