package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
	"github.com/oncalm/oncalm/web"
)

// TestPostmortemPage: the page shows the document, names nobody, and brings its own policy; another number is not there.
func TestPostmortemPage(t *testing.T) {
	s, now := storetest.Memory(), time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		_, err := (&incidents.Book{Store: s}).Open(tx, now, now, incidents.Person("quentin"),
			incidents.Opened{Title: "Invoices are sent twice, says Quentin", Service: "billing", Severity: incidents.Sev2})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := shapes.Load("", shapes.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	(&web.Postmortems{Store: s, Texts: texts, Log: slog.New(slog.DiscardHandler)}).RegisterPage(mux)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	w := get("/postmortems/1")
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, "Invoices are sent twice, says Responder A") ||
		strings.Contains(strings.ToLower(body), "quentin") {
		t.Errorf("%d\n%s", w.Code, body)
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, page.Policy()) {
		t.Errorf("Content-Security-Policy: %s", csp)
	}
	for _, path := range []string{"/postmortems/2", "/postmortems/x"} {
		if w := get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
