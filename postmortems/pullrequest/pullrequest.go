// Package pullrequest asks at GitHub and GitLab that somebody looks at the branch on which a postmortem is. It asks once: an open request
// is left as it is, and where people closed one without merging it, that is their answer.
package pullrequest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/postmortems/repository"
	"github.com/oncalm/oncalm/text"
)

// The hosts that are known.
const (
	GitHub = "github"
	GitLab = "gitlab"
)

// A Host is where a repository lies.
type Host struct {
	Kind    string
	API     string // without a slash at the end
	Project string // owner/name
	Token   string
	Client  *http.Client
}

// Client is how hosts are asked. It follows no redirect: a token is for one host.
func Client() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
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

// ErrRefused is the error for what a host does not do, with what it said.
var ErrRefused = errors.New("no pull request")

// explained is what a request says besides its title. It has no text from outside: hosts act on words in it.
const explained = "Oncalm wrote this postmortem from the timeline of the incident, and goes on to do so " +
	"on this branch while things happen to it. Write between the marks in the file: what stands there becomes " +
	"part of the postmortem, wherever it is read. Merge it when it was reviewed."

// Ask asks for a branch, unless that was done.
func (h Host) Ask(ctx context.Context, branch, base string, d publish.Document) error {
	if branch == base {
		return nil
	}
	asked, err := h.asked(ctx, branch)
	if err != nil || asked {
		return err
	}
	title := repository.Subject(d)
	if h.Kind == GitLab {
		return h.open(ctx, "/projects/"+url.PathEscape(h.Project)+"/merge_requests", map[string]any{
			"source_branch": branch, "target_branch": base, "title": title, "description": explained,
			"remove_source_branch": true,
		})
	}
	return h.open(ctx, "/repos/"+h.Project+"/pulls", map[string]any{
		"head": branch, "base": base, "title": title, "body": explained,
	})
}

// asked reports whether a request for a branch is open, or was closed without merging it the last time.
func (h Host) asked(ctx context.Context, branch string) (bool, error) {
	owner, _, _ := strings.Cut(h.Project, "/")
	path := "/repos/" + h.Project + "/pulls?state=all&sort=created&direction=desc&head=" + url.QueryEscape(owner+":"+branch)
	if h.Kind == GitLab {
		path = "/projects/" + url.PathEscape(h.Project) + "/merge_requests?order_by=created_at&sort=desc&source_branch=" +
			url.QueryEscape(branch)
	}
	status, answer, err := h.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return false, err
	}
	var all []struct {
		State  string  `json:"state"`
		Merged *string `json:"merged_at"`
	}
	if status != http.StatusOK || json.Unmarshal(answer, &all) != nil {
		return false, refused(status, answer)
	}
	return len(all) > 0 && all[0].State != "merged" && all[0].Merged == nil, nil
}

// open makes a request. That there is one already, or nothing to ask for, is fine.
func (h Host) open(ctx context.Context, path string, body map[string]any) error {
	status, answer, err := h.do(ctx, http.MethodPost, path, body)
	fine := status == http.StatusConflict || status == http.StatusUnprocessableEntity &&
		slices.ContainsFunc([]string{"already exists", "No commits between"}, func(s string) bool {
			return bytes.Contains(answer, []byte(s))
		})
	if err != nil || status == http.StatusCreated || fine {
		return err
	}
	return refused(status, answer)
}

func refused(status int, answer []byte) error {
	return fmt.Errorf("%w: %d: %s", ErrRefused, status, text.Clip(text.Line(string(answer)), 200))
}

// most is how many bytes of an answer are read.
const most = 4 << 20

// do asks the host. It is asked again later as it says.
func (h Host) do(ctx context.Context, method, path string, body map[string]any) (int, []byte, error) {
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
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "oncalm")
	if h.Kind == GitLab {
		r.Header.Set("Private-Token", h.Token)
	} else {
		r.Header.Set("Authorization", "Bearer "+h.Token)
		r.Header.Set("Accept", "application/vnd.github+json")
	}
	answer, err := h.Client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read from
	val, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if wait, bad := strconv.Atoi(answer.Header.Get("Retry-After")); bad == nil && answer.StatusCode >= http.StatusBadRequest {
		return 0, nil, &outbox.Later{After: time.Duration(wait) * time.Second, Err: refused(answer.StatusCode, val)}
	}
	return answer.StatusCode, val, err
}
