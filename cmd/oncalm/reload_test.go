package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
)

// Reload replaces a part of the configuration, and has the program read it.
func (w *world) Reload(old, replacement string) ops.Reloaded {
	w.t.Helper()
	if !strings.Contains(w.text, old) {
		w.t.Fatalf("the configuration has no %q", old)
	}
	w.text = strings.ReplaceAll(w.text, old, replacement)
	path := filepath.Join(w.dir, "oncalm.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, w.text, rigTopic), 0o600); err != nil {
		w.t.Fatal(err)
	}
	told, err := w.app.reload(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if told.File != path {
		w.t.Errorf("it read %s", told.File)
	}
	if told.Done {
		w.cfg = w.app.now().cfg // for the next start
	}
	synctest.Wait()
	return told
}

// heads are all open incidents.
func (w *world) openHeads() (all []*incidents.Incident) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		all = nil
		for _, id := range incidents.OpenIDs(tx, 0) {
			i, err := incidents.Head(tx, id)
			if err != nil {
				return err
			}
			all = append(all, i)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestReload: what comes after it goes by the new configuration; a run that is open keeps its policy.
func TestReload(t *testing.T) {
	play(t, func(w *world) {
		w.Wait(24 * time.Hour)
		w.Alarm("checkout-5xx")
		w.Paged("ana", "checkout-5xx")
		told := w.Reload(`{page: ["schedule:days"], wait: 5m}, {page: ["person:bo"], wait: 10m}`, `{page: ["person:dee"], wait: 5m}`)
		if told.Done || len(told.Problems) != 1 || !strings.Contains(told.Problems[0], "oncalm.yaml:15:21: there is no person \"dee\"") {
			t.Fatalf("dee is not in the configuration, and it says %+v", told)
		}
		w.Alarm("search-slow")
		w.Paged("ana", "search-slow") // as before
		told = w.Reload("people: {", "people: {dee: {slack: U0EVE}, ")
		want := []ops.Change{{What: "people", Added: []string{"dee"}}, {What: "policies", Changed: []string{"days"}}}
		if diff := cmp.Diff(want, told.Changes); diff != "" || !told.Done || len(told.Restart) > 0 {
			t.Errorf("%+v: %s", told, diff)
		}
		w.Alarm("checkout-404")
		if dm := w.slack.DM("U0EVE"); len(dm) != 1 || !strings.Contains(dm[0].Text, "checkout-404") {
			t.Errorf("dee got %v", dm)
		}
		w.Wait(5 * time.Minute)
		if both := w.Paged("bo", "").Text + w.Paged("bo", "").Text; !strings.Contains(both, "checkout-5xx") || !strings.Contains(both, "search-slow") {
			t.Errorf("the second step of the runs that were open: %s", both)
		}
		w.Says("ana", "/incident", "ack 1 2 3")
		w.Quiet()
	})
}

// TestReloadNeedsARestart: what cannot change while the program runs is named, and stays.
func TestReloadNeedsARestart(t *testing.T) {
	play(t, func(w *world) {
		w.Wait(time.Minute)
		told := w.Reload("bot_token: xoxb-fake", "bot_token: xoxb-other")
		if diff := cmp.Diff([]string{"slack.bot_token"}, told.Restart); diff != "" || !told.Done || len(told.Changes) > 0 {
			t.Errorf("%+v: %s", told, diff)
		}
		if strings.Contains(fmt.Sprintf("%+v", told), "xoxb-other") {
			t.Error("it tells the secret")
		}
		w.Alarm("checkout-5xx")
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
		w.Status("1", incidents.StatusAcknowledged)
		w.Reload("bot_token: xoxb-other", "bot_token: xoxb-fake")
	})
}

// TestReloadMovesAShift: who is on call changes, and the handoff is announced once, not back and forth.
func TestReloadMovesAShift(t *testing.T) {
	shop{shift: "1w", keys: "remind: 0s", begin: "2000-01-04T07:30"}.play(t, func(w *world) {
		w.Wait(time.Hour)
		w.allTold()
		w.reload = true
		w.change("[ana, bo, cy]", "[cy, bo, ana]")
		w.Wait(10 * time.Minute)
		if told := heads(w.allTold()); len(told) != 3 {
			t.Errorf("%q, want a notice to each and one to the channel", told)
		}
	})
}

// TestReloadInAStorm: alarms come in all the while, Slack is slow, and the configuration is read again and again. Nobody waits,
// nothing is lost, and no page goes out twice.
func TestReloadInAStorm(t *testing.T) {
	play(t, func(w *world) {
		w.Wait(time.Minute)
		w.slack.Faults.FailEvery(3, faults.Slow(4*time.Second))
		const alarms = 200
		var all sync.WaitGroup
		slowest := time.Duration(0)
		all.Go(func() {
			for n := range alarms {
				begun := time.Now()
				w.Alarm(fmt.Sprintf("rest-%03d", n))
				slowest = max(slowest, time.Since(begun))
				time.Sleep(100 * time.Millisecond)
			}
		})
		reloads := 0
		all.Go(func() {
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end); reloads++ {
				if told, err := w.app.reload(w.t.Context()); err != nil || !told.Done {
					t.Error(told, err)
				}
				time.Sleep(70 * time.Millisecond)
			}
		})
		all.Wait()
		w.slack.Faults.Clear()
		w.Wait(time.Minute)
		if slowest > 0 { // of the bubble's time
			t.Errorf("an alarm waited for %s", slowest)
		}
		told := map[string]int{}
		for _, m := range w.slack.DM("U0ANA") {
			if m.Metadata != nil && m.Metadata.EventType == "oncalm_page" {
				told[fmt.Sprint(m.Metadata.EventPayload)]++
			}
		}
		for key, n := range told {
			if n > 1 {
				t.Errorf("%s was told %d times", key, n)
			}
		}
		firing := 0
		for _, i := range w.openHeads() {
			firing += len(i.Firing)
			if len(i.Pages) == 0 {
				t.Errorf("nobody was paged for incident %s", i.ID)
			}
			for key, p := range i.Pages {
				if p.Delivered.IsZero() {
					t.Errorf("%s was not delivered", key)
				}
			}
		}
		if firing != alarms || reloads < 4 {
			t.Errorf("%d of %d alarms are in incidents, after %d reloads", firing, alarms, reloads)
		}
		t.Logf("%d reloads, %d pages", reloads, len(told))
	})
}

// TestReloadsLeaveNothingBehind: no goroutine and no memory.
func TestReloadsLeaveNothingBehind(t *testing.T) {
	play(t, func(w *world) {
		w.Wait(time.Minute)
		used := func() (goroutines int, heap uint64) {
			w.Wait(time.Minute)
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return runtime.NumGoroutine(), m.HeapAlloc
		}
		reload := func(n int) {
			for i := range n {
				if i%2 == 0 {
					w.Reload("cy: {slack: U0CY}}", "cy: {slack: U0CY}, dee: {slack: U0EVE}}")
				} else {
					w.Reload("cy: {slack: U0CY}, dee: {slack: U0EVE}}", "cy: {slack: U0CY}}")
				}
			}
		}
		reload(10)
		goroutines, heap := used()
		reload(100)
		after, grown := used()
		if after > goroutines {
			t.Errorf("%d goroutines, and %d before", after, goroutines)
		}
		if grown > heap+2<<20 {
			t.Errorf("%d bytes in use, and %d before", grown, heap)
		}
		t.Logf("goroutines %d, then %d; heap %d KiB, then %d KiB", goroutines, after, heap>>10, grown>>10)
	})
}

// TestReloadsTakeTurns: of several at a time each is done, and those that come too late are told so.
func TestReloadsTakeTurns(t *testing.T) {
	play(t, func(w *world) {
		w.Wait(time.Minute)
		w.slack.Faults.FailEvery(1, faults.Slow(5*time.Second))
		w.Alarm("checkout-5xx") // its page is in hand for a while
		done := make(chan time.Duration, 5)
		begun := time.Now()
		for range cap(done) {
			go func() {
				if told, err := w.app.reload(w.t.Context()); err != nil || !told.Done {
					t.Error(told, err)
				}
				done <- time.Since(begun)
			}()
		}
		first := <-done
		for range cap(done) - 1 {
			<-done
		}
		if first > 0 {
			t.Errorf("the first waited for what was in hand: %s", first)
		}
		w.slack.Faults.Clear()
		w.Wait(10 * time.Second)
		w.Paged("ana", "checkout-5xx")
		w.Quiet()
		cut, cancel := context.WithCancel(w.t.Context())
		cancel()
		_, _ = w.app.reload(cut) // it may be done or not, but does not hang
		stopped := w.app
		w.Restart()
		if _, err := stopped.reload(w.t.Context()); err == nil {
			t.Error("a program that has ended took a configuration")
		}
	})
}

// TestReloadWhilePressed: a request that is under way when the configuration changes is answered.
func TestReloadWhilePressed(t *testing.T) {
	play(t, func(w *world) {
		w.Wait(time.Minute)
		w.Alarm("checkout-5xx")
		page := w.Paged("ana", "checkout-5xx")
		inside := w.app.enter() // as a request is
		w.reload = true
		w.change("bo: {slack: U0BO}, ", "bo: {slack: U0BO}, dee: {slack: U0EVE}, ")
		if w.app.now() == inside {
			t.Error("it is not in force while somebody is inside the one before")
		}
		w.Press("ana", page, "Acknowledge")
		inside.leave()
		w.Wait(time.Minute)
		w.Status("1", incidents.StatusAcknowledged)
		w.OK("checkout-5xx")
		w.Status("1", incidents.StatusResolved)
	})
}
