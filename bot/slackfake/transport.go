package slackfake

import (
	"net"
	"net/http"
	"net/url"
	"slices"
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
	if rep.Err != nil {
		return nil, rep.Err
	}
	return rep.Response(r), nil
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
