package heartbeats

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/store/storetest"
)

// TestDoor: who has the token beats; who has not learns nothing, neither of names nor of tokens.
func TestDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		silent := Heartbeat{Name: "by-sns", Every: time.Hour, Grace: time.Hour}
		r.start(backup(), silent)
		defer func() { r.stop() }()
		mux := http.NewServeMux()
		(&Door{Desk: r.desk}).Register(mux)
		ask := func(method, name, auth string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			req := httptest.NewRequestWithContext(t.Context(), method, "/beat/"+name, strings.NewReader("a body is ignored"))
			if auth != "" {
				req.Header.Set("Authorization", auth)
			}
			mux.ServeHTTP(w, req)
			return w
		}
		const right = "Bearer token-of-the-backup"
		strange := ask("POST", "nobody", right)
		for _, tt := range []struct {
			method, name, auth string
			status             int
		}{
			{"POST", "nightly-backup", right, 200},
			{"POST", "nightly-backup", "bearer token-of-the-backup", 200},
			{"POST", "nightly-backup", "Bearer token-of-the-backuq", 401},
			{"POST", "nightly-backup", "Bearer ", 401},
			{"POST", "nightly-backup", "", 401},
			{"POST", "nightly-backup", "Basic token-of-the-backup", 401},
			{"POST", "nightly-backup", "Bearer " + strings.Repeat("x", 100_000), 401},
			{"POST", "by-sns", right, 401},
			{"POST", "by-sns", "Bearer ", 401},
			{"POST", "by-sns", "", 401},
			{"POST", "nobody", right, 401},
			{"GET", "nightly-backup", right, 405},
			{"GET", "nobody", "", 405},
			{"PUT", "nightly-backup", right, 405},
		} {
			w := ask(tt.method, tt.name, tt.auth)
			if w.Code != tt.status {
				t.Errorf("%s %s with %.40q: %d %s", tt.method, tt.name, tt.auth, w.Code, w.Body)
			}
			if tt.status == 401 && w.Body.String() != strange.Body.String() {
				t.Errorf("%s is answered differently from a name that is not known: %s", tt.name, w.Body)
			}
			if tt.status == 405 && w.Header().Get("Allow") != "POST" {
				t.Errorf("%v", w.Header())
			}
		}
		if got := ask("POST", "nightly-backup", right).Body.String(); !strings.Contains(got, `"next":"2000-01-02T00:00:00Z"`) {
			t.Errorf("who beats reads %s", got)
		}
	})
}

// TestDoorWithoutStore: a beat that was not kept is not answered as if it was.
func TestDoorWithoutStore(t *testing.T) {
	s := storetest.NewMortal(storetest.Memory(), 0, false, func() {})
	d := &Desk{Heartbeats: []Heartbeat{backup()}, Store: s, Log: slog.New(slog.DiscardHandler)}
	mux := http.NewServeMux()
	(&Door{Desk: d}).Register(mux)
	for range 2 {
		w := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/beat/nightly-backup", nil)
		req.Header.Set("Authorization", "Bearer token-of-the-backup")
		mux.ServeHTTP(w, req)
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), storetest.ErrDead.Error()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if err := d.keep(t.Context(), "nightly-backup"); !errors.Is(err, storetest.ErrDead) {
		t.Error(err)
	}
}

// TestNoDoor: without a token nothing is served.
func TestNoDoor(t *testing.T) {
	mux := http.NewServeMux()
	(&Door{Desk: &Desk{Heartbeats: []Heartbeat{{Name: "by-sns"}}}}).Register(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/beat/by-sns", nil))
	if w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}
