package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is the cheapest Slack there can be: it takes every message, keeps the
// keys and times of the pages, and shows in a conversation's history what it took.
// For everything about Slack's own behaviour there is slackfake; this one is for
// loads at which that would be what is measured.
type receiver struct {
	*httptest.Server

	mu      sync.Mutex
	pages   map[string][]time.Time // by key
	history map[string][]string    // by channel: messages as JSON
	order   []string               // keys of pages as they came
	n       int
	failing int            // so many attempts at each page are answered with 500 first
	failed  map[string]int // attempts that were, by key
	came    chan struct{}
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{pages: map[string][]time.Time{}, history: map[string][]string{}, failed: map[string]int{},
		came: make(chan struct{}, 1)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// arguments reads those of a call, whichever form it has. Of a page it reads only what is
// asked for here, so that the load costs little beside what it loads.
func arguments(body []byte) url.Values {
	if m := plainPage.FindSubmatch(body); m != nil {
		return url.Values{"channel": {string(m[1])}, "metadata": {string(m[2])}}
	}
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		form, _ := url.ParseQuery(string(body))
		return form
	}
	form := url.Values{}
	for name, v := range fields {
		text, ok := v.(string)
		if !ok {
			raw, _ := json.Marshal(v)
			text = string(raw)
		}
		form.Set(name, text)
	}
	return form
}

// plainPage is a page as the program writes one; any other form is parsed.
var plainPage = regexp.MustCompile(`^\{"channel":"(\w+)",.*"metadata":(\{"event_type":"oncalm_page","event_payload":\{"key":"[^"\\]+"\}\})`)

var pageKey = regexp.MustCompile(`"key":"([^"]+/page/[^"]+)"`)

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	form := arguments(body)
	switch method := req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:]; method {
	case "auth.test":
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"T0TEST","user_id":"U0BOT","bot_id":"B0BOT","team":"test","user":"oncalm","url":"https://test.slack.com/"}`)
	case "conversations.open":
		_, _ = fmt.Fprintf(w, `{"ok":true,"channel":{"id":"D%s"}}`, form.Get("users"))
	case "conversations.history":
		r.mu.Lock()
		defer r.mu.Unlock()
		_, _ = fmt.Fprintf(w, `{"ok":true,"messages":[%s],"has_more":false}`, strings.Join(r.history[form.Get("channel")], ","))
	default:
		r.take(w, method, form, now)
	}
}

func (r *receiver) take(w http.ResponseWriter, method string, form url.Values, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	channel, meta := form.Get("channel"), form.Get("metadata")
	if strings.HasPrefix(channel, "U") {
		channel = "D" + channel
	}
	key := pageKey.FindStringSubmatch(meta)
	if key != nil && r.failed[key[1]] < r.failing {
		r.failed[key[1]]++
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	r.n++
	ts := fmt.Sprintf("%d.%06d", now.Unix(), r.n)
	if key != nil && method == "chat.postMessage" {
		r.pages[key[1]] = append(r.pages[key[1]], now)
		r.order = append(r.order, key[1])
		r.history[channel] = append(r.history[channel], fmt.Sprintf(`{"type":"message","ts":%q,"metadata":%s}`, ts, meta))
	}
	_, _ = fmt.Fprintf(w, `{"ok":true,"channel":%q,"ts":%q,"message":{"ts":%q}}`, channel, ts, ts)
	select {
	case r.came <- struct{}{}:
	default:
	}
}

// paged returns how often each page came, by key.
func (r *receiver) paged() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	times := map[string]int{}
	for key, at := range r.pages {
		times[key] = len(at)
	}
	return times
}

// page waits for a page and returns when it came first.
func (r *receiver) page(key string, patience time.Duration) time.Time {
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		r.mu.Lock()
		at := r.pages[key]
		r.mu.Unlock()
		if len(at) > 0 {
			return at[0]
		}
		select {
		case <-r.came:
		case <-time.After(10 * time.Millisecond):
		}
	}
	return time.Time{}
}

// count is how many messages that are pages came.
func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.order)
}

// pagesOut waits until n pages came and returns when the last of them did.
func (r *receiver) pagesOut(n int, patience time.Duration) time.Time {
	deadline := time.Now().Add(patience)
	for r.count() < n && time.Now().Before(deadline) {
		select {
		case <-r.came:
		case <-time.After(10 * time.Millisecond):
		}
	}
	return time.Now()
}
