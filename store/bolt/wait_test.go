package bolt

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/store"
)

// TestMayWait holds that those who may wait share the commit of whoever comes, that they do not wait for long, and that they
// wait for nobody if they are several or if the store is closed.
func TestMayWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openNew(t, Options{NoSync: true})
		ended := make(chan time.Duration, 10)
		note := func(n int) {
			begun := time.Now()
			err := d.Update(store.MayWait(t.Context()), func(tx store.Tx) error {
				tx.Put(fmt.Sprint("note", n), []byte("x"))
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			ended <- time.Since(begun)
		}
		step := func(what string, notes int, want time.Duration, act func()) {
			t.Helper()
			time.Sleep(restMost) // after the commit before
			before := d.Stats().Commits
			act()
			for range notes {
				if took := <-ended; took != want {
					t.Errorf("%s: it took %v, want %v", what, took, want)
				}
			}
			synctest.Wait()
			if n := d.Stats().Commits - before; n != 1 {
				t.Errorf("%s: %d commits", what, n)
			}
		}
		step("alone", 1, patience, func() { go note(1) })
		step("with another", 1, patience/2, func() {
			go note(2)
			time.Sleep(patience / 2)
			put(t, d, "other", "x")
			synctest.Wait()
		})
		step("with another that only reads", 1, patience/2, func() {
			go note(3)
			time.Sleep(patience / 2)
			if err := d.Update(t.Context(), func(store.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		})
		step("several", company, 0, func() {
			for n := range company {
				go note(n)
			}
			synctest.Wait()
		})
		step("at the end", 1, 0, func() {
			go note(5)
			synctest.Wait()
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		})
	})
}
