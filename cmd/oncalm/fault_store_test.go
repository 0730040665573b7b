package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/store"
)

// fullStore takes no writes while it is full.
type fullStore struct {
	store.Store
	full *atomic.Bool
}

func (f fullStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if f.full.Load() {
		return store.ErrFull
	}
	return f.Store.Update(ctx, fn)
}

// TestFullAfterTheAlarm fills the disk between an alarm and its page. The page goes out,
// and not again and again because it cannot be written down that it did.
func TestFullAfterTheAlarm(t *testing.T) {
	play(t, func(w *world) {
		full := &atomic.Bool{}
		w.around = func(s store.Store) store.Store { return fullStore{s, full} }
		w.Restart()
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 1, Kind: faults.Slow(time.Second)})
		w.Alarm("checkout-5xx")
		full.Store(true)
		w.Wait(3 * time.Minute)
		w.Paged("ana", "checkout-5xx")
		w.Quiet()
		if status := w.Post(aws.Example{Name: "search-p99"}); status != http.StatusServiceUnavailable {
			t.Errorf("an alarm on a full disk: %d, want 503", status)
		}
		full.Store(false)
		w.Wait(time.Minute)
		w.Quiet()
		i, kinds := w.Incident("1")
		if i.PagesTo("ana")[0].Delivered.IsZero() {
			t.Errorf("with space again the delivery is not recorded: %v", kinds)
		}
		w.Press("ana", w.pages("ana")[0], "Acknowledge")
		w.Status("1", acknowledged)
	})
}
