package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/oncalm/oncalm/store"
)

// crowd runs fn in so many goroutines at once, so often in each, and waits for all.
func crowd(goroutines, times int, fn func(who, n int)) {
	var all sync.WaitGroup
	for who := range goroutines {
		all.Go(func() {
			for n := range times {
				fn(who, n)
			}
		})
	}
	all.Wait()
}

// try is update for goroutines, which must not end the test.
func try(t testing.TB, s store.Store, fn func(store.Tx) error) {
	if err := s.Update(context.Background(), fn); err != nil {
		t.Errorf("Update: %v", err)
	}
}

// getInt is the number under a key; 0 if it is absent.
func getInt(tx store.Tx, key string) int {
	n, _ := strconv.Atoi(string(tx.Get(key)))
	return n
}

func putInt(tx store.Tx, key string, n int) { tx.Put(key, []byte(strconv.Itoa(n))) }

// testLostUpdates counts with many hands: each gets a number of its own, and the last
// is how often they counted.
func testLostUpdates(t *testing.T, s store.Store) {
	const hands, times = 8, 50
	var mu sync.Mutex
	var got []int
	crowd(hands, times, func(int, int) {
		var mine int
		try(t, s, func(tx store.Tx) error {
			mine = getInt(tx, "counter") + 1
			runtime.Gosched()
			putInt(tx, "counter", mine)
			return nil
		})
		mu.Lock()
		got = append(got, mine)
		mu.Unlock()
	})
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != hands*times {
		t.Errorf("%d updates got %d different numbers", hands*times, n)
	}
	holds(t, s, pair{"counter", strconv.Itoa(hands * times)})
}

// testWriteSkew lets two people leave a shift that one of them must stay in. Each reads
// the key of the other as a guard, and writes only the own one. Snapshot isolation lets both leave: no key is written by
// the two of them, so it sees no conflict. The contract wants more, which is that transactions are as if they ran one after
// another.
func testWriteSkew(t *testing.T, s store.Store) {
	const rounds = 100
	people := []string{"ana", "bo"}
	for range rounds {
		update(t, s, func(tx store.Tx) {
			tx.Put("ana", []byte("on call"))
			tx.Put("bo", []byte("on call"))
		})
		crowd(2, 1, func(who, _ int) {
			me, other := people[who], people[1-who]
			try(t, s, func(tx store.Tx) error {
				there := tx.Get(other) != nil
				runtime.Gosched()
				if there {
					tx.Delete(me)
				}
				return nil
			})
		})
		if left := content(t, s); len(left) != 1 {
			t.Fatalf("%d people stayed on call, want one", len(left))
		}
	}
}

// testPhantoms lets many people take one of few seats. Each counts the seats taken as a
// range, and takes a key that nobody has read. An engine that checks at the commit the keys that were read, but not the
// ranges, lets too many in.
func testPhantoms(t *testing.T, s store.Store) {
	const rounds, people, seats = 30, 6, 2
	for round := range rounds {
		prefix := fmt.Sprintf("round/%03d/", round)
		crowd(people, 1, func(who, _ int) {
			try(t, s, func(tx store.Tx) error {
				taken := len(read(tx, prefix, store.After(prefix)))
				runtime.Gosched()
				if taken < seats {
					tx.Put(prefix+strconv.Itoa(who), nil)
				}
				return nil
			})
		})
	}
	if n := len(content(t, s)); n != rounds*seats {
		t.Errorf("%d seats were taken, want %d", n, rounds*seats)
	}
}

// testTransfers moves amounts between accounts while others look: the sum is always the
// same.
func testTransfers(t *testing.T, s store.Store) {
	const accounts, sum, hands, times = 5, 500, 4, 50
	key := func(n int) string { return "account/" + strconv.Itoa(n%accounts) }
	update(t, s, func(tx store.Tx) {
		for n := range accounts {
			putInt(tx, key(n), sum/accounts)
		}
	})
	total := func(tx store.Tx) (n int) {
		for k := range tx.Range("account/", "account0") {
			n += getInt(tx, k)
			runtime.Gosched()
		}
		return n
	}
	crowd(2*hands, times, func(who, n int) {
		if who >= hands {
			err := s.View(context.Background(), func(tx store.Tx) error {
				if got := total(tx); got != sum {
					return fmt.Errorf("a View sees %d in all accounts, want %d", got, sum)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			return
		}
		try(t, s, func(tx store.Tx) error {
			from, to := key(who+n), key(who+n+1+n%(accounts-1))
			putInt(tx, from, getInt(tx, from)-n)
			runtime.Gosched()
			putInt(tx, to, getInt(tx, to)+n)
			if got := total(tx); got != sum {
				return fmt.Errorf("an Update sees %d in all accounts, want %d", got, sum)
			}
			return nil
		})
	})
}

// testVisible checks that what is written is seen by the next who looks. Update has returned before, so an engine may not
// answer from an older snapshot.
func testVisible(t *testing.T, s store.Store) {
	crowd(8, 50, func(who, n int) {
		key := strconv.Itoa(who)
		try(t, s, func(tx store.Tx) error {
			putInt(tx, key, n)
			return nil
		})
		err := s.View(context.Background(), func(tx store.Tx) error {
			if got := getInt(tx, key); got != n {
				return fmt.Errorf("a View after an Update sees %d, want %d", got, n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// testSnapshot keeps a View open while others write. The writers are waited for inside the View: with an engine whose
// Update waits for Views it would hang.
func testSnapshot(t *testing.T, s store.Store) {
	const keys = 20
	write := func(val string) error {
		return s.Update(context.Background(), func(tx store.Tx) error {
			for n := range keys {
				tx.Put("key/"+strconv.Itoa(n), []byte(val))
			}
			tx.Put("extra/"+val, nil)
			return nil
		})
	}
	if err := write("before"); err != nil {
		t.Fatal(err)
	}
	err := s.View(context.Background(), func(tx store.Tx) error {
		held := tx.Get("key/0")
		for round := range 5 {
			wrote := make(chan error)
			go func() { wrote <- write("after" + strconv.Itoa(round)) }()
			if err := <-wrote; err != nil {
				return err
			}
			for _, p := range read(tx, "key/", "key0") {
				if p.Val != "before" {
					return fmt.Errorf("%s is %q in a View that began before", p.Key, p.Val)
				}
			}
			if n := len(read(tx, "extra/", "extra0")); n != 1 {
				return fmt.Errorf("a View sees %d keys that came after it began", n-1)
			}
			if string(held) != "before" || string(tx.Get("key/1")) != "before" {
				return errors.New("Get in a View returns what came after it began")
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
