package overrides

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// byUs stands for whoever made the overrides of handoffs: nobody asked for them.
const byUs = "oncalm"

// A Handoff is a shift that begins when it is accepted.
type Handoff struct {
	Schedule string
	Border   time.Time // when the plan hands over
	Until    time.Time // when it does in any case
	In       string    // who is to accept
	Out      string    // who stays on until then
}

// Hold lets somebody stay on in the place of another until that one accepts, or until the time is over. Errors: those of
// [Book.Make].
func (b *Book) Hold(tx store.Tx, now time.Time, h Handoff) (Change, error) {
	id := heldBorder(h.Schedule, h.Border) + h.In
	made, err := b.add(tx, now, byUs, id, HowHandoff, []rotations.Override{
		{Schedule: h.Schedule, Person: h.Out, For: h.In, From: h.Border, To: h.Until},
	})
	if err != nil {
		return Change{}, err
	}
	return b.follow(tx, now, Change{
		What: Held, ID: id, By: byUs, Overrides: made, Before: b.heldBefore(tx, now, made, made...),
	}), nil
}

// Accept ends the wait for a person: from now on they are on call. Errors: [ErrTooLate] if nobody is waited for any more,
// [ErrAccepted], [ErrNotYours].
func (b *Book) Accept(tx store.Tx, now time.Time, by, schedule string, border time.Time) (Change, error) {
	prefix := heldBorder(schedule, border)
	held := slices.DeleteFunc(All(tx, schedule), func(o Override) bool {
		return o.How != HowHandoff || !strings.HasPrefix(o.Change, prefix)
	})
	if !slices.ContainsFunc(held, func(o Override) bool { return o.Pending(now) }) {
		return Change{}, ErrTooLate
	}
	own := ofChange(held, prefix+by)
	switch {
	case len(own) == 0:
		return Change{}, ErrNotYours
	case own[0].CancelledBy == by:
		return Change{}, ErrAccepted
	case !own[0].Pending(now):
		return Change{}, ErrTooLate
	}
	c := Change{What: Relieved, ID: prefix + by, By: by, Overrides: own, Before: b.heldBefore(tx, now, own)}
	cancel(tx, now, by, own)
	return b.follow(tx, now, c), nil
}

// handoffPrefix is how the ids of overrides begin that are there only until somebody accepts.
const handoffPrefix = "handoff/"

// heldBorder is how the ids of those begin that wait at one border.
func heldBorder(schedule string, border time.Time) string {
	return handoffPrefix + schedule + "/" + border.UTC().Format(time.RFC3339) + "/"
}

// Settled leaves out what is there only until somebody accepts.
func Settled(all []rotations.Override) []rotations.Override {
	return slices.DeleteFunc(slices.Clone(all),
		func(o rotations.Override) bool { return strings.HasPrefix(o.ID, handoffPrefix) })
}
