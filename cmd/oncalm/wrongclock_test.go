package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// readyz is what the program answers whether it is ready.
func (w *world) readyz() string {
	rec := httptest.NewRecorder()
	w.app.public().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return strings.TrimSpace(rec.Body.String())
}

// TestAWrongClock: nothing that SNS or Slack sent is refused for good because our own clock is wrong. People are told, and what
// SNS sends again is taken when the clock is right.
func TestAWrongClock(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"6m0s slow": -6 * time.Minute, "1h16m0s fast": 76 * time.Minute, "5h0m0s slow": -5 * time.Hour, "5h0m0s fast": 5 * time.Hour,
	} {
		for _, when := range []string{"at the start", "later"} {
			t.Run(name+" "+when, func(t *testing.T) {
				play(t, func(w *world) {
					logs := &syncBuffer{}
					w.log = slog.New(slog.NewTextHandler(logs, nil))
					w.Reboot(0)
					w.Alarm("search-p99")
					page := w.Paged("ana", "search-p99")
					if when == "later" {
						w.Wait(time.Minute)
						w.Step(off)
					} else {
						w.Reboot(off)
					}
					body, err := w.topic.Alarm(aws.Example{Name: "checkout-5xx", At: time.Now()})
					if err != nil {
						t.Fatal(err)
					}
					if status := w.PostBody(body); status != http.StatusServiceUnavailable {
						t.Errorf("before anybody knows: %d, want 503", status)
					}
					w.Wait(13 * time.Second)
					if status := w.PostBody(body); status != http.StatusServiceUnavailable {
						t.Errorf("with a clock that is known to be wrong: %d, want 503", status)
					}
					const why = `{"name":"clock","ok":false,"reason":"the clock of this machine is `
					if said := w.readyz(); !strings.Contains(said, why+name) {
						t.Errorf("readyz: %s", said)
					}
					if line := logs.lineWith("clock of this machine is wrong"); !strings.Contains(line, "level=ERROR") || !strings.Contains(line, name) {
						t.Errorf("log: %s", line)
					}
					told := strings.Join(selfPages(w.slack), "\n")
					if !strings.Contains(told, "channel: 🔴 The clock on Oncalm's machine is "+name) || !strings.Contains(told, "ana: 🔴") {
						t.Errorf("told:\n%s", told)
					}
					w.Press("ana", page, "Acknowledge")
					w.Status("1", acknowledged)
					w.Step(-off)
					w.Wait(15 * time.Second)
					if said := w.readyz(); !strings.Contains(said, `"ready":true`) {
						t.Errorf("readyz with the right clock: %s", said)
					}
					if told := selfPages(w.slack); !strings.Contains(told[len(told)-1], "🟢") {
						t.Errorf("told at last: %q", told)
					}
					if status := w.PostBody(body); status != http.StatusOK {
						t.Errorf("sent again: %d", status)
					}
					w.Paged("ana", "checkout-5xx")
				})
			})
		}
	}
}

// TestAReplayIsRefusedForGood while our clock is known to be right; while nobody says so it is not taken either.
func TestAReplayIsRefusedForGood(t *testing.T) {
	play(t, func(w *world) {
		old, err := w.topic.Alarm(aws.Example{Name: "checkout-5xx", At: time.Now().Add(-3 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if status := w.PostBody(old); status != http.StatusForbidden {
			t.Errorf("an old message: %d, want 403", status)
		}
		w.hands.set(func(h *hands) { h.silent = true })
		w.Wait(11 * time.Minute)
		if status := w.PostBody(old); status != http.StatusServiceUnavailable {
			t.Errorf("an old message, while nobody says what time it is: %d, want 503", status)
		}
		w.hands.set(func(h *hands) { h.silent = false })
		w.Alarm("disk")
		w.Wait(2 * time.Minute)
		for range 3 {
			w.hands.set(func(h *hands) { h.lies = 3 * time.Hour }) // one answer that is wrong
			w.Alarm("search-p99")
			if status := w.PostBody(old); status != http.StatusForbidden {
				t.Errorf("an old message, after one odd answer: %d, want 403", status)
			}
			if said := w.readyz(); !strings.Contains(said, `"ready":true`) {
				t.Errorf("readyz: %s", said)
			}
			w.Wait(10 * time.Second)
		}
	})
}

// signedAt is a command that Slack signed at a time.
func signedAt(at time.Time) *http.Request {
	const body = "command=%2Fincident&text=list&user_id=U0ANA&channel_id=C0INCIDENTS&team_id=T0FAKE&trigger_id=1.2.x"
	stamp := strconv.FormatInt(at.Unix(), 10)
	r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", wire.Sign("fake-signing-secret", stamp, []byte(body)))
	return r
}

// TestAStalePressWithAWrongClock: what Slack signed long ago is refused by what the time should be.
func TestAStalePressWithAWrongClock(t *testing.T) {
	for _, off := range []time.Duration{0, time.Hour, -time.Hour} {
		play(t, func(w *world) {
			w.Reboot(off)
			w.Wait(15 * time.Second)
			for ago, want := range map[time.Duration]string{
				0: "", 4 * time.Minute: "", 6 * time.Minute: "stale request", time.Hour: "stale request", -time.Hour: "stale request",
			} {
				rec := httptest.NewRecorder()
				w.app.public().ServeHTTP(rec, signedAt(time.Now().Add(-ago)))
				if got := strings.TrimSpace(rec.Body.String()); (want != "") != (rec.Code == http.StatusUnauthorized) ||
					want != "" && got != want {
					t.Errorf("clock off by %v, sent %v ago: %d %q, want %q", off, ago, rec.Code, got, want)
				}
			}
		})
	}
}
