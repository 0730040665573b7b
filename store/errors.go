package store

import (
	"errors"
	"fmt"
)

var (
	// ErrFull says that there was no space left to write. Nothing was written; the
	// store goes on working and takes writes again when space has returned.
	ErrFull = errors.New("no space left for the store")

	// ErrUnknownOutcome says that a commit failed in a way that leaves open whether
	// its writes are durable. The engine refuses everything afterwards: the process
	// must stop and start again, to read what is really there.
	ErrUnknownOutcome = errors.New("the store could not tell whether its last write is durable")

	// ErrGone says that the file of the store was removed, replaced or cut while it was
	// in use. It comes with [ErrUnknownOutcome].
	ErrGone = errors.New("the store's file is not where it was")

	// ErrMissing says that there was a store, and is none any more.
	ErrMissing = errors.New("the store is missing")

	// ErrClosed says that the store was closed before or while it was asked.
	ErrClosed = errors.New("the store is closed")

	// ErrDamaged says that what is on disk is not a readable store.
	ErrDamaged = errors.New("the store is damaged")

	// ErrInUse says that another process holds the store.
	ErrInUse = errors.New("the store is in use")

	// ErrNewer says that the store was written by a newer version of the program.
	ErrNewer = errors.New("the store was written by a newer version")
)

// InUse is the error for a store held by another process. It wraps [ErrInUse].
type InUse struct {
	Path string
	PID  int // 0 if unknown
}

func (e *InUse) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is in use by another process", e.Path)
	}
	return fmt.Sprintf("%s is in use (pid %d)", e.Path, e.PID)
}

// Unwrap makes errors.Is(err, ErrInUse) true.
func (e *InUse) Unwrap() error { return ErrInUse }

// Newer is the error for a store whose schema this program does not know. It wraps
// [ErrNewer].
type Newer struct {
	Has   int // the version of the store
	Knows int // the last version that this program knows
}

func (e *Newer) Error() string { return fmt.Sprintf("store v%d, binary knows v%d", e.Has, e.Knows) }

// Unwrap makes errors.Is(err, ErrNewer) true.
func (e *Newer) Unwrap() error { return ErrNewer }
