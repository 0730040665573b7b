package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// waiting lists the keys of what is owed about incidents and has not failed, from the index of what is due.
func (w *world) waiting(what string) (keys []string) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		keys = nil
		for k := range tx.Range(outbox.DuePrefix, store.After(outbox.DuePrefix)) {
			parts := strings.SplitN(k, "/", 5)
			if key := parts[len(parts)-1]; strings.Contains(key, what) {
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

// Lose damages what is stored of an entry, so that it cannot be read.
func (w *world) Lose(key string) {
	w.t.Helper()
	err := w.db.Update(w.t.Context(), func(tx store.Tx) error {
		at := placeOf(tx, key)
		val := slices.Clone(tx.Get(at))
		if len(val) == 0 {
			return fmt.Errorf("there is no entry %s", key)
		}
		val[0] ^= 1
		tx.Put(at, val)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Flip flips a bit in what is stored of an entry, on the disk.
func (w *world) Flip(key string) {
	w.t.Helper()
	at := ""
	err := w.db.View(w.t.Context(), func(tx store.Tx) error {
		at = placeOf(tx, key)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	flipIn(w.t, w.cfg.Store, at)
	if damaged := w.damaged(); !slices.Equal(damaged, []string{at}) {
		w.t.Errorf("damaged are %q, want %s", damaged, key)
	}
}

// placeOf is where an entry that waits stands in the store: a light one only where it is due.
func placeOf(tx store.Tx, key string) string {
	if tx.Get(outbox.EntryPrefix+key) == nil {
		for place := range tx.Range(outbox.DuePrefix, store.After(outbox.DuePrefix)) {
			if strings.HasSuffix(place, "/"+key) {
				return place
			}
		}
	}
	return outbox.EntryPrefix + key
}

// damaged lists the keys whose values are damaged on the disk.
func (w *world) damaged() (keys []string) {
	w.t.Helper()
	all, err := w.db.Damage(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range all {
		keys = append(keys, d.Key)
	}
	return keys
}

// losses are entries that are lost, in some way, and what must come all the same.
func losses(way func(*world, string)) map[string]func(*world) {
	lose := func(w *world, what string) {
		w.t.Helper()
		keys := w.waiting(what)
		if len(keys) != 1 {
			w.t.Fatalf("%q wait, want one with %s", keys, what)
		}
		way(w, keys[0])
	}
	return map[string]func(*world){
		"the next step": func(w *world) {
			w.Alarm("checkout-5xx")
			w.Paged("ana", "checkout-5xx")
			lose(w, "/escalate/")
			w.Wait(5*time.Minute - time.Second)
			w.Quiet()
			w.Wait(time.Second)
			w.Press("bo", w.Paged("bo", "checkout-5xx"), "Acknowledge")
		},
		"a page": func(w *world) {
			w.slack.Faults.Down(true)
			w.Alarm("checkout-5xx")
			w.Wait(time.Second)
			lose(w, "/page/")
			w.slack.Faults.Down(false)
			w.Wait(2 * time.Minute)
			w.Paged("ana", "checkout-5xx")
		},
		"a reminder": func(w *world) {
			w.Alarm("checkout-5xx")
			w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
			lose(w, "/remind/")
			w.Wait(30*time.Minute + time.Second)
			w.Paged("ana", "checkout-5xx")
			lose(w, "/remind/")
			w.Restart()
			w.Wait(30 * time.Minute)
			w.Paged("ana", "checkout-5xx")
		},
	}
}

func TestWhatIsLostIsOwedAnew(t *testing.T) {
	for way, lose := range map[string]func(*world, string){"unreadable": (*world).Lose, "a bit on the disk": (*world).Flip} {
		for name, scene := range losses(lose) {
			t.Run(name+", "+way, func(t *testing.T) {
				play(t, func(w *world) {
					logs := &syncBuffer{}
					w.log = slog.New(slog.NewTextHandler(logs, nil))
					w.Restart()
					scene(w)
					if line := logs.lineWith("enqueued again"); !strings.Contains(line, "level=ERROR") {
						t.Errorf("log: %s", line)
					}
					if _, kinds := w.Incident("1"); !slices.Contains(kinds, "noted") {
						t.Errorf("the timeline says nothing: %q", kinds)
					}
					if damaged := w.damaged(); damaged != nil {
						t.Errorf("damaged are %q, though it was owed anew", damaged)
					}
				})
			})
		}
	}
}

// TestWithoutAnAuditWhatIsLostStaysLost is the control: the audit is what brings it back.
func TestWithoutAnAuditWhatIsLostStaysLost(t *testing.T) {
	play(t, func(w *world) {
		w.naked = true
		w.Restart()
		w.Alarm("checkout-5xx")
		w.Paged("ana", "checkout-5xx")
		w.Lose("1/escalate/0.1")
		w.Wait(time.Hour)
		if pages := w.pages("bo"); len(pages) > 0 {
			t.Errorf("a step came that was lost: %d pages", len(pages))
		}
		if ids := (&story{world: w}).forgotten(); !slices.Equal(ids, []string{"1"}) {
			t.Errorf("a story would not notice: %q", ids)
		}
		out := w.fscked("-repair")
		if !strings.Contains(out, "incident 1 is triggered, and nothing is scheduled that would page anybody; repaired") {
			t.Errorf("fsck: %s", out)
		}
		w.start()
		w.Wait(time.Second)
		w.Paged("bo", "checkout-5xx")
	})
}

// fscked stops the program and checks its store. It is not started again.
func (w *world) fscked(args ...string) string {
	w.t.Helper()
	w.stop()
	var out bytes.Buffer
	run(context.Background(), append([]string{"fsck", "-config", filepath.Join(w.dir, "oncalm.yaml")}, args...), os.LookupEnv, nil, &out, &out)
	return out.String()
}

// TestAnAuditOfMany: what is resolved costs an audit nothing, and what is open not much.
func TestAnAuditOfMany(t *testing.T) {
	play(t, func(w *world) {
		const resolvedOnes, openOnes = 20_000, 500
		err := w.app.store.Update(t.Context(), func(tx store.Tx) error {
			book := &incidents.Book{Store: w.app.store}
			for n := range resolvedOnes + openOnes {
				i, err := book.Open(tx, time.Now(), time.Time{}, incidents.Oncalm(),
					incidents.Opened{Title: "x", Service: "rest", Severity: "sev4", Quiet: "a test"})
				if err == nil && n < resolvedOnes {
					_, err = book.Append(tx, time.Now(), i.ID, incidents.Event{By: incidents.Oncalm(), Body: incidents.Resolved{}})
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		read := &readCounter{Store: w.app.store}
		is := w.app.now().pager
		pager := &paging.Pager{Book: &incidents.Book{Store: read}, Policy: is.Policy, Overrides: is.Overrides,
			Clock: is.Clock}
		if mended, err := pager.Audit(t.Context()); err != nil || len(mended) > 0 {
			t.Errorf("%v, %v", mended, err)
		}
		if read.gets > 4*openOnes {
			t.Errorf("an audit of %d open incidents reads %d records", openOnes, read.gets)
		}
	})
}

// readCounter is a store that counts what is read of it.
type readCounter struct {
	store.Store
	gets int
}

func (c *readCounter) View(ctx context.Context, fn func(store.Tx) error) error {
	return c.Store.View(ctx, func(tx store.Tx) error { return fn(countingTx{tx, c}) })
}

type countingTx struct {
	store.Tx
	c *readCounter
}

func (t countingTx) Get(key string) []byte {
	t.c.gets++
	return t.Tx.Get(key)
}
