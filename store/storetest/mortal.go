package storetest

import (
	"context"
	"errors"
	"sync"

	"github.com/oncalm/oncalm/store"
)

// ErrDead is the error of every change after a [Mortal] has died.
var ErrDead = errors.New("killed")

// A Mortal is a store whose process dies at a commit: it is not made, or nobody hears that it was.
type Mortal struct {
	store.Store
	killed func()

	mu    sync.Mutex
	left  int // commits until then; less than 0: it lives
	heard bool
	dead  bool
}

// NewMortal returns a store that dies after so many commits, and calls killed then; less than 0: it lives. If heard, the commit at which
// it dies is made all the same.
func NewMortal(s store.Store, commits int, heard bool, killed func()) *Mortal {
	return &Mortal{Store: s, left: commits, heard: heard, killed: killed}
}

// Die has it die after so many commits more.
func (m *Mortal) Die(commits int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = commits
}

// Died reports whether it has died.
func (m *Mortal) Died() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead
}

// Update implements [store.Store].
func (m *Mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	m.mu.Lock()
	if m.dead {
		m.mu.Unlock()
		return ErrDead
	}
	if m.left == 0 {
		m.dead = true
		heard := m.heard
		m.mu.Unlock()
		if heard {
			_ = m.Store.Update(ctx, fn)
		}
		m.killed()
		return ErrDead
	}
	m.left--
	m.mu.Unlock()
	return m.Store.Update(ctx, fn)
}
