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
		w.owe(false, outbox.Entry{Key: "bad", Kind: "a", Lane: outbox.Decisions})
		w.owe(false, outbox.Entry{Key: "good", Kind: "a", Lane: outbox.Decisions})
		wait(10 * time.Second)
		if got := w.seen(); len(got) != 3 {
			t.Errorf("runs: %q", got)
		}
	})
}

func (w *world) put(key string) {
	w.t.Helper()
	err := outbox.Waking(w.store, w.runner).Update(w.t.Context(), func(tx store.Tx) error {
		tx.Put(key, []byte{})
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestWhatIsDoneIsNotDoneAgain: not even if the index says so.
func TestWhatIsDoneIsNotDoneAgain(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(time.Second)
		e, _ := w.get("x")
		e.Due = e.Due.Add(-time.Second)
		due, _ := outbox.Places(e)
		w.put(due)
		wait(time.Minute)
		if got := w.seen(); len(got) != 1 {
			t.Errorf("%d runs", len(got))
		}
	})
}

// TestADamagedIndexKey: holds up nothing else.
func TestADamagedIndexKey(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.put(outbox.DuePrefix + "decisions/19991x31T000000.000000000/y")
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(time.Minute)
		w.want("x")
		state, err := w.runner.Look(t.Context())
		if err != nil || late(state) > 0 {
			t.Errorf("what is owed: %v, %v", state, err)
		}
	})
}
