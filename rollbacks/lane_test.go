package rollbacks_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
)

// TestPagesDoNotWait: while AWS hangs, in more rollbacks than there are workers, a page goes out at once.
func TestPagesDoNotWait(t *testing.T) {
	play(t, func(w *world) {
		var paged atomic.Int64
		w.handlers["page"] = func(context.Context, outbox.Entry) (func(store.Tx) error, error) {
			paged.Add(1)
			return nil, nil
		}
		var all []string
		for n := range 20 {
			w.moves(func() {
				w.more = append(w.more, w.lever)
				w.lever.Name = fmt.Sprintf("shelf %d", n)
			})
			id := w.fires()
			all = append(all, id)
			if err := w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)}); err != nil {
				t.Fatal(err)
			}
		}
		w.moves(func() { w.shelf.hangs = true })
		for _, id := range all {
			_ = w.approves("bo", id, 1)
		}
		synctest.Wait()
		w.moves(func() {
			if w.shelf.hung < 4 {
				t.Errorf("only %d wait for AWS: that shows nothing", w.shelf.hung)
			}
		})
		begun := time.Now()
		w.update(func(tx store.Tx) error {
			outbox.In(tx, begun).Once(outbox.Entry{Key: "p", Kind: "page", Lane: outbox.Pages1, Due: begun})
			return nil
		})
		synctest.Wait()
		if paged.Load() != 1 {
			t.Error("a page waits for AWS")
		}
	})
}
