package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// TestAPanicInACommitIsAFailedAttempt: like one of a handler.
func TestAPanicInACommitIsAFailedAttempt(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			w.ran(e)
			if e.Key == "bad" && e.Attempt == 0 {
				return func(store.Tx) error { panic("out of range") }, nil
			}
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		w.owe(false, outbox.Entry{Key: "bad", Kind: "a"})
		w.owe(false, outbox.Entry{Key: "good", Kind: "a"})
		wait(10 * time.Second)
		if got := w.seen(); len(got) != 3 {
			t.Errorf("runs: %q", got)
		}
	})
}
