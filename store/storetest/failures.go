package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/oncalm/oncalm/store"
)

// testFailure checks that a function that fails leaves no trace, and that its error
// comes back.
func testFailure(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) {
		tx.Put("a", []byte("1"))
		tx.Put("b", []byte("1"))
	})
	err := s.Update(context.Background(), func(tx store.Tx) error {
		tx.Put("a", []byte("2"))
		tx.Put("c", []byte("2"))
		tx.Delete("b")
		return fmt.Errorf("wrapped: %w", errRefused)
	})
	is(t, "Update whose function fails", err, errRefused)
	err = s.View(context.Background(), func(store.Tx) error { return errRefused })
	is(t, "View whose function fails", err, errRefused)
	holds(t, s, pair{"a", "1"}, pair{"b", "1"})
}

// testFailureAmongMany lets some functions of a crowd fail: they, and only they. An engine that commits the functions of
// many callers together must take those that failed out of the group, without the others.
func testFailureAmongMany(t *testing.T, s store.Store) {
	const hands, times = 8, 40
	crowd(hands, times, func(who, n int) {
		fails := (who+n)%3 == 0
		err := s.Update(context.Background(), func(tx store.Tx) error {
			putInt(tx, "all", getInt(tx, "all")+1)
			if fails {
				tx.Put(fmt.Sprintf("bad/%d/%d", who, n), nil)
				return errRefused
			}
			tx.Put(fmt.Sprintf("good/%d/%d", who, n), nil)
			return nil
		})
		if fails != errors.Is(err, errRefused) || !fails && err != nil {
			t.Errorf("Update: error %v, though its function fails: %v", err, fails)
		}
	})
	view(t, s, func(tx store.Tx) {
		if bad := read(tx, "bad/", "bad0"); bad != nil {
			t.Errorf("%d functions that failed have left keys", len(bad))
		}
		if good, all := read(tx, "good/", "good0"), getInt(tx, "all"); len(good) != all {
			t.Errorf("%d functions did not fail, and their counter says %d", len(good), all)
		}
	})
}

// panicOf returns what fn panics with.
func panicOf(fn func()) (p any) {
	defer func() { p = recover() }()
	fn()
	return nil
}

// testPanic checks that a panic comes out where Update was called, and does no harm. The engine may run the function in a
// goroutine of its own, where a panic would end the process. A lock that it leaves behind would stop the Update after it.
func testPanic(t *testing.T, s store.Store) {
	boom := func(tx store.Tx) error {
		tx.Get("a")
		panic("boom")
	}
	p := panicOf(func() {
		_ = s.Update(context.Background(), func(tx store.Tx) error {
			tx.Put("a", []byte("1"))
			return boom(tx)
		})
	})
	if p != "boom" {
		t.Errorf("Update of a function that panics: panic %v, want that of the function", p)
	}
	if p := panicOf(func() { _ = s.View(context.Background(), boom) }); p != "boom" {
		t.Errorf("View of a function that panics: panic %v, want that of the function", p)
	}
	holds(t, s)
	update(t, s, func(tx store.Tx) { tx.Put("b", []byte("1")) })
	holds(t, s, pair{"b", "1"})
}

// testWriteInView checks that it has no effect, whatever else the engine does about it. The contract forbids the call, so
// an engine may panic, return an error or do nothing.
func testWriteInView(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) { tx.Put("a", []byte("1")) })
	for _, write := range []func(store.Tx){
		func(tx store.Tx) { tx.Put("b", []byte("1")) },
		func(tx store.Tx) { tx.Delete("a") },
	} {
		panicOf(func() {
			_ = s.View(context.Background(), func(tx store.Tx) error {
				write(tx)
				return nil
			})
		})
	}
	holds(t, s, pair{"a", "1"})
	update(t, s, func(tx store.Tx) { tx.Put("c", []byte("1")) })
	holds(t, s, pair{"a", "1"}, pair{"c", "1"})
}

// testContext checks that nothing starts after the context has ended. The last Update shows that an ended context of one
// caller does not end the store.
func testContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ran := false
	fn := func(store.Tx) error {
		ran = true
		return nil
	}
	is(t, "Update with an ended context", s.Update(ctx, fn), context.Canceled)
	is(t, "View with an ended context", s.View(ctx, fn), context.Canceled)
	if ran {
		t.Error("a function ran though its context had ended")
	}
	update(t, s, func(tx store.Tx) { tx.Put("a", nil) })
}

// testClose checks what a closed store says.
func testClose(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) { tx.Put("a", nil) })
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	ran := false
	fn := func(store.Tx) error {
		ran = true
		return nil
	}
	is(t, "Update of a closed store", s.Update(context.Background(), fn), store.ErrClosed)
	is(t, "View of a closed store", s.View(context.Background(), fn), store.ErrClosed)
	if ran {
		t.Error("a function ran though the store was closed")
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close of a closed store: %v", err)
	}
}

// testCloseWaits closes a store while transactions run. What they read must stay valid until they end: an engine that maps
// its file into memory would take it away under them.
func testCloseWaits(t *testing.T, s store.Store) {
	entered, leave := make(chan bool), make(chan bool)
	var ended atomic.Int32
	slow := func(tx store.Tx) error {
		entered <- true
		<-leave
		_ = tx.Get("a")
		ended.Add(1)
		return nil
	}
	errs := make(chan error)
	go func() { errs <- s.View(context.Background(), slow) }()
	go func() { errs <- s.View(context.Background(), slow) }()
	<-entered
	<-entered
	closed := make(chan int32)
	go func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		closed <- ended.Load()
	}()
	for range 1000 { // give Close every chance not to wait
		runtime.Gosched()
	}
	leave <- true
	leave <- true
	for range 2 {
		if err := <-errs; err != nil {
			t.Errorf("View that began before Close: %v", err)
		}
	}
	if n := <-closed; n != 2 {
		t.Errorf("Close returned when %d of 2 transactions had ended", n)
	}
}
