package api

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// RoundTripper serves the fake in memory, under the hosts of Slack and that of
// the workspace's BaseURL; other hosts do not exist. It honours the context of a request
// and so the timeout of its client, also inside a synctest bubble.
func (s *API) RoundTripper() http.RoundTripper { return &memory{s} }

// memory is the way without sockets: in a synctest bubble, time does not go on while a goroutine waits for the network.
type memory struct{ api *API }

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	path, known := m.api.pathOf(r.URL)
	if !known {
		if r.Body != nil {
			r.Body.Close()
		}
		// the error that a real client gets, down to its type: callers judge by it whether anything was sent
		missing := &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: missing}
	}
	rep := m.api.handle(r, path)
	if rep.Err != nil {
		return nil, rep.Err
	}
	return rep.Response(r), nil
}

// pathOf is the path of a URL inside the fake, if it is one of the fake's. A response URL is on hooks.slack.com and an
// upload URL on files.slack.com.
func (s *API) pathOf(u *url.URL) (string, bool) {
	hosts := []string{"slack.com", "hooks.slack.com", "files.slack.com", s.ws.App.Team.Domain + ".slack.com"}
	if slices.Contains(hosts, u.Host) && u.Scheme == "https" {
		return u.Path, true
	}
	base, err := url.Parse(s.ws.App.BaseURL)
	if err != nil || s.ws.App.BaseURL == "" || u.Host != base.Host {
		return "", false
	}
	return strings.TrimPrefix(u.Path, base.Path), true
}
