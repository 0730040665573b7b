package outbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestRation: while something more urgent is at work, what is enqueued goes out bit by bit; otherwise, and as soon as it is over, all
// of it at once.
func TestRation(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before time.Duration // that long something more urgent is at work
		want   map[time.Duration]int
	}{
		{"nothing else", 0, map[time.Duration]int{0: 23}},
		{"all the time", time.Hour, map[time.Duration]int{0: 5, 5 * time.Millisecond: 5, 10 * time.Millisecond: 5,
			15 * time.Millisecond: 5, 20 * time.Millisecond: 3}},
		{"for a while", 7 * time.Millisecond, map[time.Duration]int{0: 5, 5 * time.Millisecond: 5, 10 * time.Millisecond: 13}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				zero := time.Now()
				started := startedWhile(t, 23, func() bool { return time.Since(zero) < tt.before })
				if diff := cmp.Diff(tt.want, started); diff != "" {
					t.Errorf("attempts by the time of their start (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// startedWhile enqueues n pages and returns how many started when.
func startedWhile(t *testing.T, n int, busy func() bool) map[time.Duration]int {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "o.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var mu sync.Mutex
	zero, started := time.Now(), map[time.Duration]int{}
	r := &outbox.Runner{Store: db, Groups: outbox.DefaultGroups(nil), Busy: busy, Log: slog.New(slog.DiscardHandler),
		Handlers: map[string]outbox.Handler{
			"a": func(context.Context, outbox.Entry) (func(store.Tx) error, error) {
				mu.Lock()
				defer mu.Unlock()
				started[time.Since(zero)]++
				return nil, nil
			},
		}}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for k := range n {
			outbox.In(tx, zero).Once(outbox.Entry{Key: fmt.Sprint(k), Kind: "a", Lane: outbox.Pages2, Due: zero})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer synctest.Wait()
	defer cancel()
	go func() { _ = r.Run(ctx) }()
	time.Sleep(time.Minute)
	mu.Lock()
	defer mu.Unlock()
	return started
}
