// Package forge asks the hosts of code and of tickets for things over their REST APIs: GitHub, GitLab and Jira. It knows how each is
// signed in to, when it says to come back, and what it refuses; what is asked for is the business of whoever asks.
//
// A token goes to its host alone: no redirect is followed, and no error and no log has it.
package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/outbox/retry"
	"github.com/oncalm/oncalm/text"
)

// The hosts that are known.
const (
	GitHub = "github"
	GitLab = "gitlab"
	Jira   = "jira"
)

// A Host is where a project lies.
type Host struct {
	Kind    string
	API     string // without a slash at the end
	Project string // owner/name; of Jira its key
	User    string // whose token it is, where Jira asks for that
	Token   string
	Client  *http.Client
}

// Client is how hosts are asked. It follows no redirect: a token is for one host.
func Client() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Of is the host of a repository by its URL; false if it is not known. kind may be empty: then the two that everybody knows are.
func Of(repository, kind string) (Host, bool) {
	u, err := url.Parse(repository)
	if err != nil || u.Scheme != "https" {
		return Host{}, false
	}
	project := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	if !strings.Contains(project, "/") {
		return Host{}, false
	}
	switch {
	case u.Host == "github.com" && (kind == "" || kind == GitHub):
		return Host{Kind: GitHub, API: "https://api.github.com", Project: project}, true
	case kind == GitHub:
		return Host{Kind: GitHub, API: "https://" + u.Host + "/api/v3", Project: project}, true
	case u.Host == "gitlab.com" && kind == "", kind == GitLab:
		return Host{Kind: GitLab, API: "https://" + u.Host + "/api/v4", Project: project}, true
	}
	return Host{}, false
}

var (
	// ErrRefused is the error for what a host does not do as it was asked: nothing was done, and asking again will not help.
	ErrRefused = errors.New("refused")
	// ErrUnsure is the error for a request of which nobody knows whether it was done.
	ErrUnsure = errors.New("no answer that tells whether it was done")
)

// Refused is the error for an answer.
func Refused(status int, answer []byte) error {
	return fmt.Errorf("%w: %d: %s", ErrRefused, status, text.Clip(text.Line(string(answer)), 200))
}

const (
	// most is how many bytes of an answer are read.
	most = 4 << 20
	// aWhile is when a host is asked again that says that it is too much, and not until when.
	aWhile = time.Minute
)

// Do asks the host. The errors are [retry.Later] where it says that it is asked too much, or is down and says until when, and those of
// the connection; any other answer is returned as it is.
func (h Host) Do(ctx context.Context, method, path string, body any) (status int, answer []byte, err error) {
	var in io.Reader
	if body != nil {
		val, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		in = bytes.NewReader(val)
	}
	r, err := http.NewRequestWithContext(ctx, method, h.API+path, in)
	if err != nil {
		return 0, nil, err
	}
	h.sign(r)
	a, err := h.Client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = a.Body.Close() }() // it was only read from
	val, err := io.ReadAll(io.LimitReader(a.Body, most))
	if wait, limited := later(a, time.Now()); limited {
		return 0, nil, &retry.Later{After: wait, Err: Refused(a.StatusCode, val)}
	}
	return a.StatusCode, val, err
}

func (h Host) sign(r *http.Request) {
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "oncalm")
	r.Header.Set("Accept", "application/json")
	switch {
	case h.Kind == GitLab:
		r.Header.Set("Private-Token", h.Token)
	case h.User != "":
		r.SetBasicAuth(h.User, h.Token)
	default:
		r.Header.Set("Authorization", "Bearer "+h.Token)
	}
	if h.Kind == GitHub {
		r.Header.Set("Accept", "application/vnd.github+json")
	}
}

// later reports whether an answer says to come back, and after how long. GitHub says by 403 that its limit is used up, and when that ends.
func later(a *http.Response, now time.Time) (wait time.Duration, limited bool) {
	seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
	switch {
	case a.StatusCode < http.StatusBadRequest:
		return 0, false
	case err == nil:
		return time.Duration(seconds) * time.Second, true
	case a.StatusCode == http.StatusForbidden && a.Header.Get("X-Ratelimit-Remaining") == "0":
		reset, err := strconv.ParseInt(a.Header.Get("X-Ratelimit-Reset"), 10, 64)
		if err != nil {
			return aWhile, true
		}
		return time.Unix(reset, 0).Sub(now), true
	}
	return aWhile, a.StatusCode == http.StatusTooManyRequests
}

// Get asks for something, and reads it into v. Errors wrap [ErrRefused], or may be tried again.
func (h Host) Get(ctx context.Context, path string, v any) error {
	status, answer, err := h.Do(ctx, http.MethodGet, path, nil)
	switch {
	case err != nil:
		return err
	case status >= http.StatusInternalServerError:
		return fmt.Errorf("%s answers %d", h.Kind, status)
	case status != http.StatusOK:
		return Refused(status, answer)
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("%s answers what cannot be read: %w", h.Kind, err)
	}
	return nil
}

// Make makes something, and reads what was made into v. Errors wrap [ErrRefused] or [ErrUnsure], or are [retry.Later]: then it was not
// made.
func (h Host) Make(ctx context.Context, path string, body, v any) error {
	status, answer, err := h.Do(ctx, http.MethodPost, path, body)
	if _, wait := errors.AsType[*retry.Later](err); wait {
		return err
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	case status >= http.StatusInternalServerError:
		return fmt.Errorf("%w: %s answers %d", ErrUnsure, h.Kind, status)
	case status != http.StatusCreated && status != http.StatusOK:
		return Refused(status, answer)
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	return nil
}
