package slackfake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// RoundTripper serves the fake in memory, under the hosts of Slack and that of
// Options.BaseURL; other hosts do not exist. It honours the context of a request
// and so the timeout of its client, also inside a synctest bubble.
func (s *Slack) RoundTripper() http.RoundTripper { return &memory{s} }

type memory struct{ slack *Slack }

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	path, known := m.slack.pathOf(r.URL)
	if !known {
		if r.Body != nil {
			r.Body.Close()
		}
		missing := &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: missing}
	}
	rep := m.slack.handle(r, path)
	if rep.err != nil {
		return nil, rep.err
	}
	return rep.response(r), nil
}

// pathOf is the path of a URL inside the fake, if it is one of the fake's.
func (s *Slack) pathOf(u *url.URL) (string, bool) {
	hosts := []string{"slack.com", "hooks.slack.com", "files.slack.com", s.opts.Team.Domain + ".slack.com"}
	if slices.Contains(hosts, u.Host) && u.Scheme == "https" {
		return u.Path, true
	}
	base, err := url.Parse(s.opts.BaseURL)
	if err != nil || s.opts.BaseURL == "" || u.Host != base.Host {
		return "", false
	}
	return strings.TrimPrefix(u.Path, base.Path), true
}

func (rep reply) response(r *http.Request) *http.Response {
	return &http.Response{
		Status:        strconv.Itoa(rep.status) + " " + http.StatusText(rep.status),
		StatusCode:    rep.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        rep.header,
		Body:          io.NopCloser(bytes.NewReader(rep.body)),
		ContentLength: int64(len(rep.body)),
		Request:       r,
	}
}

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
	rec := &recorder{rep: reply{header: http.Header{}}}
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
		return rec.rep.response(r), nil
	}
}

// recorder is the http.ResponseWriter of a handler called in memory.
type recorder struct{ rep reply }

func (r *recorder) Header() http.Header { return r.rep.header }

func (r *recorder) WriteHeader(status int) {
	if r.rep.status == 0 {
		r.rep.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.rep.body = append(r.rep.body, b...)
	return len(b), nil
}
