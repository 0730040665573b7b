package storetest

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/oncalm/oncalm/store"
)

// engine is a store in memory as one on a cluster works: a function reads a snapshot and
// notes what it has read, and its writes count only if nothing of that has changed
// since; otherwise it runs again. Each fault takes one thing away that the contract
// promises.
type engine struct {
	fault string

	mu      sync.Mutex
	data    map[string]item
	version int
	closed  bool
	running sync.WaitGroup
}

// item is a value with the version that it came with. A deleted key keeps its item.
type item struct {
	val     []byte // nil: deleted
	version int
}

// faults names the faults of an engine, and the checks that each must not pass.
func faults() map[string][]string {
	return map[string][]string{
		"lost updates": {"lost updates", "write skew", "phantoms", "transfers", "failures among many"},
		"no guards":    {"write skew"},
		"no ranges":    {"phantoms"},
		"dirty writes": {"model", "failures", "failures among many", "panics"},
		"dirty views":  {"snapshots", "transfers"},
		"late":         {"own writes are visible"},
		"blind":        {"model", "ranges"},
		"inclusive":    {"model", "ranges"},
		"nil":          {"model", "gets"},
		"deaf":         {"ended contexts"},
		"open for all": {"close"},
		"no waiting":   {"close waits"},
	}
}

func newEngine(fault string) *engine { return &engine{fault: fault, data: map[string]item{}} }

func (e *engine) begin(ctx context.Context) (*engineTx, error) {
	if err := ctx.Err(); err != nil && e.fault != "deaf" {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed && e.fault != "open for all" {
		return nil, store.ErrClosed
	}
	e.running.Add(1)
	tx := &engineTx{fault: e.fault, snapshot: maps.Clone(e.data), writes: map[string][]byte{}}
	if e.fault == "dirty views" {
		tx.snapshot = e.data
	}
	return tx, nil
}

func (e *engine) View(ctx context.Context, fn func(store.Tx) error) error {
	tx, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer e.running.Done()
	if e.fault == "dirty views" {
		tx.lock = &e.mu
	}
	return fn(tx)
}

func (e *engine) Update(ctx context.Context, fn func(store.Tx) error) error {
	for {
		done, err := e.attempt(ctx, fn)
		if done || err != nil {
			return err
		}
	}
}

func (e *engine) attempt(ctx context.Context, fn func(store.Tx) error) (done bool, err error) {
	tx, err := e.begin(ctx)
	if err != nil {
		return false, err
	}
	defer e.running.Done()
	if e.fault == "dirty views" {
		e.mu.Lock()
		tx.snapshot = maps.Clone(e.data)
		e.mu.Unlock()
	}
	if e.fault == "dirty writes" {
		defer func() { e.commit(tx) }()
	}
	if err := fn(tx); err != nil {
		return false, err
	}
	runtime.Gosched()
	if e.fault == "late" {
		e.running.Go(func() {
			runtime.Gosched()
			e.commit(tx)
		})
		return true, nil
	}
	return e.commit(tx), nil
}

// commit writes, unless what was read has changed.
func (e *engine) commit(tx *engineTx) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, read := range tx.reads {
		_, own := tx.writes[key]
		if e.data[key].version != read && e.fault != "lost updates" && (own || e.fault != "no guards") {
			return false
		}
	}
	for _, r := range tx.ranges {
		if e.fault != "no ranges" && e.fault != "lost updates" && !slices.Equal(r.keys, keysBetween(e.data, r.from, r.to)) {
			return false
		}
	}
	e.version++
	for key, val := range tx.writes {
		e.data[key] = item{val, e.version}
	}
	return true
}

func (e *engine) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	if e.fault != "no waiting" {
		e.running.Wait()
	}
	return nil
}

type engineTx struct {
	fault    string
	lock     *sync.Mutex // of the data, if the snapshot is none
	snapshot map[string]item
	writes   map[string][]byte
	reads    map[string]int
	ranges   []readRange
}

type readRange struct {
	from, to string
	keys     []string
}

func keysBetween(data map[string]item, from, to string) (keys []string) {
	for key, it := range data {
		if it.val != nil && key >= from && (to == "" || key < to) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (tx *engineTx) Get(key string) []byte {
	if val, ok := tx.writes[key]; ok {
		return val
	}
	if tx.lock != nil {
		tx.lock.Lock()
		defer tx.lock.Unlock()
	}
	it := tx.snapshot[key]
	if tx.reads == nil {
		tx.reads = map[string]int{}
	}
	tx.reads[key] = it.version
	return it.val
}

func (tx *engineTx) Put(key string, val []byte) {
	tx.writes[key] = append([]byte{}, val...)
	if tx.fault == "nil" && len(val) == 0 {
		tx.writes[key] = nil
	}
}

func (tx *engineTx) Delete(key string) { tx.writes[key] = nil }

func (tx *engineTx) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		seen := tx.view()
		tx.ranges = append(tx.ranges, readRange{from, to, keysBetween(seen, from, to)})
		for key, val := range tx.writes {
			if tx.fault != "blind" {
				seen[key] = item{val: val}
			}
		}
		if tx.fault == "inclusive" && to != "" {
			to += "\x00"
		}
		for _, key := range keysBetween(seen, from, to) {
			val := tx.Get(key)
			if tx.fault == "blind" {
				val = seen[key].val
			}
			if !yield(key, bytes.Clone(val)) {
				return
			}
		}
	}
}

// view is what the transaction reads from, without its writes.
func (tx *engineTx) view() map[string]item {
	if tx.lock != nil {
		tx.lock.Lock()
		defer tx.lock.Unlock()
	}
	return maps.Clone(tx.snapshot)
}
