package outbox_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// looked counts how often somebody looks into a store.
type looked struct {
	store.Store
	times atomic.Int64
}

func (l *looked) View(ctx context.Context, fn func(store.Tx) error) error {
	l.times.Add(1)
	return l.Store.View(ctx, fn)
}

// TestWoken: what is enqueued runs when it is due, whatever its group was waiting for; groups that have nothing to do sooner than
// they thought are left alone.
func TestWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "o.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s, zero := &looked{Store: db}, time.Now()
		ran := make(chan string, 10)
		r := &outbox.Runner{Store: s, Groups: outbox.DefaultGroups(nil), Log: slog.New(slog.DiscardHandler),
			Handlers: map[string]outbox.Handler{
				"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
					ran <- e.Key + " after " + time.Since(zero).String()
					return func(tx store.Tx) error {
						if e.Key == "soon" { // owes something to another group
							outbox.In(tx, time.Now()).Once(outbox.Entry{Key: "page", Kind: "a", Lane: outbox.Pages1,
								Due: time.Now().Add(time.Second)})
						}
						return nil
					}, nil
				},
			}}
		ctx, cancel := context.WithCancel(t.Context())
		defer synctest.Wait()
		defer cancel()
		go func() { _ = r.Run(ctx) }()
		owe := func(key string, after time.Duration) {
			t.Helper()
			synctest.Wait()
			before := s.times.Load()
			err := outbox.Waking(s, r).Update(t.Context(), func(tx store.Tx) error {
				outbox.In(tx, time.Now()).Once(outbox.Entry{Key: key, Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(after)})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if looks := s.times.Load() - before; key == "much later" && looks != 0 || key != "much later" && looks == 0 {
				t.Errorf("%s: %d looks into the store", key, looks)
			}
		}
		owe("later", 30*time.Second)
		owe("much later", 40*time.Second)
		owe("soon", 5*time.Second)
		for _, want := range []string{"soon after 5s", "page after 6s", "later after 30s", "much later after 40s"} {
			if got := <-ran; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}
