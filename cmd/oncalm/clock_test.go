package main

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestClockSetBack is row 46 for a clock that was ahead (that of a jump ahead stands with
// the other rows): who is to be paged next is paged when their time has come by the
// clock as it is now, and not a day later; nobody is paged again.
func TestClockSetBack(t *testing.T) {
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	life := func(scene func(*world, *syncBuffer)) { // each begins at the same time
		synctest.Test(t, func(t *testing.T) {
			logs := &syncBuffer{}
			w := &world{t: t, dir: dir, topic: topic, seen: map[string]int{}, log: slog.New(slog.NewTextHandler(logs, nil))}
			w.build()
			w.start()
			defer w.fsck()
			defer func() { w.stop() }()
			scene(w, logs)
		})
	}
	life(func(w *world, _ *syncBuffer) {
		w.Wait(26 * time.Hour)
		w.opens("checkout-5xx", "search-p99")
		w.Paged("ana", "")
		w.Paged("ana", "")
		w.Wait(time.Minute)
		w.Quiet()
	})
	life(func(w *world, logs *syncBuffer) {
		const line = `level=WARN msg="the clock was set back since the last start: what is to come is counted from now" component=outbox by_at_least=26h0m0s`
		if got := logs.lineWith("clock"); got != line {
			t.Errorf("log: %s\nwant: %s", got, line)
		}
		w.Wait(2 * time.Minute)
		w.Quiet()
		w.Wait(3*time.Minute + time.Second)
		for range 2 {
			w.Press("bo", w.Paged("bo", ""), "Acknowledge")
		}
		w.Wait(20 * time.Minute)
		w.Quiet()
		w.Status("1", acknowledged)
		w.Status("2", acknowledged)
	})
}
