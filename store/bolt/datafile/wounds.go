package datafile

import (
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/oncalm/oncalm/store/bolt/pages"
)

// wounds are what was found broken in the file while it was used.
type wounds struct {
	say func(what string) // told of each once; may be nil

	any  atomic.Bool
	mu   sync.Mutex
	keys map[string]bool // of values that do not fit their checksums
	file string          // what is wrong with the pages, the first of it
}

// value notes that the value of a key is damaged.
func (m *wounds) value(key []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[string(key)] || len(m.keys) >= pages.MaxProblems {
		return
	}
	if m.keys == nil {
		m.keys = map[string]bool{}
	}
	m.keys[string(key)] = true
	m.any.Store(true)
	if m.say != nil {
		m.say("the value of " + string(key) + " does not match its checksum, and is taken for absent")
	}
}

// page notes that a page is damaged.
func (m *wounds) page(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file != "" {
		return
	}
	m.file = what
	m.any.Store(true)
	if m.say != nil {
		m.say(what)
	}
}

// written takes note that values were written anew: what was damaged is no more.
func (m *wounds) written(keys iter.Seq[string]) {
	if !m.any.Load() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range keys {
		delete(m.keys, key)
	}
	m.any.Store(len(m.keys) > 0 || m.file != "")
}

// all lists the keys, and what is wrong with the pages.
func (m *wounds) all() (keys []string, file string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.keys)), m.file
}

// take takes over what a check has found.
func (m *wounds) take(b pages.Found) {
	for _, p := range slices.Concat(b.Problems, b.Metas) {
		m.page(p)
	}
	for _, v := range b.Values {
		m.value([]byte(v.Key))
	}
}
