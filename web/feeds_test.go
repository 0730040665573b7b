package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/rotations/rotationstest"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/web"
)

// weekly is a schedule of ana and bo, and an override that is kept in the store.
func weekly(t *testing.T) *web.Schedules {
	t.Helper()
	s := rotations.Schedule{Name: "payments", Zone: time.UTC, Layers: []rotations.Layer{rotationstest.Layer("primary", "1999-01-04T09:00", "1w", "ana", "bo")}}
	return &web.Schedules{
		Store: newStore(t), Schedules: map[string]rotations.Schedule{"payments": s, "a/b": {Name: "a/b"}}, Log: quiet(),
		Overrides: func(tx store.Tx, schedule string) []rotations.Override {
			var all []rotations.Override
			if val := tx.Get("test/" + schedule); val != nil {
				all = append(all, rotations.Override{Person: string(val), From: time.Now(), To: time.Now().Add(24 * time.Hour)})
			}
			return all
		},
	}
}

func newLink(t *testing.T, s store.Store, f feed.Feed) string {
	t.Helper()
	made, err := ops.MakeFeed(t.Context(), s, f, "ana")
	if err != nil {
		t.Fatal(err)
	}
	return f.URL("", made.Token)
}

func ask(h http.Handler, method, target, etag string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("If-None-Match", etag)
	h.ServeHTTP(w, r)
	return w
}

func TestFeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := weekly(t)
		mux := http.NewServeMux()
		f.RegisterFeeds(mux)
		door := doors.Frame(mux, quiet())
		address := newLink(t, f.Store, feed.Feed{Kind: feed.Schedule, Name: "payments"})
		w := ask(door, http.MethodGet, address, "")
		if w.Code != 200 || strings.Count(w.Body.String(), "BEGIN:VEVENT") != 31 {
			t.Fatalf("%d, %d shifts:\n%s", w.Code, strings.Count(w.Body.String(), "BEGIN:VEVENT"), w.Body)
		}
		got := map[string]string{}
		for _, name := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options"} {
			got[name] = w.Header().Get(name)
		}
		want := map[string]string{"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
		etag := w.Header().Get("ETag")
		time.Sleep(10 * time.Hour)
		if w := ask(door, http.MethodGet, address, etag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("the same again: %d", w.Code)
		}
		if w := ask(door, http.MethodHead, address, ""); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("ETag") != etag {
			t.Errorf("HEAD: %d", w.Code)
		}
		put(t, f.Store, "test/payments", "zoe")
		if w := ask(door, http.MethodGet, address, etag); w.Code != 200 || !strings.Contains(w.Body.String(), "SUMMARY:zoe on call: payments") {
			t.Errorf("with an override: %d\n%s", w.Code, w.Body)
		}
		person := newLink(t, f.Store, feed.Feed{Kind: feed.Person, Name: "bo"})
		if w := ask(door, http.MethodGet, person, ""); w.Code != 200 || strings.Count(w.Body.String(), "SUMMARY:On call: payments") != 17 { // 16 weeks, one of them with zoe in the middle
			t.Errorf("bo: %d, %d shifts", w.Code, strings.Count(w.Body.String(), "SUMMARY:On call: payments"))
		}
		odd := newLink(t, f.Store, feed.Feed{Kind: feed.Schedule, Name: "a/b"})
		if w := ask(door, http.MethodGet, odd, ""); w.Code != 200 {
			t.Errorf("%s: %d", odd, w.Code)
		}
		time.Sleep(24 * time.Hour)
		if w := ask(door, http.MethodGet, address, etag); w.Code != 200 {
			t.Errorf("a day later: %d", w.Code)
		}
		if gone, err := ops.RevokeFeed(t.Context(), f.Store, feed.Feed{Kind: feed.Schedule, Name: "payments"}, ""); err != nil ||
			len(gone) != 1 {
			t.Fatal(gone, err)
		}
		if w := ask(door, http.MethodGet, address, etag); w.Code != 404 {
			t.Errorf("revoked: %d", w.Code)
		}
	})
}

func put(t *testing.T, s store.Store, key, val string) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx store.Tx) error { tx.Put(key, []byte(val)); return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestFeedsTellNothing holds that whoever has no right token cannot tell what there is, and that no token gets into the log.
func TestFeedsTellNothing(t *testing.T) {
	f := weekly(t)
	var log bytes.Buffer
	f.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	mux := http.NewServeMux()
	f.RegisterFeeds(mux)
	door := doors.Frame(mux, f.Log)
	right := newLink(t, f.Store, feed.Feed{Kind: feed.Schedule, Name: "payments"})
	gone := newLink(t, f.Store, feed.Feed{Kind: feed.Schedule, Name: "no longer there"})
	_, token, _ := strings.Cut(right, "?token=")
	var first string
	for _, target := range []string{
		"/ical/nothing.ics", "/ical/payments.ics", "/ical/payments.ics?token=", "/ical/payments.ics?token=wrong", "/ical/payments.ics?token=" + token[1:],
		"/ical/payments.ics?Token=" + token, "/ical/payments?token=" + token, "/ical/nothing.ics?token=" + token, "/ical/person/payments.ics?token=" + token,
		"/ical/person/ana.ics?token=" + token, "/ical/", "/ical/person/", "/ical/.ics?token=" + token, "/ical/x/payments.ics?token=" + token, gone,
		"/ical/payments.ics?token=" + strings.Repeat("x", 10000), "/ical/%2e%2e%2fpayments.ics?token=" + token,
	} {
		w := ask(door, http.MethodGet, target, "*")
		w.Header().Del("Date")
		answer, err := json.Marshal([]any{w.Code, w.Header(), w.Body.String()})
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(answer)
		}
		if w.Code != 404 || string(answer) != first {
			t.Errorf("%s: %s, want %s", target, answer, first)
		}
	}
	if w := ask(door, http.MethodPost, right, ""); w.Code != 404 {
		t.Errorf("POST: %d", w.Code)
	}
	if w := ask(door, http.MethodGet, right, ""); w.Code != 200 {
		t.Errorf("the right one: %d", w.Code)
	}
	f.Store = broken{}
	if w := ask(door, http.MethodGet, right, ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a store: %d", w.Code)
	}
	if !strings.Contains(log.String(), "could not be read") || strings.Contains(log.String(), token) {
		t.Errorf("the log: %s", log.String())
	}
}

// broken is a store that has failed.
type broken struct{ store.Store }

func (broken) View(context.Context, func(store.Tx) error) error {
	return errors.New("the disk is gone")
}
