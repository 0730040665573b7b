package outbox

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestPlay holds that entries are played in the order in which they are due, whatever their lanes, and once each, also those that
// fail or that nobody can handle; and that what they enqueue is played, too.
func TestPlay(t *testing.T) {
	s := storetest.Memory()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	add := func(tx store.Tx, key, kind string, lane Lane, after time.Duration) {
		In(tx, now).Once(Entry{Key: key, Kind: kind, Lane: lane, Due: now.Add(after)})
	}
	update := func(fn func(store.Tx)) {
		if err := s.Update(t.Context(), func(tx store.Tx) error { fn(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx store.Tx) {
		add(tx, "third", "says", Pages1, 3*time.Minute)
		add(tx, "first", "says", Decisions, time.Minute)
		add(tx, "second", "fails", Pages4, 2*time.Minute)
		add(tx, "nobody's", "unknown", Errands, 4*time.Minute)
	})
	var played []string
	handlers := map[string]Handler{
		"says": func(_ context.Context, e Entry) (func(store.Tx) error, error) {
			played = append(played, e.Key)
			return func(tx store.Tx) error {
				if e.Key == "third" {
					add(tx, "last", "says", Chores, 10*time.Minute)
				}
				return nil
			}, nil
		},
		"fails": func(_ context.Context, e Entry) (func(store.Tx) error, error) {
			played = append(played, e.Key)
			return nil, &Later{After: time.Second, Err: errors.New("no")}
		},
	}
	for range 10 {
		var key string
		var due time.Time
		var ok bool
		update(func(tx store.Tx) { key, due, ok = In(tx, now).Next() })
		if !ok {
			break
		}
		if due.Before(now) {
			t.Errorf("%s is due at %s, before what was played", key, due)
		}
		now = due
		if err := Play(t.Context(), s, handlers, key, now); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"first", "second", "third", "last"}, played); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := Play(t.Context(), s, handlers, "none", now); err == nil {
		t.Error("what is not there was played")
	}
}
