package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
)

// withBackup has a heartbeat of the service checkout, and a Watchdog.
const withBackup = `
heartbeats:
  nightly-backup: {every: 24h, grace: 1h, service: checkout, token: token-of-the-backup}
  Watchdog: {every: 5m}
`

// playWith runs a scene in a world with more in its configuration.
func playWith(t *testing.T, more string, scene func(*world)) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}, text: worldConfig + more}
		w.build()
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		scene(w)
	})
}

// Beat beats over HTTP.
func (w *world) Beat(name, token string) int {
	w.t.Helper()
	rec := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/beat/"+name, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w.app.public().ServeHTTP(rec, r)
	synctest.Wait()
	return rec.Code
}

// TestHeartbeat: what is missing pages by the policy of its service, over a restart, and the next beat ends it.
func TestHeartbeat(t *testing.T) {
	watchdog := sns.Post{Subject: "[FIRING:1] Watchdog",
		Message: `{"groupKey":"x","alerts":[{"status":"firing","labels":{"alertname":"Watchdog","severity":"none"}}]}`}
	playWith(t, withBackup, func(w *world) {
		if code := w.Beat("nightly-backup", "token-of-the-backuq"); code != http.StatusUnauthorized {
			t.Errorf("a wrong token is answered %d", code)
		}
		if code := w.Beat("nightly-backup", "token-of-the-backup"); code != http.StatusOK {
			t.Errorf("a beat is answered %d", code)
		}
		watch := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); w.Wait(min(5*time.Minute, time.Until(end))) {
				watchdog.At = time.Now()
				body, err := w.topic.Sign(watchdog)
				if err != nil || w.PostBody(body) != http.StatusOK {
					t.Fatal("the Watchdog is refused", err)
				}
			}
		}
		watch(20 * time.Hour)
		w.Restart()
		watch(5*time.Hour - time.Minute)
		w.Quiet()
		watch(2 * time.Minute)
		page := w.Paged("ana", "No beat of nightly-backup since 2000-01-01 00:00 UTC, expected by 01:00 UTC")
		w.Press("ana", page, "Acknowledge")
		w.Beat("nightly-backup", "token-of-the-backup")
		w.Status("1", resolved)
		if said := w.said("1"); !strings.Contains(said, "a beat of nightly-backup came") {
			t.Errorf("the timeline is:\n%s", said)
		}
		w.Wait(11 * time.Minute)
		w.Paged("ana", "No beat of Watchdog since 00:59 UTC, expected by 01:09 UTC")
	})
}

// TestHeartbeatsAreReloaded: one that is configured while the program runs is waited for, and one that is taken out is not.
func TestHeartbeatsAreReloaded(t *testing.T) {
	play(t, func(w *world) {
		w.reload = true
		if code := w.Beat("nightly-backup", "token-of-the-backup"); code != http.StatusNotFound {
			t.Errorf("without heartbeats a beat is answered %d", code)
		}
		w.configure("default_service: rest\n", "default_service: rest\n"+withBackup)
		if code := w.Beat("nightly-backup", "token-of-the-backup"); code != http.StatusOK {
			t.Errorf("a beat is answered %d", code)
		}
		w.Wait(11 * time.Minute)
		w.Paged("ana", "No beat of Watchdog since it was configured")
		w.configure(withBackup, "")
		w.Status("1", resolved)
		w.Wait(30 * time.Hour)
		w.Quiet()
	})
}
