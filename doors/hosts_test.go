package doors

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHosts: what listens on this machine alone is not read under a stranger's name.
func TestHosts(t *testing.T) {
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	ours := []string{"localhost", "localhost:9090", "LOCALHOST.", "oncalm.localhost:1", "127.0.0.1", "127.0.0.1:9090", "127.8.8.8:1", "[::1]:9090", "[::1]", "[::ffff:127.0.0.1]:1",
		"oncall.example.com", "ONCALL.example.com:8443", "oncall.example.com.", ""}
	strangers := []string{"evil.example", "evil.example:9090", "localhost.evil.example", "127.0.0.1.evil.example:9090", "evillocalhost", "192.0.2.1", "[2001:db8::1]:9090",
		"0.0.0.0:9090", "oncall.example.com.evil.example", "xoncall.example.com", "127.1", "2130706433", "localhost@evil.example"}
	for _, listen := range []string{"127.0.0.1:9090", "[::1]:9090", "localhost:9090"} {
		h := Hosts(ok, listen, "set public_url", "https://oncall.example.com:8443/path")
		for want, hosts := range map[int][]string{200: ours, 421: strangers} {
			for _, host := range hosts {
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				r.Host = host
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != want {
					t.Errorf("%s asked for %q: %d, want %d", listen, host, w.Code, want)
				}
				if want == 421 && !strings.Contains(w.Body.String(), "set public_url") {
					t.Errorf("%q is not told what to do: %s", host, w.Body)
				}
			}
		}
	}
	for _, listen := range []string{":9090", "0.0.0.0:9090", "10.0.0.1:9090", "[::]:9090"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = "oncall.internal"
		w := httptest.NewRecorder()
		if Hosts(ok, listen, "").ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("%s: %d, though nobody knows its names", listen, w.Code)
		}
	}
	unnamed := Hosts(ok, "127.0.0.1:9090", "", "")
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "oncall.example.com"
	w := httptest.NewRecorder()
	if unnamed.ServeHTTP(w, r); w.Code != 421 {
		t.Errorf("a name that is not configured: %d", w.Code)
	}
}
