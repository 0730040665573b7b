package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// life is one life of a program whose store lies at path. Each begins at the same time,
// whenever the one before it ended: its clock is set back.
func life(t *testing.T, path string, handlers func(*world) map[string]outbox.Handler,
	play func(*world, *bytes.Buffer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		logs := &bytes.Buffer{}
		w := &world{t: t, path: path, zero: time.Now(), log: slog.New(slog.NewTextHandler(logs, nil))}
		w.open()
		w.start(handlers(w))
		play(w, logs)
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestClockSetBack enqueues things while the clock is hours ahead. When it is right again,
// what waits waits no longer than it would have; what is due at a time of the calendar
// stays there.
func TestClockSetBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o.db")
	failing := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			if e.Key == "old" && time.Since(w.zero) < 3*time.Hour {
				return nil, &outbox.Later{After: time.Minute, Err: errors.New("busy")}
			}
			return nil, &outbox.Unreachable{Err: errors.New("no route to host")}
		}, "b": nil}
	}
	life(t, path, failing, func(w *world, _ *bytes.Buffer) {
		w.owe(false, outbox.Entry{Key: "old", Kind: "a", Lane: outbox.Decisions})
		wait(3*time.Hour - time.Minute/2)
		w.owe(false, outbox.Entry{Key: "page", Kind: "a", Lane: outbox.Pages1})
		w.owe(false, outbox.Entry{Key: "step", Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(5 * time.Minute)})
		w.owe(false, outbox.Entry{Key: "monday", Kind: "b", Lane: outbox.Decisions, Due: time.Now().Add(5 * time.Minute)})
		wait(15 * time.Second)
		w.stop()
	})
	unsure := make(chan string, 10)
	working := func(w *world) map[string]outbox.Handler {
		run := func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			w.ran(e)
			if e.PerhapsDone && e.Kind == "a" {
				unsure <- e.Key
			}
			return nil, nil
		}
		return map[string]outbox.Handler{"a": run, "b": run}
	}
	life(t, path, working, func(w *world, logs *bytes.Buffer) {
		wait(5*time.Minute - time.Second)
		if got := slices.Sorted(slices.Values(w.seen())); !slices.Equal(got, []string{"old", "page"}) {
			t.Errorf("before the step: %q, want old and page", got)
		}
		wait(2 * time.Second)
		if got := w.seen(); len(got) != 3 || got[2] != "step" {
			t.Errorf("after five minutes: %q, want the step, too", got)
		}
		w.stop()
		if !strings.Contains(logs.String(), "the clock was set back") {
			t.Errorf("log: %s", logs)
		}
	})
	close(unsure)
	if got := []string{<-unsure, <-unsure}; !slices.Contains(got, "page") || !slices.Contains(got, "old") {
		t.Errorf("what may be done: %q, want page and old", got)
	}
	life(t, path, working, func(w *world, logs *bytes.Buffer) {
		wait(3 * time.Hour)
		w.want()
		wait(10 * time.Minute)
		w.want("monday")
		w.stop()
		if logs.Len() > 0 {
			t.Errorf("log, though the clock was hardly set: %s", logs)
		}
	})
}

// TestClockSetBackForMany mends more than one transaction may hold.
func TestClockSetBackForMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o.db")
	life(t, path, counting, func(w *world, _ *bytes.Buffer) {
		wait(24 * time.Hour)
		var all []outbox.Entry
		for n := range 1001 {
			all = append(all, outbox.Entry{Key: fmt.Sprint(n), Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(time.Hour)})
		}
		w.owe(false, all...)
		w.stop()
	})
	life(t, path, counting, func(w *world, _ *bytes.Buffer) {
		wait(61 * time.Minute)
		if n := len(w.seen()); n != 1001 {
			t.Errorf("%d were done, want 1001", n)
		}
		w.stop()
	})
}
