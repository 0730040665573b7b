package reachtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strconv"
	"sync"
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

	mu    sync.Mutex
	sent  []Push
	fault func(call int) Fault
	calls int
}

// Fail sets how calls fail from now on, counted from 1 on; nil: they do not.
func (n *Ntfy) Fail(how func(call int) Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault, n.calls = how, 0
}

// Sent are all messages, the oldest first.
func (n *Ntfy) Sent() []Push {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sent)
}

func (n *Ntfy) next() Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	if n.fault == nil {
		return Fault{}
	}
	return n.fault(n.calls)
}

// RoundTrip implements [http.RoundTripper], for bubbles of time.
func (n *Ntfy) RoundTrip(r *http.Request) (*http.Response, error) {
	fault := n.next()
	if fault.NoLine {
		return nil, errNoLine
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	rec := httptest.NewRecorder()
	n.answer(rec, r, fault)
	if fault.Hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return rec.Result(), nil
}

// ServeHTTP is ntfy over a network.
func (n *Ntfy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := n.next()
	if fault.NoLine || fault.CutOff {
		panic(http.ErrAbortHandler)
	}
	n.answer(w, r, fault)
	if fault.Hang {
		<-r.Context().Done()
	}
}

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
