package reachtest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// A Push is a message that ntfy took.
type Push struct {
	At       time.Time `json:"-"`
	Topic    string    `json:"topic"`
	Title    string    `json:"title"`
	Message  string    `json:"message"`
	Priority int       `json:"priority"`
	Tags     []string  `json:"tags"`
	Click    string    `json:"click"`
	Actions  []struct {
		Action string `json:"action"`
		Label  string `json:"label"`
		URL    string `json:"url"`
		Method string `json:"method"`
		Clear  bool   `json:"clear"`
	} `json:"actions"`
}

// Ntfy keeps the push messages that were published. The zero value is ready.
type Ntfy struct {
	// Password is what its topics ask for; empty: nothing.
	Password string

	line

	sent []Push
}

// Sent are all messages, the oldest first.
func (n *Ntfy) Sent() []Push {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sent)
}

// RoundTrip implements [http.RoundTripper], for bubbles of time.
func (n *Ntfy) RoundTrip(r *http.Request) (*http.Response, error) { return trip(r, n.next(), n.answer) }

// ServeHTTP is ntfy over a network.
func (n *Ntfy) ServeHTTP(w http.ResponseWriter, r *http.Request) { serve(w, r, n.next(), n.answer) }

// answer does what ntfy does.
func (n *Ntfy) answer(w http.ResponseWriter, r *http.Request, f Fault) {
	body, err := io.ReadAll(r.Body)
	n.mu.Lock()
	defer n.mu.Unlock()
	var in Push
	fails := f != Fault{}
	_, password, _ := r.BasicAuth()
	switch {
	case fails && !f.Takes:
	case err != nil || json.Unmarshal(body, &in) != nil || in.Topic == "" || r.Method != http.MethodPost ||
		r.URL.Path != "/":
		f, fails = Fault{Status: http.StatusBadRequest}, true
	case n.Password != "" && password != n.Password:
		f, fails = Fault{Status: http.StatusForbidden}, true
	default:
		in.At = time.Now()
		n.sent = append(n.sent, in)
	}
	switch {
	case f.Hang:
	case f.Anything != "":
		_, _ = io.WriteString(w, f.Anything)
	case fails:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, `{"code":`+strconv.Itoa(f.Status)+`01,"http":`+strconv.Itoa(f.Status)+`,"error":"no"}`)
	default:
		_, _ = io.WriteString(w, `{"id":"n`+strconv.Itoa(len(n.sent))+`","time":1700000000,"event":"message","topic":"t"}`+"\n")
	}
}
