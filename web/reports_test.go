package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/reports/forms"
	"github.com/oncalm/oncalm/reports/reportstest"
)

// TestReports: a report as a page, with its policy; and what is no span of time is refused.
func TestReports(t *testing.T) {
	q := reportstest.Query(t)
	mux := http.NewServeMux()
	(&Reports{Source: reportstest.New(t), Zone: q.Zone, Zones: q.Zones, Clock: clocks.System(),
		Log: slog.New(slog.DiscardHandler)}).RegisterPage(mux)
	for path, tt := range map[string]struct {
		status int
		part   string
	}{
		"/reports?from=2026-03-23&to=2026-03-30":                     {http.StatusOK, "<p>19 incidents (sev1 4"},
		"/reports?from=2026-03-22T23:00:00Z&to=2026-03-29T22:00:00Z": {http.StatusOK, "<p>19 incidents (sev1 4"},
		"/reports?to=2026-03-30":                                     {http.StatusOK, "<p>19 incidents (sev1 4"},
		"/reports":                                                   {http.StatusOK, "There was no incident."},
		"/reports?from=2026-03-30&to=2026-03-23":                     {http.StatusBadRequest, "the earlier first"},
		"/reports?from=<script>":                                     {http.StatusBadRequest, "from and to are days"},
	} {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.part) || strings.Contains(rec.Body.String(), "<script") {
			t.Errorf("%s: %d %.300s", path, rec.Code, rec.Body)
		}
		policy := rec.Header().Get("Content-Security-Policy")
		if tt.status == http.StatusOK && !strings.HasPrefix(policy, forms.Policy()) {
			t.Errorf("%s: the policy is %q", path, policy)
		}
	}
}
