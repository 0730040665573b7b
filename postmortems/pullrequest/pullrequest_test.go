package pullrequest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/postmortems/pullrequest"
)

// A fake is GitHub and GitLab, as far as they have requests for branches.
type fake struct {
	mu     sync.Mutex
	all    []request // the newest first
	refuse func(http.ResponseWriter) bool
	asked  int
}

type request struct{ head, base, title, body, state string }

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	lab := strings.HasPrefix(r.URL.EscapedPath(), "/projects/team%2Fdocs%2Fpostmortems/merge_requests")
	hub := r.URL.Path == "/repos/team/postmortems/pulls"
	switch {
	case hub && r.Header.Get("Authorization") != "Bearer t0ken", lab && r.Header.Get("Private-Token") != "t0ken":
		http.Error(w, `{"message":"Bad credentials"}`, http.StatusUnauthorized)
	case !hub && !lab:
		http.NotFound(w, r)
	case f.refuse != nil && f.refuse(w):
	case r.Method == http.MethodGet:
		f.list(w, r.URL.Query(), lab)
	default:
		f.make(w, r.Body, lab)
	}
}

func (f *fake) list(w http.ResponseWriter, q url.Values, lab bool) {
	list := []map[string]any{}
	for _, p := range f.all {
		if q.Get("head") != "team:"+p.head && q.Get("source_branch") != p.head {
			continue
		}
		one := map[string]any{"state": p.state, "title": p.title, "merged_at": nil}
		if p.state == "merged" {
			one["merged_at"] = "2026-03-28T12:00:00Z"
			if !lab {
				one["state"] = "closed"
			}
		}
		list = append(list, one)
	}
	_ = json.NewEncoder(w).Encode(list)
}

func (f *fake) make(w http.ResponseWriter, body io.Reader, lab bool) {
	var in map[string]any
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	p := request{state: "open"}
	p.head, p.base, p.body = fmt.Sprint(in["head"]), fmt.Sprint(in["base"]), fmt.Sprint(in["body"])
	if lab {
		p.head, p.base, p.body, p.state = fmt.Sprint(in["source_branch"]), fmt.Sprint(in["target_branch"]), fmt.Sprint(in["description"]), "opened"
	}
	p.title = fmt.Sprint(in["title"])
	for _, other := range f.all {
		if other.head == p.head && other.state == p.state {
			if lab {
				http.Error(w, `{"message":["Another open merge request already exists for this source branch: !1"]}`, http.StatusConflict)
			} else {
				http.Error(w, `{"message":"Validation Failed","errors":[{"message":"A pull request already exists for team:x."}]}`, http.StatusUnprocessableEntity)
			}
			return
		}
	}
	f.all = append([]request{p}, f.all...)
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte("{}"))
}

func hosts(t *testing.T, test func(*testing.T, *fake, pullrequest.Host)) {
	for kind, project := range map[string]string{forge.GitHub: "team/postmortems", forge.GitLab: "team/docs/postmortems"} {
		t.Run(kind, func(t *testing.T) {
			f := &fake{}
			server := httptest.NewServer(f)
			t.Cleanup(server.Close)
			test(t, f, pullrequest.Host{Host: forge.Host{Kind: kind, API: server.URL, Project: project,
				Token: "t0ken", Client: forge.Client()}})
		})
	}
}

var doc = publish.Document{ID: "42", Title: "checkout-5xx @team fixes #7 https://evil.example", Severity: "sev1"}

// TestAskedOnce: there is one request for a branch, however often it is asked for, and none after people closed it; after it was merged, a
// new branch has a new one.
func TestAskedOnce(t *testing.T) {
	hosts(t, func(t *testing.T, f *fake, h pullrequest.Host) {
		ask := func(want int) {
			t.Helper()
			if err := h.Ask(t.Context(), "oncalm/postmortem-42", "main", doc); err != nil || len(f.all) != want {
				t.Errorf("%d requests, want %d (%v)", len(f.all), want, err)
			}
		}
		ask(1)
		ask(1)
		want := "Postmortem of incident 42: checkout-5xx (at)team fixes no. 7 https: //evil.example"
		if got := f.all[0]; got.title != want || got.base != "main" || got.head != "oncalm/postmortem-42" || got.body == "" {
			t.Errorf("%+v", got)
		}
		f.all[0].state = "closed"
		ask(1)
		f.all[0].state = "merged"
		ask(2)
		ask(2)
		f.asked = 0
		if err := h.Ask(t.Context(), "main", "main", doc); err != nil || f.asked != 0 {
			t.Errorf("a branch is to be merged into itself (%v)", err)
		}
	})
}

// TestTwoAtOnce: a request that somebody else makes meanwhile is as good.
func TestTwoAtOnce(t *testing.T) {
	hosts(t, func(t *testing.T, f *fake, h pullrequest.Host) {
		if err := h.Ask(t.Context(), "b", "main", doc); err != nil {
			t.Fatal(err)
		}
		first := true
		f.refuse = func(w http.ResponseWriter) bool {
			if first {
				first = false
				_, _ = w.Write([]byte("[]")) // not listed yet
				return true
			}
			return false
		}
		if err := h.Ask(t.Context(), "b", "main", doc); err != nil || len(f.all) != 1 || first {
			t.Errorf("%d requests (%v)", len(f.all), err)
		}
	})
}

// TestRefused: what a host refuses is an error with its words, without the token; it is asked again when it says.
func TestRefused(t *testing.T) {
	hosts(t, func(t *testing.T, f *fake, h pullrequest.Host) {
		wrong := h
		wrong.Token = "c4n4ry"
		err := wrong.Ask(t.Context(), "b", "main", doc)
		if !errors.Is(err, pullrequest.ErrRefused) || !strings.Contains(err.Error(), "401") ||
			strings.Contains(err.Error(), "c4n4ry") {
			t.Errorf("%v", err)
		}
		f.refuse = func(w http.ResponseWriter) bool {
			w.Header().Set("Retry-After", "17")
			http.Error(w, `{"message":"secondary rate limit"}`, http.StatusForbidden)
			return true
		}
		var later *outbox.Later
		if err := h.Ask(t.Context(), "b", "main", doc); !errors.As(err, &later) || later.After != 17*time.Second {
			t.Errorf("%v", err)
		}
		elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			t.Errorf("it was asked elsewhere, with %v", r.Header)
		}))
		defer elsewhere.Close()
		f.refuse = func(w http.ResponseWriter) bool {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		}
		if err := h.Ask(t.Context(), "b", "main", doc); !errors.Is(err, pullrequest.ErrRefused) {
			t.Errorf("%v", err)
		}
	})
}

func TestOf(t *testing.T) {
	for _, tt := range []struct{ repository, kind, api, project string }{
		{"https://github.com/team/postmortems.git", "", "https://api.github.com", "team/postmortems"},
		{"https://gitlab.com/team/docs/postmortems", "", "https://gitlab.com/api/v4", "team/docs/postmortems"},
		{"https://git.example.com/team/postmortems.git", "github", "https://git.example.com/api/v3", "team/postmortems"},
		{"https://git.example.com:8443/team/postmortems", "gitlab", "https://git.example.com:8443/api/v4", "team/postmortems"},
		{"https://git.example.com/team/postmortems", "", "", ""},
		{"git@github.com:team/postmortems", "", "", ""},
		{"/srv/git/postmortems", "github", "", ""},
		{"https://github.com/postmortems", "", "", ""},
	} {
		h, ok := forge.Of(tt.repository, tt.kind)
		if h.API != tt.api || h.Project != tt.project || ok != (tt.api != "") {
			t.Errorf("%s (%s): %+v", tt.repository, tt.kind, h)
		}
	}
}
