package reachtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A line is what the fakes have in common: how calls fail, and what nobody would have understood. Its mutex is held for the rest of
// a fake as well.
type line struct {
	mu    sync.Mutex
	fault func(call int) Fault
	calls int
	wrong []string
}

// Fail sets how calls fail from now on, counted from 1 on; nil: they do not.
func (l *line) Fail(how func(call int) Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault, l.calls = how, 0
}

// Calls is how often there was a call to send since the faults were set.
func (l *line) Calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// Wrong are the requests that were none.
func (l *line) Wrong() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.wrong)
}

func (l *line) next() Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	if l.fault == nil {
		return Fault{}
	}
	return l.fault(l.calls)
}

// found records what is wrong with a request.
func (l *line) found(bad bool, what string) {
	if bad {
		l.wrong = append(l.wrong, what)
	}
}

// configuration is that of clients whose calls come to a fake without a network.
func configuration(fake http.RoundTripper) aws.Config {
	return aws.Config{Region: "eu-central-1", HTTPClient: &http.Client{Transport: fake}, Credentials: Credentials()}
}

// An answer does what a service does. It is called without the mutex.
type answer func(w http.ResponseWriter, r *http.Request, f Fault)

// trip carries a request out without a network, for bubbles of time.
func trip(r *http.Request, f Fault, do answer) (*http.Response, error) {
	if f.NoLine {
		return nil, errNoLine
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	rec := httptest.NewRecorder()
	do(rec, r, f)
	if f.Hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	resp := rec.Result()
	if f.CutOff {
		resp.Body = io.NopCloser(io.LimitReader(resp.Body, 1))
	}
	return resp, nil
}

// serve is the same over a network.
func serve(w http.ResponseWriter, r *http.Request, f Fault, do answer) {
	if f.NoLine || f.CutOff {
		panic(http.ErrAbortHandler)
	}
	do(w, r, f)
	if f.Hang {
		<-r.Context().Done()
	}
}
