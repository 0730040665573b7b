package bot

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/oncalm/oncalm/store"
)

// memory is a store that forgets. What it does with transactions is what every engine does, which storetest holds; here it
// keeps hundreds of small tests off the disk.
type memory struct {
	mu   sync.Mutex
	keys []string // in order
	vals map[string][]byte
}

func newMemory() *memory { return &memory{vals: map[string][]byte{}} }

func (m *memory) Close() error { return nil }

func (m *memory) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	tx := &memoryTx{keys: slices.Clip(m.keys), vals: m.vals, writes: map[string][]byte{}}
	defer m.mu.Unlock()
	return fn(tx)
}

func (m *memory) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{keys: m.keys, vals: m.vals, writes: map[string][]byte{}}
	// The contract allows to run it more than once: who counts on once shall fail here.
	if err := fn(tx); err != nil {
		return err
	}
	tx = &memoryTx{keys: m.keys, vals: m.vals, writes: map[string][]byte{}}
	if err := fn(tx); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(tx.writes)) {
		at, there := slices.BinarySearch(m.keys, k)
		switch val := tx.writes[k]; {
		case val == nil && there:
			m.keys = slices.Delete(slices.Clone(m.keys), at, at+1)
			delete(m.vals, k)
		case val != nil && !there:
			m.keys = slices.Insert(slices.Clone(m.keys), at, k)
			m.vals[k] = val
		case val != nil:
			m.vals[k] = val
		}
	}
	return nil
}

type memoryTx struct {
	keys   []string
	vals   map[string][]byte
	writes map[string][]byte // nil: deleted
}

func (tx *memoryTx) Get(key string) []byte {
	if val, ok := tx.writes[key]; ok {
		return val
	}
	return tx.vals[key]
}

func (tx *memoryTx) Put(key string, val []byte) {
	if val == nil {
		val = []byte{}
	}
	tx.writes[key] = val
}

func (tx *memoryTx) Delete(key string) { tx.writes[key] = nil }

func (tx *memoryTx) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		all := tx.keys
		if len(tx.writes) > 0 {
			all = slices.Concat(all, slices.Collect(maps.Keys(tx.writes)))
			slices.Sort(all)
			all = slices.Compact(all)
		}
		at, _ := slices.BinarySearch(all, from)
		for _, k := range all[at:] {
			if to != "" && k >= to {
				return
			}
			if val := tx.Get(k); val != nil && !yield(k, val) {
				return
			}
		}
	}
}
