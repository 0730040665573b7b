package main

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/ops"
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
		(&ops.Sweeper{Store: tight, Log: slog.New(slog.DiscardHandler)}).Plan(w.t.Context())
		if waited := time.Since(begun); waited != 3*time.Minute {
			t.Errorf("planned after %v, want three attempts, a minute apart", waited)
		}
		if tight.refusals != -1 {
			t.Errorf("%d attempts were refused, and none got through", 3-tight.refusals)
		}
	})
}

// TestSweepWithAWrongClock: a clock that is years ahead makes nothing be forgotten, also at the start, when nobody has said yet
// that it is; and when it is right the sweeps go on.
func TestSweepWithAWrongClock(t *testing.T) {
	const years = 5 * 365 * 24 * time.Hour
	for name, wrong := range map[string]func(*world){
		"set while it runs": func(w *world) { w.Step(years) },
		"at the start":      func(w *world) { w.Reboot(years) },
		"at the start, and Slack says nothing": func(w *world) {
			w.hands.set(func(h *hands) { h.silent = true })
			w.Reboot(years)
		},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(w *world) {
				w.opens("checkout-5xx", "search-p99")
				w.OK("checkout-5xx")
				w.Wait(time.Minute)
				everything := []string{"card/", "shown/", "alarm/", "fate/", "outbox/entry/1/"}
				before := w.kept(everything...)
				wrong(w)
				w.Wait(time.Hour)
				gone := slices.DeleteFunc(before, func(key string) bool { return slices.Contains(w.kept(everything...), key) })
				if len(gone) > 0 {
					t.Errorf("by a wrong clock there were forgotten %q", gone)
				}
				w.hands.set(func(h *hands) { h.silent = false })
				w.Step(-years)
				w.Wait(5 * time.Minute)
				if next := w.waiting("sweep/2000-01-02T03:17:00Z"); len(next) != 1 {
					t.Errorf("with the right clock the sweeps do not go on: %q wait", w.waiting("sweep/"))
				}
				w.stop() // to have it sooner
				time.Sleep(32 * 24 * time.Hour)
				w.start()
				w.Wait(time.Minute)
				if kept := w.kept("card/"); !slices.Equal(kept, []string{"card/2"}) {
					t.Errorf("a month later with the right clock there are %q", kept)
				}
			})
		})
	}
}

// TestSweepWithoutAWitness: if nobody says what time it is, the clock is believed after a day.
func TestSweepWithoutAWitness(t *testing.T) {
	play(t, func(w *world) {
		w.opens("checkout-5xx")
		w.OK("checkout-5xx")
		w.stop()
		w.hands.set(func(h *hands) { h.silent = true })
		time.Sleep(32 * 24 * time.Hour)
		w.start()
		w.Wait(23 * time.Hour)
		if kept := w.kept("card/"); len(kept) != 1 {
			t.Errorf("within a day: %q", kept)
		}
		w.Wait(2 * time.Hour)
		if kept := w.kept("card/"); len(kept) != 0 {
			t.Errorf("after a day: %q", kept)
		}
	})
}
