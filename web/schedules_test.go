package web_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/oncalm/oncalm/doors"
)

func TestSchedules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := weekly(t)
		mux := http.NewServeMux()
		s.RegisterPage(mux)
		door := doors.Frame(mux, quiet())
		for _, tt := range []struct {
			path, form string
			code       int
			parts      []string
		}{
			{"/", "text/html; charset=utf-8", 200, []string{
				"<strong>bo until Mon 3 January 09:00 UTC</strong>, then ana from Mon 3 January 09:00 UTC", `src="/schedules/payments.svg?days=14"`,
				`src="/schedules/a%2Fb.svg?days=14"`, "<strong>Nobody</strong>", "the schedule has no layers",
			}},
			{"/?days=42", "text/html; charset=utf-8", 200, []string{"payments.svg?days=42", `<a href="/?days=42" aria-current="page">`}},
			{"/?days=99999999999999999999", "text/html; charset=utf-8", 200, []string{"payments.svg?days=14"}},
			{"/schedules/payments.svg?days=14", "image/svg+xml", 200, []string{"<svg ", "<title>ana, Mon 2000-01-03 09:00 to Mon 2000-01-10 09:00 UTC (layer primary)</title>", "now, Sat 00:00"}},
			{"/schedules/payments.svg?days=100000", "image/svg+xml", 200, []string{"<svg "}},
			{"/schedules/a%2Fb.svg", "image/svg+xml", 200, []string{"nobody"}},
			{"/schedules/payments", "text/plain; charset=utf-8", 404, nil},
			{"/schedules/x.svg", "text/plain; charset=utf-8", 404, nil},
			{"/style.css", "text/css; charset=utf-8", 200, []string{"prefers-color-scheme"}},
			{"/icon.svg", "image/svg+xml", 200, []string{"<svg "}},
			{"/elsewhere", "text/plain; charset=utf-8", 404, nil},
		} {
			w := get(t, door, tt.path)
			if w.Code != tt.code || w.Header().Get("Content-Type") != tt.form {
				t.Errorf("%s: %d %s, want %d %s", tt.path, w.Code, w.Header().Get("Content-Type"), tt.code, tt.form)
			}
			for _, part := range tt.parts {
				if !strings.Contains(w.Body.String(), part) {
					t.Errorf("%s: %q is not in:\n%s", tt.path, part, w.Body)
				}
			}
		}
		put(t, s.Store, "test/payments", "<b>zoe</b>")
		if w := get(t, door, "/"); !strings.Contains(w.Body.String(), "<strong>&lt;b&gt;zoe&lt;/b&gt; until") {
			t.Errorf("with an override:\n%s", w.Body)
		}
		s.Store = broken{}
		for _, path := range []string{"/", "/schedules/payments.svg"} {
			if w := get(t, door, path); w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s without a store: %d", path, w.Code)
			}
		}
	})
}
