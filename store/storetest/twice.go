package storetest

import (
	"context"
	"errors"

	"github.com/oncalm/oncalm/store"
)

// errAgain throws the first run of a function away.
var errAgain = errors.New("once more")

// Twice returns s with one difference: each Update runs its function one time more,
// and throws what it did the first time away. A function that has effects other than
// through its Tx shows itself. The error of the first run is of no account, since the second has the same to say.
func Twice(s store.Store) store.Store { return twice{s} }

type twice struct{ store.Store }

// Update implements [store.Store].
func (s twice) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		_ = fn(tx) // the next run will say the same
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err
	}
	return s.Store.Update(ctx, fn)
}
