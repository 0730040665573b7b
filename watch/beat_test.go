package watch

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestURL: what counts as heard, and that no error shows the address, nor anybody is followed.
func TestURL(t *testing.T) {
	followed := false
	mux := http.NewServeMux()
	mux.HandleFunc("/ok/secret", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("OK")) })
	mux.HandleFunc("/moved/secret", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) })
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { followed = true })
	mux.HandleFunc("/broken/secret", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	mux.HandleFunc("/cut/secret", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	s := httptest.NewServer(mux)
	defer s.Close()
	gone := httptest.NewServer(mux)
	gone.Close()
	for address, want := range map[string]string{
		s.URL + "/ok/secret?key=secret": "", s.URL + "/moved/secret": "it answered with status 302",
		s.URL + "/broken/secret": "it answered with status 500", s.URL + "/cut/secret": "EOF",
		gone.URL + "/gone/secret": "refused", "http://secret.invalid:bad/secret": "cannot be asked",
	} {
		err := URL(address, nil).Send(t.Context())
		said := ""
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, want) || want == "" && err != nil || strings.Contains(said, "secret") {
			t.Errorf("%s: %q, want %q", address, said, want)
		}
	}
	if followed {
		t.Error("it went where it was sent")
	}
}

type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, errors.New("asking " + r.URL.String() + ": " + r.Context().Err().Error())
}

// TestHangingURL: who does not answer is given up after ten seconds.
func TestHangingURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		err := URL("https://hc-ping.com/secret", hanging{}).Send(t.Context())
		if err == nil || strings.Contains(err.Error(), "secret") || time.Since(begun) != patience {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
	})
}

// TestMetric: the name is taken apart at its last slash.
func TestMetric(t *testing.T) {
	got := ""
	b := Metric("Oncalm/Prod/Heartbeat", func(_ context.Context, namespace, name string) error {
		got = namespace + " " + name
		return nil
	})
	if err := b.Send(t.Context()); err != nil || got != "Oncalm/Prod Heartbeat" {
		t.Error(got, err)
	}
	if namespace, name := SplitMetric("Heartbeat"); namespace != "" || name != "Heartbeat" {
		t.Error(namespace, name)
	}
}
