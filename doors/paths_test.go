package doors

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

var testRoutes = []string{"/sns", "/slack/commands", "/slack/interactions", "/slack/events"}

// TestTidy: an address that is almost right is right, and nobody is sent elsewhere.
func TestTidy(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/sns", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("At", r.URL.Path) })
	mux.HandleFunc("/slack/", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("At", r.URL.Path) })
	h := Tidy(mux, testRoutes)
	for asked, want := range map[string]string{
		"/sns": "/sns", "/sns/": "/sns", "//sns": "/sns", "/sns//": "/sns", "///sns///": "/sns", "/./sns": "/sns", "/x/../sns": "/sns", "/SNS": "/sns",
		"/sns%20": "/sns", "/sns%2F": "/sns", "/sns%0A": "/sns", "/%2Fsns": "/sns", "/sns/?a=b": "/sns", "/slack/commands/": "/slack/commands",
		"/slack//commands": "/slack/commands", "//slack/events": "/slack/events", "/Slack/Interactions/": "/slack/interactions",
		"/slack/other/": "/slack/other/", "/slack/": "/slack/",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "http://h/", nil)
		u, err := url.Parse("http://h" + asked)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = u
		h.ServeHTTP(w, r)
		if got := w.Header().Get("At"); w.Code != http.StatusOK || got != want {
			t.Errorf("%s: %d at %q, want %q", asked, w.Code, got, want)
		}
	}
	for _, asked := range []string{"/snss", "/sns/more", "/x/sns", "/"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, asked, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", asked, w.Code)
		}
	}
}

func TestMeant(t *testing.T) {
	for asked, want := range map[string]string{
		"/webhook/sns": "/sns", "/snss": "/sns", "/api/v1/sns/": "/sns", "/slack/comands": "/slack/commands", "/oncalm/slack/events": "/slack/events",
		"/slack/interactive": "/slack/interactions", "/wp-login.php": "", "/": "",
	} {
		if got := meant(asked, testRoutes); got != want {
			t.Errorf("%s: %q, want %q", asked, got, want)
		}
	}
}
