// Package pullrequest asks at GitHub and GitLab that somebody looks at the branch on which a postmortem is. It asks once: an open request
// is left as it is, and where people closed one without merging it, that is their answer.
package pullrequest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/postmortems/repository"
)

// A Host is where a repository lies.
type Host struct{ forge.Host }

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
	if h.Kind == forge.GitLab {
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
	if h.Kind == forge.GitLab {
		path = "/projects/" + url.PathEscape(h.Project) + "/merge_requests?order_by=created_at&sort=desc&source_branch=" +
			url.QueryEscape(branch)
	}
	status, answer, err := h.Do(ctx, http.MethodGet, path, nil)
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
	status, answer, err := h.Do(ctx, http.MethodPost, path, body)
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
	return fmt.Errorf("%w: %w", ErrRefused, forge.Refused(status, answer))
}
