// Package store keeps what Oncalm must not forget: ordered key-value pairs,
// changed in transactions.
//
// The model is one flat, ordered space of keys (see [Key] for how they are
// built). Everything that changes is changed inside [Store.Update]: the function
// given to it reads and writes through its [Tx], and when Update returns nil, all
// of its writes are durable together. The function may run more than once, so it
// must not have effects other than through its Tx: that is the honest common
// contract of an engine that groups commits and of one that retries an optimistic
// transaction.
//
// The store has one key of its own:
//
//	schema    the version of the layout of all other keys (see [Migrate])
//
// Engines are sibling packages ([github.com/oncalm/oncalm/store/bolt] keeps one
// file on one machine). Each passes the contract of
// [github.com/oncalm/oncalm/store/storetest].
package store

import (
	"context"
	"iter"
)

// A Store is a durable, ordered key-value space for many concurrent users.
//
// Functions given to it must not use the Store themselves, and should be short: an
// engine may run them one at a time. If a function panics, its caller does, and
// nothing is written.
type Store interface {
	// View runs fn on a consistent snapshot. fn must not write.
	//
	// If ctx has ended before fn starts, View returns its error and does not run fn.
	// The same holds for Update.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn in a transaction, isolated from all others as if they ran one
	// after another. If fn returns an error nothing is written and Update returns
	// that error. A nil result means that the writes are durable. fn may run more
	// than once; values that it sets outside are those of its last run.
	//
	// Errors other than fn's own and that of ctx wrap [ErrFull],
	// [ErrUnknownOutcome], [ErrClosed] or [ErrDamaged], or say that a key or a value
	// is too long for the engine.
	Update(ctx context.Context, fn func(Tx) error) error

	// Close waits for running transactions and releases the store. Later calls of
	// the other methods return [ErrClosed]; those of Close do nothing.
	Close() error
}

// A Tx is one transaction. It is valid only inside the function that got it, and
// only for one goroutine. Values returned are valid until the function returns and
// must not be changed; values given to Put must not be changed afterwards.
type Tx interface {
	// Get returns the value of key, or nil if it is absent. A present, empty value
	// is not nil. A value that was damaged on the disk is absent, here and in Range: it
	// is never returned as if it were right, and the engine says that it is damaged.
	Get(key string) []byte
	// Put sets key to val. The key must not be empty; a nil val is an empty one.
	Put(key string, val []byte)
	// Delete removes key, if it is there.
	Delete(key string)
	// Range yields the pairs with from <= key < to in order of their keys' bytes;
	// an empty to means no upper bound. It sees what the transaction has written. It
	// is lazy. Writing while ranging is not allowed: collect first, then write.
	Range(from, to string) iter.Seq2[string, []byte]
}
