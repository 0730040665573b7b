package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
)

// kept lists the keys that begin with one of the prefixes.
func (w *world) kept(prefixes ...string) []string {
	w.t.Helper()
	var keys []string
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		keys = nil
		for _, prefix := range prefixes {
			for key := range tx.Range(prefix, store.After(prefix)) {
				keys = append(keys, key)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return keys
}

// TestSweepOfIncidents lets a month pass. Of an incident that was resolved before it,
// there stay the timeline and what it came to; not where its messages were.
func TestSweepOfIncidents(t *testing.T) {
	play(t, func(w *world) {
		const day = 24 * time.Hour
		see := func(when string, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, w.kept("card/", "shown/")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		pass := func(days int) { // the program is off meanwhile: what it missed is due at its start
			w.stop()
			time.Sleep(time.Duration(days) * day)
			w.start()
			w.Wait(time.Minute)
		}
		w.opens("checkout-5xx", "search-p99")
		w.OK("checkout-5xx")
		w.Says("bo", "/incident", "ack 2")
		pass(2)
		w.OK("search-p99")
		pass(27)
		see("after 29 days", "card/1", "card/2", "shown/1", "shown/2")
		pass(2)
		see("after 31 days", "card/2", "shown/2")
		before := len(w.slack.Messages("C0INCIDENTS"))
		w.Says("bo", "/incident", "note 1 it was the cache")
		w.Wait(time.Hour)
		if after := len(w.slack.Messages("C0INCIDENTS")); after != before {
			t.Errorf("%d messages in the channel, then %d", before, after)
		}
		_, kinds := w.Incident("1")
		if last := kinds[len(kinds)-1]; last != "noted" {
			t.Errorf("the last event is %s, want noted", last)
		}
		pass(2)
		see("after 33 days")
	})
}

// crowded is a store that has no space for the first writes.
type crowded struct {
	store.Store
	refusals int
}

func (c *crowded) Update(ctx context.Context, fn func(store.Tx) error) error {
	if c.refusals--; c.refusals >= 0 {
		return store.ErrFull
	}
	return c.Store.Update(ctx, fn)
}

// TestSweepIsPlannedWhenThereIsSpace: a full disk at the start neither ends the program nor the sweeps.
func TestSweepIsPlannedWhenThereIsSpace(t *testing.T) {
	play(t, func(w *world) {
		tight := &crowded{w.app.store, 3}
		begun := time.Now()
		scheduleSweep(w.t.Context(), tight, nil, slog.New(slog.DiscardHandler))
		if waited := time.Since(begun); waited != 3*time.Minute {
			t.Errorf("planned after %v, want three attempts, a minute apart", waited)
		}
		if tight.refusals != -1 {
			t.Errorf("%d attempts were refused, and none got through", 3-tight.refusals)
		}
	})
}
