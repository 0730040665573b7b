package tickets_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/outbox/forge"
)

// A fake is GitHub, GitLab and Jira, as far as they have issues.
type fake struct {
	mu     sync.Mutex
	kind   string
	all    []*issue
	fault  func(w http.ResponseWriter, r *http.Request) bool // answers in the place of the fake
	silent bool                                              // it acts, and the connection is cut
	asked  int
}

type issue struct {
	n           int
	title, body string
	closed      bool
	by          string
	at          time.Time
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	user, pass, _ := r.BasicAuth()
	signed := map[string]bool{forge.GitHub: r.Header.Get("Authorization") == "Bearer t0ken-secret",
		forge.GitLab: r.Header.Get("Private-Token") == "t0ken-secret", forge.Jira: user == "bot@example.com" && pass == "t0ken-secret"}
	base := map[string]string{forge.GitHub: "/repos/team/work/issues", forge.GitLab: "/projects/team%2Fwork/issues",
		forge.Jira: "/rest/api/2/"}[f.kind]
	path, ours := strings.CutPrefix(r.URL.EscapedPath(), base)
	switch {
	case f.fault != nil && f.fault(w, r):
	case !signed[f.kind]:
		http.Error(w, "who are you", http.StatusUnauthorized)
	case !ours:
		http.NotFound(w, r)
	case r.Method == http.MethodPost:
		f.make(w, r)
	case path == "" || path == "search":
		f.list(w, r.URL.Query())
	default:
		f.one(w, path)
	}
}

func (f *fake) make(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title, Body, Description string
		Fields                   struct{ Summary, Description string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	i := &issue{n: len(f.all) + 1, title: in.Title + in.Fields.Summary}
	i.body = in.Body + in.Description + in.Fields.Description
	f.all = append(f.all, i)
	if f.silent {
		f.silent = false
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusCreated)
	f.write(w, f.form(i))
}

func (f *fake) write(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (f *fake) list(w http.ResponseWriter, q url.Values) {
	list := []any{}
	page, _ := strconv.Atoi(q.Get("page"))
	for n, i := range slices.Backward(f.all) {
		wanted := (len(f.all)-1-n)/100 == page-1
		if f.kind == forge.Jira {
			wanted = strings.Contains(q.Get("jql"), i.body[strings.LastIndex(i.body, "oncalm"):])
		}
		if wanted {
			list = append(list, f.form(i))
		}
	}
	if f.kind == forge.Jira {
		f.write(w, map[string]any{"issues": list})
		return
	}
	f.write(w, list)
}

func (f *fake) one(w http.ResponseWriter, path string) {
	for _, i := range f.all {
		if path == fmt.Sprintf("/%d", i.n) || path == fmt.Sprintf("issue/OPS-%d", i.n) {
			f.write(w, f.form(i))
			return
		}
	}
	http.Error(w, "gone", http.StatusNotFound)
}

func (f *fake) form(i *issue) map[string]any {
	state, category := "open", "new"
	if i.closed {
		state, category = "closed", "done"
	}
	m := map[string]any{"state": state, "closed_by": nil, "closed_at": nil, "number": i.n, "iid": i.n, "body": i.body, "description": i.body,
		"html_url": fmt.Sprintf("https://github.example/team/work/issues/%d", i.n),
		"web_url":  fmt.Sprintf("https://gitlab.example/team/work/-/issues/%d", i.n)}
	if i.closed {
		m["closed_by"], m["closed_at"] = map[string]any{"login": i.by, "username": i.by}, i.at.Format(time.RFC3339)
	}
	if f.kind == forge.Jira {
		m = map[string]any{"key": fmt.Sprintf("OPS-%d", i.n), "fields": map[string]any{"description": i.body,
			"status": map[string]any{"statusCategory": map[string]any{"key": category}}}}
		if !i.at.IsZero() {
			m["changelog"] = map[string]any{"histories": []any{map[string]any{"author": map[string]any{"displayName": i.by},
				"created": i.at.Format("2006-01-02T15:04:05.000-0700"), "items": []any{map[string]any{"field": "status"}}}}}
		}
	}
	return m
}

// faults says what goes wrong from now on.
func (f *fake) faults(fault func(http.ResponseWriter, *http.Request) bool, silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.silent = fault, silent
}

// requests is how often it was asked.
func (f *fake) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

// issues are all that were made.
func (f *fake) issues() []*issue {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

// set closes or opens the issue of a number.
func (f *fake) set(n int, closed bool, by string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[n-1].closed, f.all[n-1].by, f.all[n-1].at = closed, by, at
}

func onEach(t *testing.T, test func(*testing.T, *desk)) {
	for _, kind := range []string{forge.GitHub, forge.GitLab, forge.Jira} {
		t.Run(kind, func(t *testing.T) {
			f := &fake{kind: kind}
			s := httptest.NewUnstartedServer(f)
			s.Config.ErrorLog = nil
			s.Start()
			t.Cleanup(s.Close)
			h := forge.Host{Kind: kind, API: s.URL, Project: "team/work", Token: "t0ken-secret", Client: forge.Client()}
			if kind == forge.Jira {
				h.Project, h.User = "OPS", "bot@example.com"
			}
			test(t, newDesk(t, f, h))
		})
	}
}
