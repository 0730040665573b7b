package storetest

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/oncalm/oncalm/store"
)

// Memory returns a store that forgets everything with the process. It keeps the
// contract and is as simple as can be: a commit copies all there is. It is also what tests of other packages use where the
// disk does not matter.
func Memory() store.Store { return &memory{} }

type memory struct {
	turn    sync.Mutex // held while a function of Update runs
	mu      sync.Mutex // guards the rest
	data    []entry    // in order of keys; replaced, never changed
	closed  bool
	running sync.WaitGroup
}

type entry struct {
	key string
	val []byte
}

// View implements [store.Store].
func (m *memory) View(ctx context.Context, fn func(store.Tx) error) error {
	_, err := m.run(ctx, fn)
	return err
}

// Update implements [store.Store]. Functions run one at a time. Those of View run beside them, on the data of before, which
// nobody changes.
func (m *memory) Update(ctx context.Context, fn func(store.Tx) error) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	after, err := m.run(ctx, fn)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data = after
	return nil
}

// run runs fn on what is there, and returns what fn has made of it.
func (m *memory) run(ctx context.Context, fn func(store.Tx) error) (after []entry, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, store.ErrClosed
	}
	// under the lock, so that Close waits for all that were not refused
	m.running.Add(1)
	defer m.running.Done()
	tx := &memoryTx{data: m.data}
	m.mu.Unlock()
	err = fn(tx)
	return tx.data, err
}

// Close implements [store.Store].
func (m *memory) Close() error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.running.Wait()
	return nil
}

// memoryTx is a transaction: it shares the data until it writes.
type memoryTx struct {
	data []entry
	own  bool // data is a copy
}

func (tx *memoryTx) find(key string) (at int, there bool) {
	return slices.BinarySearchFunc(tx.data, key, func(e entry, key string) int { return strings.Compare(e.key, key) })
}

// Get implements [store.Tx].
func (tx *memoryTx) Get(key string) []byte {
	if at, there := tx.find(key); there {
		return tx.data[at].val
	}
	return nil
}

// Put implements [store.Tx].
func (tx *memoryTx) Put(key string, val []byte) {
	if key == "" {
		panic("store: Put with an empty key")
	}
	if val == nil {
		val = []byte{}
	}
	tx.copy()
	at, there := tx.find(key)
	if there {
		tx.data[at].val = val
		return
	}
	tx.data = slices.Insert(tx.data, at, entry{key, val})
}

// Delete implements [store.Tx].
func (tx *memoryTx) Delete(key string) {
	tx.copy()
	if at, there := tx.find(key); there {
		tx.data = slices.Delete(tx.data, at, at+1)
	}
}

func (tx *memoryTx) copy() {
	if !tx.own {
		tx.data, tx.own = slices.Clone(tx.data), true
	}
}

// Range implements [store.Tx]. The loop keeps the data of its beginning. That is enough, since the contract forbids to
// write meanwhile.
func (tx *memoryTx) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		at, _ := tx.find(from)
		for _, e := range tx.data[at:] {
			if to != "" && e.key >= to || !yield(e.key, e.val) {
				return
			}
		}
	}
}
