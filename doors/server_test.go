package doors

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func asked(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestFrame(t *testing.T) {
	var log bytes.Buffer
	h := Frame(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panic":
			panic("oh")
		case "/read":
			if _, err := io.ReadAll(r.Body); err != nil {
				http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			}
		}
	}), slog.New(slog.NewTextHandler(&log, nil)))
	w := asked(h, "/")
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "", "Server": "",
	}
	for name, value := range want {
		if diff := cmp.Diff(value, w.Header().Get(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; ") || strings.Contains(csp, "unsafe") {
		t.Errorf("Content-Security-Policy: %s", csp)
	}
	if w := asked(h, "/panic"); w.Code != 500 || strings.Contains(w.Body.String(), "oh") || !strings.Contains(log.String(), "panic=oh") {
		t.Errorf("a panic: %d %s, log %s", w.Code, w.Body, &log)
	}
	for size, want := range map[int]int{MaxBody: 200, MaxBody + 1: 413} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/read", bytes.NewReader(make([]byte, size))))
		if w.Code != want {
			t.Errorf("%d bytes: %d, want %d", size, w.Code, want)
		}
	}
	trace := httptest.NewRecorder()
	h.ServeHTTP(trace, httptest.NewRequest(http.MethodTrace, "/", nil))
	if trace.Code != http.StatusMethodNotAllowed {
		t.Errorf("TRACE: %d", trace.Code)
	}
	proxied := httptest.NewRequest(http.MethodGet, "/", nil)
	proxied.Header.Set("X-Forwarded-Proto", "https")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, proxied)
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security behind TLS")
	}
}

// TestServerDeadlines holds the figures that keep slow clients from holding us up.
func TestServerDeadlines(t *testing.T) {
	s := NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	got := []time.Duration{s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout}
	want := []time.Duration{5 * time.Second, 10 * time.Second, 15 * time.Second, time.Minute}
	if diff := cmp.Diff(want, got); diff != "" || s.MaxHeaderBytes != 16<<10 {
		t.Errorf("deadlines (-want +got):\n%s\nheader bytes: %d", diff, s.MaxHeaderBytes)
	}
}
