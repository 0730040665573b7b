package replay

import (
	"context"
	"iter"
	"slices"

	"github.com/oncalm/oncalm/store"
)

// scratch is a store in memory for one goroutine, which is thrown away in the end. A replay makes and drops thousands of
// keys, and nothing of it has to outlive the process.
type scratch struct {
	vals map[string][]byte
	keys []string // in order
	undo []func() // what the running transaction has done
}

// newScratch is an empty one.
func newScratch() *scratch { return &scratch{vals: map[string][]byte{}} }

// View implements [store.Store].
func (s *scratch) View(_ context.Context, fn func(store.Tx) error) error { return fn(s) }

// Update implements [store.Store].
func (s *scratch) Update(_ context.Context, fn func(store.Tx) error) error {
	s.undo = s.undo[:0]
	err := fn(s)
	if err != nil {
		for _, undo := range slices.Backward(s.undo) {
			undo()
		}
	}
	return err
}

// Close implements [store.Store].
func (s *scratch) Close() error { return nil }

// Get implements [store.Tx].
func (s *scratch) Get(key string) []byte { return s.vals[key] }

// Put implements [store.Tx].
func (s *scratch) Put(key string, val []byte) {
	if val == nil {
		val = []byte{}
	}
	old, was := s.vals[key]
	s.undo = append(s.undo, func() { s.set(key, old, was) })
	s.set(key, val, true)
}

// Delete implements [store.Tx].
func (s *scratch) Delete(key string) {
	if old, was := s.vals[key]; was {
		s.undo = append(s.undo, func() { s.set(key, old, true) })
		s.set(key, nil, false)
	}
}

// set writes or deletes a key, and keeps the list of keys in order.
func (s *scratch) set(key string, val []byte, is bool) {
	at, was := slices.BinarySearch(s.keys, key)
	switch {
	case is && !was:
		s.keys = slices.Insert(s.keys, at, key)
	case !is && was:
		s.keys = slices.Delete(s.keys, at, at+1)
	}
	if is {
		s.vals[key] = val
	} else {
		delete(s.vals, key)
	}
}

// Range implements [store.Tx].
func (s *scratch) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		at, _ := slices.BinarySearch(s.keys, from)
		for _, key := range s.keys[at:] {
			if to != "" && key >= to || !yield(key, s.vals[key]) {
				return
			}
		}
	}
}
