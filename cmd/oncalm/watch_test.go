package main

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// watchSecret stands in no log.
const watchSecret = "b1d3b6e2-secret"

// withWatch has a watchdog outside.
const withWatch = "\nwatch: {url: \"https://hc-ping.example.com/" + watchSecret + "\"}\n"

// watchdog hears heartbeats.
type watchdog struct {
	mu     sync.Mutex
	heard  []time.Time
	broken error
}

func (d *watchdog) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return nil, d.broken
	}
	if r.URL.String() != "https://hc-ping.example.com/"+watchSecret || r.Method != http.MethodGet {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
	}
	d.heard = append(d.heard, time.Now())
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// since is how many heartbeats it has heard after a time.
func (d *watchdog) since(t time.Time) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, at := range d.heard {
		if at.After(t) {
			n++
		}
	}
	return n
}

// playWatched runs a scene in a world that a watchdog hears. The store is mortal.
func playWatched(t *testing.T, text string, scene func(*world, *watchdog, *storetest.Mortal)) (log string) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		dog := &watchdog{}
		var mortal *storetest.Mortal
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}, text: text, heartbeat: dog,
			log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
			around: func(s store.Store) store.Store {
				mortal = storetest.NewMortal(s, -1, false, func() {})
				return mortal
			}}
		w.build()
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		scene(w, dog, mortal)
	})
	return out.String()
}

// TestWatchdog: it hears of the whole program each minute, and of one that pages nobody within two minutes nothing more. The last case
// is the control.
func TestWatchdog(t *testing.T) {
	text := worldConfig + withWatch
	away := func(w *world, _ *storetest.Mortal) { w.slack.Faults.Down(true) }
	for name, tt := range map[string]struct {
		text string
		kill func(*world, *storetest.Mortal)
		dies bool
	}{
		"the store dies": {text, func(_ *world, m *storetest.Mortal) { m.Die(0) }, true},
		"Slack is away, and somebody cannot be reached otherwise": {withSMS(text), away, true},
		"Slack is away, and there is SMS":                         {allBySMS(text), away, false},
		"nothing":                                                 {text, func(*world, *storetest.Mortal) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			log := playWatched(t, tt.text, func(w *world, dog *watchdog, m *storetest.Mortal) {
				begun := time.Now()
				w.Wait(30 * time.Minute)
				if n := dog.since(begun); n < 28 || n > 31 {
					t.Errorf("%d heartbeats in half an hour", n)
				}
				tt.kill(w, m)
				w.Wait(2 * time.Minute)
				killed := time.Now()
				w.Wait(20 * time.Minute)
				if n := dog.since(killed); n > 0 == tt.dies {
					t.Errorf("%d heartbeats in 20 minutes", n)
				}
				w.Quiet()
				if m.Died() {
					w.lossy = true
				}
			})
			if strings.Contains(log, watchSecret) {
				t.Errorf("the log has the secret: %s", log)
			}
		})
	}
}

// allBySMS has everybody reached by SMS, too.
func allBySMS(text string) string {
	text = strings.Replace(withSMS(text), "bo: {slack: U0BO}, cy: {slack: U0CY}",
		`bo: {slack: U0BO, phone: "+4915112345679"}, cy: {slack: U0CY, phone: "+4915112345680"}`, 1)
	return text + "\nnotify: {sev1-sev4: [slack, sms after 2m]}\n"
}

// TestCanaryLeavesNoTrace: after hours of canaries there is no incident, no message and no alarm that people could find, and the first
// real alarm has the first number.
func TestCanaryLeavesNoTrace(t *testing.T) {
	playWatched(t, worldConfig+withWatch, func(w *world, _ *watchdog, _ *storetest.Mortal) {
		w.Wait(3 * time.Hour)
		_ = w.app.store.View(t.Context(), func(tx store.Tx) error {
			for key := range tx.Range("", "") {
				for _, of := range []string{"fate/", "known/", "open/", "incident/", "history/", "change/"} {
					if strings.HasPrefix(key, of) {
						t.Errorf("there is %s", key)
					}
				}
			}
			return nil
		})
		if n := len(w.slack.Messages("C0INCIDENTS")); n > 0 {
			t.Errorf("%d messages in the channel", n)
		}
		w.Quiet()
		w.Alarm("checkout-errors")
		w.Paged("ana", "checkout-errors")
		w.Status("1", "triggered")
	})
}

// TestUnheardHeartbeat: an error of the line is logged once, without the address.
func TestUnheardHeartbeat(t *testing.T) {
	log := playWatched(t, worldConfig+withWatch, func(w *world, dog *watchdog, _ *storetest.Mortal) {
		w.Wait(5 * time.Minute)
		dog.mu.Lock()
		dog.broken = errors.New(`dial https://hc-ping.example.com/` + watchSecret + `: no route`)
		dog.mu.Unlock()
		w.Wait(10 * time.Minute)
	})
	if n := strings.Count(log, "no heartbeat is sent"); n != 1 || strings.Contains(log, watchSecret) {
		t.Errorf("%d lines: %s", n, log)
	}
}

// TestToldOfAbsence: the channel reads once that the program was away, and what came late.
func TestToldOfAbsence(t *testing.T) {
	playWatched(t, worldConfig+withWatch, func(w *world, _ *watchdog, _ *storetest.Mortal) {
		w.Wait(10 * time.Minute)
		w.stop()
		fired := time.Now().Add(time.Minute)
		w.Wait(12 * time.Minute)
		w.start()
		if status := w.Post(aws.Example{Name: "checkout-errors", At: fired}); status != http.StatusOK {
			t.Fatal(status)
		}
		w.Wait(3 * time.Minute)
		w.Restart()
		w.Wait(5 * time.Minute)
		var told []string
		for _, m := range w.slack.Messages("C0INCIDENTS") {
			if strings.Contains(m.Text, "was away") {
				told = append(told, m.Text)
			}
		}
		if len(told) != 1 || !strings.Contains(told[0], "1 message came late (#1)") ||
			!strings.Contains(told[0], "away for 12 min") && !strings.Contains(told[0], "away for 13 min") {
			t.Errorf("the channel reads %q", told)
		}
	})
}
