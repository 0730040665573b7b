package bolt

import (
	"slices"
	"sort"
)

// pair is a write: val is the new value of key, nil if the key is deleted.
type pair struct {
	key string
	val []byte
}

// pairs are writes in order of their keys, one for each key.
type pairs []pair

// seek is the index of the first pair with that key or a greater one.
func (p pairs) seek(key string) int {
	return sort.Search(len(p), func(i int) bool { return p[i].key >= key })
}

// get returns what was written to key, if anything was.
func (p pairs) get(key string) (val []byte, ok bool) {
	if i := p.seek(key); i < len(p) && p[i].key == key {
		return p[i].val, true
	}
	return nil, false
}

// between returns the part with from <= key < to; an empty to is no bound.
func (p pairs) between(from, to string) pairs {
	p = p[p.seek(from):]
	if to != "" {
		p = p[:p.seek(to)]
	}
	return p
}

// set returns p with one more write.
func (p pairs) set(key string, val []byte) pairs {
	if n := len(p); n == 0 || p[n-1].key < key {
		return append(p, pair{key, val})
	}
	i := p.seek(key)
	if p[i].key == key {
		p[i].val = val
		return p
	}
	return slices.Insert(p, i, pair{key, val})
}

// merge returns p with the later writes q. It changes p and leaves q alone.
func (p pairs) merge(q pairs) pairs {
	i, fresh := 0, 0
	for _, w := range q { // first those that p has already
		i += p[i:].seek(w.key)
		if i < len(p) && p[i].key == w.key {
			p[i].val = w.val
		} else {
			fresh++
		}
	}
	i = len(p) // then the others, from the back, into the gap that opens
	p = slices.Grow(p, fresh)[:i+fresh]
	for j := len(q) - 1; fresh > 0; j-- {
		at := p[:i].seek(q[j].key)
		if at < i && p[at].key == q[j].key {
			continue
		}
		copy(p[at+fresh:], p[at:i])
		fresh--
		p[at+fresh] = q[j]
		i = at
	}
	return p
}

// keys yields the keys that were written.
func (p pairs) keys(yield func(string) bool) {
	for i := range p {
		if !yield(p[i].key) {
			return
		}
	}
}

// size is about the number of bytes that p puts into the file.
func (p pairs) size() (n int) {
	for i := range p {
		n += len(p[i].key) + len(p[i].val)
	}
	return n
}
