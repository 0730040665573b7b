package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// asked is the status of a request to an address, as if a browser had found it under a host.
func asked(t *testing.T, method, url, host string, headers ...string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Content-Type", "application/json")
	for n := 0; n < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestStrangersNames: what listens on this machine alone is not read by a page of a stranger's whose name leads here. What is signed
// is taken under any name: a proxy has one of its own.
func TestStrangersNames(t *testing.T) {
	r := newRig(t, newReceiver(t).URL+"/api/")
	r.configure("web: {listen:", "public_url: https://oncall.example.com\nweb: {listen:")
	r.start()
	public, private := "http://"+r.addr, "http://"+r.web
	tests := []struct {
		method, url, host string
		want              int
	}{
		{"GET", private + "/metrics", "evil.example", 421},
		{"GET", private + "/metrics", r.web, 200},
		{"GET", private + "/metrics", "localhost:9090", 200},
		{"GET", private + "/metrics", "oncall.example.com", 200},
		{"GET", private + "/", "evil.example:9090", 421},
		{"GET", private + "/readyz", "evil.example", 421},
		{"GET", public + "/ical/main.ics?token=x", "evil.example", 421},
		{"GET", public + "/ical/main.ics?token=x", "oncall.example.com", 404},
		{"GET", public + "/healthz", "10.0.0.1", 200},
		{"POST", public + "/sns", "whatever.example", 400},
		{"POST", public + "//sns/", "whatever.example", 400},
		{"POST", public + "/slack/events/", "whatever.example", 401},
	}
	for _, tt := range tests {
		if got := asked(t, tt.method, tt.url, tt.host); got != tt.want {
			t.Errorf("%s %s for %s: %d, want %d", tt.method, tt.url, tt.host, got, tt.want)
		}
	}
	asked(t, "POST", public+"/webhook/sns", "x", "X-Amz-Sns-Message-Type", "Notification")
	for begun := time.Now(); !strings.Contains(r.logs.String(), `"right_path":"/sns"`); <-time.After(time.Millisecond) { // it is logged after the answer
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("the right path is not named:\n%s", r.logs)
		}
	}
}

// TestDemoAmongStrangers: the demo answers to its own names, and its buttons are pressed from its own page.
func TestDemoAmongStrangers(t *testing.T) {
	url := startDemo(t)
	own := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	tests := []struct {
		name, method, path, host string
		headers                  []string
		want                     func(int) bool
	}{
		{"the page", "GET", "", own, nil, func(s int) bool { return s == 200 }},
		{"the page at localhost", "GET", "", "localhost:8080", nil, func(s int) bool { return s == 200 }},
		{"the page under a stranger's name", "GET", "", "evil.example", nil, func(s int) bool { return s == 421 }},
		{"the state under a stranger's name", "GET", "chat/state", "evil.example:8080", nil, func(s int) bool { return s == 421 }},
		{"a button under a stranger's name", "POST", "chat/control", "evil.example", []string{"Sec-Fetch-Site", "same-origin"}, func(s int) bool { return s == 421 }},
		{"a button on a stranger's page", "POST", "chat/control", own, []string{"Sec-Fetch-Site", "cross-site"}, func(s int) bool { return s == 403 }},
		{"a button on a page of another port", "POST", "chat/control", own, []string{"Sec-Fetch-Site", "same-site"}, func(s int) bool { return s == 403 }},
		{"a button on a page of an old browser", "POST", "chat/control", own, []string{"Origin", "https://evil.example"}, func(s int) bool { return s == 403 }},
		{"a button on the page", "POST", "chat/control", own, []string{"Sec-Fetch-Site", "same-origin", "Origin", url}, func(s int) bool { return s != 403 && s != 421 }},
	}
	for _, tt := range tests {
		if got := asked(t, tt.method, url+tt.path, tt.host, tt.headers...); !tt.want(got) {
			t.Errorf("%s: %d", tt.name, got)
		}
	}
}
