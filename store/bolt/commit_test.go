package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// crowd runs fn in many goroutines.
func crowd(n int, fn func(who int)) {
	var all sync.WaitGroup
	for who := range n {
		all.Go(func() { fn(who) })
	}
	all.Wait()
}

// TestCommitsAreShared holds that many who write at a time share commits, and that one
// alone does not wait for others.
func TestCommitsAreShared(t *testing.T) {
	d := openNew(t, Options{})
	for n := range 5 {
		put(t, d, fmt.Sprint(n), "x")
	}
	if s := d.Stats(); s.Updates != 5 || s.Commits != 5 || s.Committing <= 0 {
		t.Errorf("alone: %+v, want 5 commits of 5 updates", s)
	}
	const many, times = 64, 10
	crowd(many, func(who int) {
		for n := range times {
			put(t, d, fmt.Sprintf("%d/%d", who, n), "x")
		}
	})
	s := d.Stats()
	if s.Updates != 5+many*times {
		t.Errorf("%d updates, want %d", s.Updates, 5+many*times)
	}
	if s.Commits > 5+many*times/4 {
		t.Errorf("%d updates of %d goroutines took %d commits", many*times, many, s.Commits-5)
	}
}

// TestCommitIsOver holds what nobody waits for any more after a commit.
func TestCommitIsOver(t *testing.T) {
	d := openNew(t, Options{})
	put(t, d, "a", "1")
	put(t, d, "a", "2")
	id, err := d.read(func(store.Tx) error { return nil })
	if durable := d.queue.durable.Load(); err != nil || durable != int64(id) {
		t.Errorf("transaction %d is shown, %d is known to be durable; error %v", id, durable, err)
	}
	if d.queue.inflight.Load() != nil {
		t.Error("a batch is still in flight")
	}
}

// TestReadingIsNoCommit holds that functions which write nothing, or fail, cost none.
func TestReadingIsNoCommit(t *testing.T) {
	d := openNew(t, Options{})
	put(t, d, "a", "1")
	no := errors.New("no")
	for range 3 {
		if err := d.Update(background, func(tx store.Tx) error {
			_ = tx.Get("a")
			return nil
		}); err != nil {
			t.Error(err)
		}
		if err := d.Update(background, func(tx store.Tx) error {
			tx.Put("a", nil)
			return no
		}); !errors.Is(err, no) {
			t.Errorf("error %v, want %v", err, no)
		}
	}
	if s := d.Stats(); s.Commits != 1 || s.Updates != 7 {
		t.Errorf("%d commits of %d updates, want 1 of 7", s.Commits, s.Updates)
	}
}

// TestRefusalsWait holds that a function which fails because of what is not yet durable
// is answered only when that is: nobody learns what may still be lost.
func TestRefusalsWait(t *testing.T) {
	d := openNew(t, Options{})
	letGo := holdUp(t, d)
	wrote, refused, looked := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	go func() {
		wrote <- d.Update(background, func(tx store.Tx) error {
			tx.Put("a", []byte("1"))
			return nil
		})
	}()
	taken := errors.New("taken")
	for seen := false; !seen; { // until the first has run
		later(t, d, func(tx store.Tx) { seen = tx.Get("a") != nil })
		runtime.Gosched()
	}
	go func() {
		refused <- d.Update(background, func(tx store.Tx) error {
			if tx.Get("a") != nil {
				return taken
			}
			return nil
		})
	}()
	go func() {
		looked <- d.Update(background, func(tx store.Tx) error {
			_ = tx.Get("a")
			return nil
		})
	}()
	for range 1000 {
		runtime.Gosched()
	}
	if w, r, l := len(wrote), len(refused), len(looked); w+r+l > 0 {
		t.Errorf("before the commit %d were told that it was written, %d were refused, %d knew it", w, r, l)
	}
	letGo()
	if err := errors.Join(<-wrote, <-looked); err != nil {
		t.Error(err)
	}
	if err := <-refused; !errors.Is(err, taken) {
		t.Errorf("error %v, want %v", err, taken)
	}
}

// holdUp makes the next commit wait until letGo is called.
func holdUp(t *testing.T, d *DB) (letGo func()) {
	t.Helper()
	wtx, err := d.file.Bolt.Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := wtx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// later runs fn as Update does, and does not wait for the answer.
func later(t *testing.T, d *DB, fn func(store.Tx)) {
	t.Helper()
	_, err := d.run(background, func(tx store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBatchIsBounded holds that functions wait for a place, and not for longer than
// their context, while a batch is full.
func TestBatchIsBounded(t *testing.T) {
	tests := []struct {
		name string
		n    int
		fn   func(n int, tx store.Tx)
	}{
		{"updates", maxUpdates, func(n int, tx store.Tx) { tx.Put(fmt.Sprint(n%10), nil) }},
		{"writes", maxWrites/100 + 1, func(n int, tx store.Tx) {
			for i := range 101 {
				tx.Put(fmt.Sprintf("%d/%d", n, i), nil)
			}
		}},
		{"bytes", 8, func(n int, tx store.Tx) { tx.Put(fmt.Sprint(n), make([]byte, maxBytes/8)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := openNew(t, Options{NoSync: true})
			letGo := holdUp(t, d)
			later(t, d, func(tx store.Tx) { tx.Put("first", nil) })
			for d.queue.inflight.Load() == nil { // its commit waits now
				runtime.Gosched()
			}
			for n := range tt.n {
				later(t, d, func(tx store.Tx) { tt.fn(n, tx) })
			}
			ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
			defer cancel()
			err := d.Update(ctx, func(store.Tx) error {
				t.Error("a function ran though there was no place for it")
				return nil
			})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
			}
			letGo()
			put(t, d, "last", "")
			if s := d.Stats(); s.Commits != 3 {
				t.Errorf("%d commits, want 3", s.Commits)
			}
		})
	}
}

// TestContextEndsLater holds that a function which has run is not abandoned.
func TestContextEndsLater(t *testing.T) {
	d := openNew(t, Options{})
	ctx, cancel := context.WithCancel(background)
	err := d.Update(ctx, func(tx store.Tx) error {
		cancel()
		tx.Put("a", nil)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{"a": ""}, storetest.Content(t, d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestGoexit holds that a function may end its goroutine, as tests do that fail.
func TestGoexit(t *testing.T) {
	d := openNew(t, Options{})
	crowd(10, func(int) {
		_ = d.Update(background, func(tx store.Tx) error {
			tx.Put("a", nil)
			runtime.Goexit()
			return nil
		})
	})
	put(t, d, "b", "")
	if diff := cmp.Diff(map[string]string{"b": ""}, storetest.Content(t, d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTooLong holds that a key which bbolt cannot have is the trouble of its function
// alone.
func TestTooLong(t *testing.T) {
	d := openNew(t, Options{NoSync: true})
	long := strings.Repeat("k", bbolt.MaxKeySize+1)
	crowd(20, func(who int) {
		err := d.Update(background, func(tx store.Tx) error {
			tx.Put(fmt.Sprint(who), nil)
			if who%2 == 0 {
				tx.Put(long, nil)
			}
			return nil
		})
		if (err != nil) != (who%2 == 0) || err != nil && !strings.Contains(err.Error(), "a key of 32769 bytes") {
			t.Errorf("%d: error %v", who, err)
		}
	})
	put(t, d, long[1:], "")
	if n := len(storetest.Content(t, d)); n != 11 {
		t.Errorf("%d keys, want 11", n)
	}
	if err := d.View(background, func(tx store.Tx) error {
		if tx.Get(long) != nil {
			t.Error("a key that is too long is there")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestMisuse holds that mistakes in functions are found when they are made.
func TestMisuse(t *testing.T) {
	d := openNew(t, Options{NoSync: true})
	put(t, d, "a", "")
	var kept store.Tx
	tests := []struct {
		want string
		do   func() error
	}{
		{"store: Put with an empty key", func() error {
			return d.Update(background, func(tx store.Tx) error { tx.Put("", nil); return nil })
		}},
		{"store: writing in a View", func() error {
			return d.View(background, func(tx store.Tx) error { tx.Delete("a"); return nil })
		}},
		{"store: writing while ranging: collect first, then write", func() error {
			return d.Update(background, func(tx store.Tx) error {
				for key := range tx.Range("", "") {
					tx.Delete(key)
				}
				return nil
			})
		}},
		{"store: a Tx was used after its transaction", func() error {
			if err := d.View(background, func(tx store.Tx) error { kept = tx; return nil }); err != nil {
				return err
			}
			kept.Get("a")
			return nil
		}},
	}
	for _, tt := range tests {
		func() {
			defer func() {
				if p := recover(); p != tt.want {
					t.Errorf("panic %v, want %s", p, tt.want)
				}
			}()
			t.Errorf("no panic but error %v, want %s", tt.do(), tt.want)
		}()
	}
	put(t, d, "b", "")
}

// TestCloseAnswersAll closes a store while many write: each write is there or refused.
func TestCloseAnswersAll(t *testing.T) {
	d := openNew(t, Options{})
	var mu sync.Mutex
	answered := map[string]string{}
	crowd(32, func(who int) {
		for n := 0; ; n++ {
			key := fmt.Sprintf("%d/%d", who, n)
			err := d.Update(background, func(tx store.Tx) error {
				tx.Put(key, nil)
				return nil
			})
			if errors.Is(err, store.ErrClosed) {
				return
			}
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			answered[key] = ""
			mu.Unlock()
			if who == 0 && n == 10 {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	if diff := cmp.Diff(answered, reopened(t, d.Path())); diff != "" {
		t.Errorf("(-answered +there):\n%s", diff)
	}
}

// TestFailStop takes the file away under a store. All who wait are told that nobody
// knows, and all who come later.
func TestFailStop(t *testing.T) {
	d, err := Open(filepath.Join(t.TempDir(), "oncalm.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() // with an error, since there is no file
	put(t, d, "a", "1")
	letGo := holdUp(t, d)
	errs := make(chan error)
	for n := range 10 {
		go func() {
			errs <- d.Update(background, func(tx store.Tx) error {
				tx.Put(fmt.Sprint(n), nil)
				return nil
			})
		}()
	}
	for d.queue.updates.Load() < 11 {
		runtime.Gosched()
	}
	if err := d.file.OS.Close(); err != nil {
		t.Fatal(err)
	}
	letGo()
	for range 10 {
		if err := <-errs; !errors.Is(err, store.ErrUnknownOutcome) || !strings.HasPrefix(err.Error(), d.Path()) {
			t.Errorf("error %v, want %v", err, store.ErrUnknownOutcome)
		}
	}
	<-d.Failed()
	if err := d.Update(background, func(store.Tx) error { return nil }); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("later: error %v, want %v", err, store.ErrUnknownOutcome)
	}
	if diff := cmp.Diff(map[string]string{"a": "1"}, storetest.Content(t, d)); diff != "" {
		t.Errorf("a View after that (-want +got):\n%s", diff)
	}
}
