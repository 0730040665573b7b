package overrides

import (
	"errors"
	"slices"
	"time"

	"github.com/oncalm/oncalm/store"
)

// Answer is what somebody says who was asked. What comes of it is in the change: [Accepted], [Declined], and of those who
// accept too late [Expired] or [Voided]. Errors: [ErrNoQuestion], [ErrNotAsked], [ErrAccepted], [ErrTaken], [ErrWithdrawn],
// [ErrTooLate], and those of [Book.Make].
func (b *Book) Answer(tx store.Tx, now time.Time, by, id string, accept bool) (Change, error) {
	a, ok := Asked(tx, id)
	switch {
	case !ok:
		return Change{}, ErrNoQuestion
	case !slices.Contains(a.Asked, by):
		return Change{}, ErrNotAsked
	case a.State == AskTaken && a.Taken == by:
		return Change{}, ErrAccepted
	case a.State == AskTaken:
		return Change{}, ErrTaken
	case a.State == AskWithdrawn:
		return Change{}, ErrWithdrawn
	case !a.waits():
		return Change{}, ErrTooLate
	case !accept:
		return b.decline(tx, now, by, a), nil
	}
	return b.accept(tx, now, by, a)
}

func (b *Book) accept(tx store.Tx, now time.Time, by string, a Ask) (Change, error) {
	if a.How == HowSwap && !b.unchanged(tx, a.Plan) {
		return b.end(tx, now, by, a, AskVoid, Voided), nil
	}
	made, err := b.add(tx, now, a.By, a.Change, a.How, a.agreed(by))
	if errors.Is(err, ErrOver) {
		return b.end(tx, now, by, a, AskExpired, Expired), nil
	}
	if err != nil {
		return Change{}, err
	}
	a.State, a.Taken = AskTaken, by
	a.save(tx)
	return b.follow(tx, now, Change{
		What: Accepted, ID: a.Change, By: by, Ask: &a, Overrides: made, Before: b.heldBefore(tx, now, made, made...),
	}), nil
}

func (b *Book) decline(tx store.Tx, now time.Time, by string, a Ask) Change {
	if !slices.Contains(a.Declined, by) {
		a.Declined = append(a.Declined, by)
	}
	state := AskOpen
	if len(a.Declined) == len(a.Asked) {
		state = AskDeclined
	}
	return b.end(tx, now, by, a, state, Declined)
}

// end moves an ask on to a state in which nothing was agreed.
func (b *Book) end(tx store.Tx, now time.Time, by string, a Ask, state State, what What) Change {
	a.State = state
	a.save(tx)
	return b.follow(tx, now, Change{What: what, ID: a.Change, By: by, Ask: &a})
}

// Withdraw takes a question back that nobody has accepted, for whoever asked. Errors: [ErrNoQuestion], [ErrNotYours],
// [ErrTaken], [ErrNoChange].
func (b *Book) Withdraw(tx store.Tx, now time.Time, by, id string) (Change, error) {
	a, ok := Asked(tx, id)
	switch {
	case !ok:
		return Change{}, ErrNoQuestion
	case a.By != by:
		return Change{}, ErrNotYours
	case a.State == AskTaken:
		return Change{}, ErrTaken
	case !a.waits():
		return Change{}, ErrNoChange
	}
	return b.end(tx, now, by, a, AskWithdrawn, Withdrawn), nil
}
