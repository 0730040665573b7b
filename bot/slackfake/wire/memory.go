package wire

import (
	"context"
	"errors"
	"net/http"
)

// Handler is a transport that hands requests to h in memory. The handler runs in a
// goroutine of its own with the request's context, as under a real server; who
// waits gives up when the context ends.
func Handler(h http.Handler) http.RoundTripper { return inMemory{h} }

type inMemory struct{ handler http.Handler }

var errAborted = errors.New("the server cut the connection")

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	served := r.Clone(ctx)
	served.RequestURI = served.URL.RequestURI()
	served.RemoteAddr = "127.0.0.1:0"
	if served.Body == nil {
		served.Body = http.NoBody
	}
	done := make(chan error, 1)
	rec := &recorder{rep: Reply{Header: http.Header{}}}
	go func() {
		defer cancel()
		defer func() {
			if recover() != nil {
				done <- errAborted
			}
		}()
		m.handler.ServeHTTP(rec, served)
		done <- nil
	}()
	select {
	case <-r.Context().Done():
		cancel()
		return nil, r.Context().Err()
	case err := <-done:
		if err != nil {
			return nil, err
		}
		rec.WriteHeader(http.StatusOK) // no-op if the handler wrote one
		return rec.rep.Response(r), nil
	}
}

// recorder is the http.ResponseWriter of a handler called in memory.
type recorder struct{ rep Reply }

func (r *recorder) Header() http.Header { return r.rep.Header }

func (r *recorder) WriteHeader(status int) {
	if r.rep.Status == 0 {
		r.rep.Status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.rep.Body = append(r.rep.Body, b...)
	return len(b), nil
}
