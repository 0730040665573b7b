package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// hasty is the control of the kill test: a store that says yes at once and writes a
// little later, as programs do that trust their luck.
type hasty struct {
	store.Store
	mu      sync.Mutex
	pending map[string][]byte // not written yet; nil is deleted
}

func (h *hasty) View(ctx context.Context, fn func(store.Tx) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Store.View(ctx, func(tx store.Tx) error { return fn(&hastyTx{tx, h.pending}) })
}

func (h *hasty) Update(ctx context.Context, fn func(store.Tx) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	mine := maps.Clone(h.pending)
	err := h.Store.View(ctx, func(tx store.Tx) error { return fn(&hastyTx{tx, mine}) })
	if err == nil {
		h.pending = mine
	}
	return err
}

// write writes what is pending from time to time, for ever.
func (h *hasty) write(each time.Duration) {
	for {
		time.Sleep(each)
		h.mu.Lock()
		err := h.Store.Update(context.Background(), func(tx store.Tx) error {
			for k, v := range h.pending {
				if v == nil {
					tx.Delete(k)
				} else {
					tx.Put(k, v)
				}
			}
			return nil
		})
		if err == nil {
			clear(h.pending)
		}
		h.mu.Unlock()
	}
}

type hastyTx struct {
	below   store.Tx
	pending map[string][]byte
}

func (t *hastyTx) Get(key string) []byte {
	if v, ok := t.pending[key]; ok {
		return v
	}
	return t.below.Get(key)
}

func (t *hastyTx) Put(key string, val []byte) { t.pending[key] = val }
func (t *hastyTx) Delete(key string)          { t.pending[key] = nil }

func (t *hastyTx) Range(from, to string) iter.Seq2[string, []byte] {
	all := maps.Collect(t.below.Range(from, to))
	for k, v := range t.pending {
		if k >= from && (to == "" || k < to) {
			all[k] = v
		}
	}
	return func(yield func(string, []byte) bool) {
		for _, k := range slices.Sorted(maps.Keys(all)) {
			if v := all[k]; v != nil && !yield(k, v) {
				return
			}
		}
	}
}

// hastyMain is serve on a hasty store.
func hastyMain() int {
	return testMain(bolt.Options{}, outside{}, func(s store.Store) store.Store { return newHasty(s, 20*time.Millisecond) })
}

// newHasty makes a store that writes each so often.
func newHasty(s store.Store, each time.Duration) *hasty {
	h := &hasty{Store: s, pending: map[string][]byte{}}
	go h.write(each)
	return h
}

// testMain is serve on a store that is opened otherwise, and changed, between other things than usual.
func testMain(o bolt.Options, between outside, change func(store.Store) store.Store) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &cli.Session{Env: os.LookupEnv, Now: time.Now(), Stdout: os.Stdout, Stderr: os.Stderr}
	cfg, err := s.Load(os.Args[len(os.Args)-1])
	if err != nil {
		return s.Fail(err)
	}
	db, err := cli.OpenStore(ctx, cfg.Store, o)
	if err != nil {
		return s.Fail(err)
	}
	h, err := openHouse(cfg, db, change(db), slog.New(slog.NewJSONHandler(os.Stderr, nil)), between)
	if err != nil {
		return s.Fail(err)
	}
	return s.Fail(errors.Join(h.live(ctx, db.Failed()), db.Close()))
}

// pinnedMain is serve with all commits on one thread.
func pinnedMain() int {
	return testMain(bolt.Options{Pinned: true}, outside{}, func(s store.Store) store.Store { return s })
}
