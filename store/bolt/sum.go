package bolt

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// In the file a checksum of the key and the value stands behind each value. A bit that
// flips on the disk is noticed when the value is read, and one in a key never makes it the
// value of another.

// sumSize is how many bytes a checksum takes.
const sumSize = 4

// sumOf is the checksum (CRC-32C) of a pair. It begins with the length of the key, so that
// the border between key and value counts, too.
func sumOf(key, val []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Update(uint32(len(key)), table, key), table, val)
}

// seal appends a value and its checksum to b, and returns b and what was appended.
func seal(b, key, val []byte) (longer, sealed []byte) {
	n := len(b)
	b = append(b, val...)
	b = binary.LittleEndian.AppendUint32(b, sumOf(key, val))
	return b, b[n:len(b):len(b)]
}

// unseal returns the value that was sealed for a key; false if it is not that any more.
func unseal(key, sealed []byte) (val []byte, ok bool) {
	n := len(sealed) - sumSize
	if n < 0 || binary.LittleEndian.Uint32(sealed[n:]) != sumOf(key, sealed[:n]) {
		return nil, false
	}
	return sealed[:n:n], true
}

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
	if m.keys[string(key)] || len(m.keys) >= maxProblems {
		return
	}
	if m.keys == nil {
		m.keys = map[string]bool{}
	}
	m.keys[string(key)] = true
	m.any.Store(true)
	if m.say != nil {
		m.say("the value of " + string(key) + " does not fit its checksum, and is taken for absent")
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
func (m *wounds) written(writes pairs) {
	if !m.any.Load() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range writes {
		delete(m.keys, w.key)
	}
	m.any.Store(len(m.keys) > 0 || m.file != "")
}

// all lists the keys, and what is wrong with the pages.
func (m *wounds) all() (keys []string, file string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.keys)), m.file
}
