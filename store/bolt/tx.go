package bolt

import (
	"fmt"
	"iter"
	"unsafe"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/layout"
)

// tx is a transaction as its function sees it: the writes of the function itself,
// over those of the open batch, over those of the batch in flight, over the file.
type tx struct {
	layers [3]pairs // newest first; the first are the function's own writes
	bucket *bbolt.Bucket
	cursor *bbolt.Cursor // of all Gets: a new one each time makes four objects

	writable bool
	over     bool
	ranging  int            // Ranges that are being walked
	reading  bool           // in bbolt's hands: a panic now is about the file, not the function
	err      error          // the first write that cannot be
	file     *datafile.File // is told of damage
}

// run calls fn on what rtx shows. A panic while the file is read becomes an error;
// fn's own goes on.
func (t *tx) run(rtx *bbolt.Tx, fn func(store.Tx) error) (err error) {
	defer func() {
		t.over = true
		if t.reading {
			if p := recover(); p != nil {
				err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
			}
		}
	}()
	t.reading = true
	t.bucket = layout.Records(rtx)
	t.cursor = t.bucket.Cursor()
	t.reading = false
	if err := fn(t); err != nil {
		return err
	}
	return t.err
}

// Get implements [store.Tx].
func (t *tx) Get(key string) []byte {
	t.check()
	for i := range t.layers {
		if val, ok := t.layers[i].get(key); ok {
			return val
		}
	}
	t.reading = true
	found, sealed := t.cursor.Seek(bytesOf(key))
	if found == nil {
		t.reading = false
		return nil
	}
	val, ok := layout.Unseal(found, sealed)
	t.reading = false
	if !ok { // if it is another key, it may be this one with a bit that flipped
		t.file.DamagedValue(found)
		return nil
	}
	if string(found) != key {
		return nil
	}
	return val
}

// Put implements [store.Tx].
func (t *tx) Put(key string, val []byte) {
	if val == nil {
		val = []byte{} // in a layer nil means deleted
	}
	switch {
	case len(key) == 0:
		panic("store: Put with an empty key")
	case len(key) > bbolt.MaxKeySize:
		t.refuse(fmt.Errorf("store: a key of %d bytes (%.40q…), more than %d", len(key), key, bbolt.MaxKeySize))
	case len(val) > bbolt.MaxValueSize:
		t.refuse(fmt.Errorf("store: a value of %d bytes for %q, more than %d", len(val), key, bbolt.MaxValueSize))
	default:
		t.write(key, val)
	}
}

// Delete implements [store.Tx].
func (t *tx) Delete(key string) { t.write(key, nil) }

func (t *tx) write(key string, val []byte) {
	t.check()
	if !t.writable {
		panic("store: writing in a View")
	}
	if t.ranging > 0 {
		panic("store: writing while ranging: collect first, then write")
	}
	t.layers[0] = t.layers[0].set(key, val)
}

// refuse makes the transaction fail, and it alone.
func (t *tx) refuse(err error) {
	if t.err == nil {
		t.err = err
	}
}

// check stops functions that keep their Tx.
func (t *tx) check() {
	if t.over {
		panic("store: a Tx was used after its transaction")
	}
}

// Range implements [store.Tx].
func (t *tx) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		t.check()
		t.ranging++
		defer func() { t.ranging-- }()
		m := merge{t: t, to: to}
		for i := range t.layers {
			m.layers[i] = t.layers[i].between(from, to)
		}
		m.seek(from)
		for {
			key, val, ok := m.next()
			if !ok || !yield(key, val) {
				return
			}
			t.check()
		}
	}
}

// merge walks the layers and the file side by side.
type merge struct {
	t      *tx
	to     string
	layers [3]pairs // what is still to come of each
	cursor *bbolt.Cursor
	key    []byte // where the cursor stands; nil at the end
	val    []byte
}

func (m *merge) seek(from string) {
	m.t.reading = true
	m.cursor = m.t.bucket.Cursor()
	m.stand(m.cursor.Seek(bytesOf(from)))
	m.t.reading = false
}

func (m *merge) advance() {
	m.t.reading = true
	m.stand(m.cursor.Next())
	m.t.reading = false
}

// stand takes what the cursor shows, or what follows if that is damaged.
func (m *merge) stand(key, sealed []byte) {
	for ; key != nil && (m.to == "" || string(key) < m.to); key, sealed = m.cursor.Next() {
		if val, ok := layout.Unseal(key, sealed); ok {
			m.key, m.val = key, val
			return
		}
		m.t.file.DamagedValue(key)
	}
	m.key, m.val = nil, nil
}

// next returns the next pair that is not deleted.
func (m *merge) next() (key string, val []byte, ok bool) {
	for {
		newest := m.newest()
		if newest == nil {
			if m.key == nil {
				return "", nil, false
			}
			key, val = string(m.key), m.val
			m.advance()
			return key, val, true
		}
		m.pass(newest.key)
		if newest.val != nil {
			return newest.key, newest.val, true
		}
	}
}

// newest is the write that comes next; nil if the file's pair comes before it.
func (m *merge) newest() *pair {
	var first *pair
	for i := range m.layers {
		if l := m.layers[i]; len(l) > 0 && (first == nil || l[0].key < first.key) {
			first = &l[0]
		}
	}
	if first != nil && m.key != nil && string(m.key) < first.key {
		return nil
	}
	return first
}

// pass leaves key behind, in the layers and in the file.
func (m *merge) pass(key string) {
	for i := range m.layers {
		if l := m.layers[i]; len(l) > 0 && l[0].key == key {
			m.layers[i] = l[1:]
		}
	}
	if m.key != nil && string(m.key) == key {
		m.advance()
	}
}

// bytesOf is s as bytes, for those who only read them.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
