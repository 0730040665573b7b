package doors

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type watched struct {
	http.Handler
	log bytes.Buffer
	reg *prometheus.Registry
}

func newWatched() *watched {
	w := &watched{reg: prometheus.NewRegistry()}
	mux := http.NewServeMux()
	mux.HandleFunc("/sns", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	mux.HandleFunc("POST /slack/commands", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Slack-Signature") == "" {
			http.Error(w, "invalid signature", http.StatusUnauthorized)
		}
	})
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	w.Handler = NewRefusals(slog.New(slog.NewJSONHandler(&w.log, nil)), w.reg, testRoutes).Watch(Tidy(mux, testRoutes))
	return w
}

func (w *watched) ask(method, path string, headers ...string) {
	r := httptest.NewRequest(method, "http://h/", nil)
	r.URL.Path = path
	for _, name := range headers {
		r.Header.Set(name, "x")
	}
	w.ServeHTTP(httptest.NewRecorder(), r)
}

func (w *watched) lines() int { return strings.Count(w.log.String(), "\n") }

// refused is the counter.
func (w *watched) refused(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := w.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, m := range families[0].GetMetric() {
		all[m.GetLabel()[0].GetValue()+" "+m.GetLabel()[1].GetValue()] = m.GetCounter().GetValue()
	}
	return all
}

// TestRefusalsAreTold: a request that was refused is counted, and if it may have been an alarm or a press, it leaves a line that
// names the right path.
func TestRefusalsAreTold(t *testing.T) {
	const sns, slack = "X-Amz-Sns-Message-Type", "X-Slack-Signature"
	tests := []struct {
		method, path, header string
		counted              string
		line                 []string // what it contains; nil: no line
	}{
		{"POST", "/webhook/sns", sns, "other 404", []string{`"path":"/webhook/sns"`, `"right_path":"/sns"`, `"status":404`, `"sender":"SNS"`}},
		{"POST", "/alarms", sns, "other 404", []string{`"right_path":"/sns"`}},
		{"POST", "/webhook/sns", "", "other 404", []string{`"right_path":"/sns"`}},
		{"POST", "/slack/comand", slack, "slack 404", []string{`"right_path":"/slack/commands"`}},
		{"POST", "/bot", slack, "other 404", []string{`"right_path":"/slack/commands or /slack/interactions or /slack/events"`}},
		{"POST", "/healthz", "", "other 405", []string{`"status":405`, `"why":"Method Not Allowed"`}},
		{"PUT", "/nowhere", "", "other 404", []string{`"method":"PUT"`, `"right_path":""`}},
		{"POST", "/a\x1b[31m\u202eb\nlevel=ERROR\x00" + strings.Repeat("c", 5000), "", "other 404", []string{`"path":"/a`}},
		{"POST", "/sns", "", "sns 403", nil},              // the door tells
		{"POST", "/slack/commands", "", "slack 401", nil}, // likewise
		{"POST", "/slack/commands", slack, "", nil},
		{"GET", "/wp-login.php", "", "other 404", nil},
		{"GET", "/healthz", "", "", nil},
	}
	for _, tt := range tests {
		w := newWatched()
		w.ask(tt.method, tt.path, tt.header)
		said := w.log.String()
		if n := w.lines(); n != min(len(tt.line), 1) {
			t.Errorf("%s %.20q: %d lines: %s", tt.method, tt.path, n, said)
		}
		for _, part := range tt.line {
			if !strings.Contains(said, part) {
				t.Errorf("%s %.20q: %s lacks %s", tt.method, tt.path, said, part)
			}
		}
		if strings.ContainsAny(said, "\x1b\u202e\x00") || strings.Contains(said, `\u001b`) || strings.Contains(said, `\n`) || len(said) > 600 {
			t.Errorf("what a stranger wrote is in the log as it was: %q", said)
		}
		for counter, n := range w.refused(t) {
			if want := counter == tt.counted; n != 0 != want {
				t.Errorf("%s %.20q: %s is %v", tt.method, tt.path, counter, n)
			}
		}
	}
}

// TestRefusalsAreRationed: strangers cannot fill the log, nor use up what is for SNS.
func TestRefusalsAreRationed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched()
		for n := range 1000 {
			w.ask("POST", fmt.Sprintf("/x%d", n))
		}
		if got := w.lines(); got != lines {
			t.Errorf("%d lines for 1000 requests, want %d", got, lines)
		}
		if w.ask("POST", "/webhook/sns", "X-Amz-Sns-Message-Type"); w.lines() != lines+1 {
			t.Error("nothing is told of SNS's request")
		}
		time.Sleep(refill)
		w.ask("POST", "/y")
		w.ask("POST", "/z")
		if got := w.lines(); got != lines+2 || !strings.Contains(w.log.String(), `"unreported":980`) {
			t.Errorf("after a pause: %d lines: %s", got, w.log.String()[max(0, w.log.Len()-300):])
		}
		if got := w.refused(t)["other 404"]; got != 1003 {
			t.Errorf("%v are counted, want 1003", got)
		}
	})
}

// TestWatchIsTransparent: what a handler can do to a connection, it still can.
func TestWatchIsTransparent(t *testing.T) {
	f := NewRefusals(slog.New(slog.DiscardHandler), prometheus.NewRegistry(), testRoutes)
	server := httptest.NewServer(f.Watch(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "fine")
	})))
	defer server.Close()
	resp, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "fine" {
		t.Errorf("%q %v", text, err)
	}
}
