package tickets

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/text"
)

// A Draft is a ticket that is to be made.
type Draft struct {
	Title string
	Body  string // plain text of several lines
	Mark  string // by which it is found again; letters and digits
	Since time.Time
}

// A Ticket is one that there is.
type Ticket struct {
	ID   string `json:"id"`   // as the tracker's API names it
	Name string `json:"name"` // as people name it: owner/name#7, OPS-7
	Link string `json:"link"`
}

// A State is how a ticket stands.
type State struct {
	Closed bool
	By     string    // who closed or opened it last; empty if that is not told
	At     time.Time // when; zero if that is not told
}

// A Tracker has tickets. Errors are those of package forge.
type Tracker interface {
	// Find looks for the ticket of a draft.
	Find(ctx context.Context, d Draft) (t Ticket, found bool, err error)
	Make(ctx context.Context, d Draft) (Ticket, error)
	Look(ctx context.Context, id string) (State, error)
}

// At is the tracker at a host. issueType is that of Jira's issues.
func At(h forge.Host, issueType string) Tracker {
	switch h.Kind {
	case forge.GitLab:
		return gitLab{h, "/projects/" + url.PathEscape(h.Project) + "/issues"}
	case forge.Jira:
		return jira{h, cmp.Or(issueType, "Task")}
	}
	return gitHub{h, "/repos/" + h.Project + "/issues"}
}

const (
	perPage = 100
	// mostPages is how far back is looked for a ticket that may have been made: nobody makes so many in the time of an outage.
	mostPages = 20
)

// harmless takes out of a text by what hosts call people, and name other tickets.
var harmless = strings.NewReplacer("@", "(at)", "#", "no. ", "!", ".", "[~", "[", "{", "(", "}", ")")

// title is one line that calls nobody.
func title(d Draft) string { return text.Clip(harmless.Replace(text.Line(d.Title)), 200) }

// marked is a body in Markdown, with the mark where nobody sees it. A line that begins with / would be a command to GitLab, which it
// carries out as whoever has the token.
func marked(d Draft) string {
	var lines []string
	for line := range strings.Lines(d.Body) {
		line = text.Markdown(harmless.Replace(strings.TrimRight(line, "\n")))
		if strings.HasPrefix(line, "/") {
			line = `\` + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n\n" + hidden(d.Mark)
}

func hidden(mark string) string { return "<!-- oncalm: " + mark + " -->" }

// safe is a link that a tracker gave, if it is one; else another.
func safe(link, otherwise string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(link) > 500 {
		return otherwise
	}
	return link
}

// gitHub are the issues of a repository at GitHub.
type gitHub struct {
	forge.Host
	path string
}

type gitHubIssue struct {
	Number int    `json:"number"`
	Body   string `json:"body"`
	Link   string `json:"html_url"`
	State  string `json:"state"`
	Closed *struct {
		Login string `json:"login"`
	} `json:"closed_by"`
	ClosedAt time.Time `json:"closed_at"`
}

func (h gitHub) ticket(i gitHubIssue) Ticket {
	name := h.Project + "#" + strconv.Itoa(i.Number)
	return Ticket{ID: strconv.Itoa(i.Number), Name: name, Link: safe(i.Link, "")}
}

// Find reads what was changed since the item was planned. GitHub's search would be one request, but it learns of an issue only later.
func (h gitHub) Find(ctx context.Context, d Draft) (Ticket, bool, error) {
	q := url.Values{"state": {"all"}, "sort": {"created"}, "direction": {"desc"},
		"since": {d.Since.UTC().Format(time.RFC3339)}}
	i, ok, err := find(ctx, h.Host, h.path, q, func(i gitHubIssue) bool { return d.marks(i.Body) })
	if !ok {
		return Ticket{}, false, err
	}
	return h.ticket(i), true, nil
}

// find reads lists of issues page by page until one is the one.
func find[T any](ctx context.Context, h forge.Host, path string, q url.Values, is func(T) bool) (
	one T, ok bool, err error) {
	q.Set("per_page", strconv.Itoa(perPage))
	for page := 1; page <= mostPages; page++ {
		var all []T
		q.Set("page", strconv.Itoa(page))
		if err := h.Get(ctx, path+"?"+q.Encode(), &all); err != nil {
			return one, false, err
		}
		if n := slices.IndexFunc(all, is); n >= 0 {
			return all[n], true, nil
		}
		if len(all) < perPage {
			return one, false, nil
		}
	}
	return one, false, errTooMany(h)
}

// marks reports whether a text has the mark of the draft.
func (d Draft) marks(body string) bool { return strings.Contains(body, hidden(d.Mark)) }

func errTooMany(h forge.Host) error {
	return fmt.Errorf("%w: %s has more than %d issues since the action item was planned: make its ticket by hand, "+
		"and give its link",
		forge.ErrRefused, h.Project, perPage*mostPages)
}

// Make implements [Tracker].
func (h gitHub) Make(ctx context.Context, d Draft) (Ticket, error) {
	var made gitHubIssue
	err := h.Host.Make(ctx, h.path, map[string]any{"title": title(d), "body": marked(d)}, &made)
	if err == nil && made.Number <= 0 {
		err = forge.ErrUnsure
	}
	return h.ticket(made), err
}

// Look implements [Tracker].
func (h gitHub) Look(ctx context.Context, id string) (s State, err error) {
	var i gitHubIssue
	if err := h.Get(ctx, h.path+"/"+url.PathEscape(id), &i); err != nil {
		return s, err
	}
	if s.Closed = i.State == "closed"; s.Closed {
		s.At = i.ClosedAt
		if i.Closed != nil {
			s.By = i.Closed.Login
		}
	}
	return s, nil
}

// gitLab are the issues of a project at GitLab.
type gitLab struct {
	forge.Host
	path string
}

type gitLabIssue struct {
	Number int    `json:"iid"`
	Body   string `json:"description"`
	Link   string `json:"web_url"`
	State  string `json:"state"`
	Closed *struct {
		Username string `json:"username"`
	} `json:"closed_by"`
	ClosedAt time.Time `json:"closed_at"`
}

func (h gitLab) ticket(i gitLabIssue) Ticket {
	return Ticket{ID: strconv.Itoa(i.Number), Name: h.Project + "#" + strconv.Itoa(i.Number), Link: safe(i.Link, "")}
}

// Find implements [Tracker].
func (h gitLab) Find(ctx context.Context, d Draft) (Ticket, bool, error) {
	q := url.Values{"scope": {"all"}, "order_by": {"created_at"}, "created_after": {d.Since.UTC().Format(time.RFC3339)}}
	i, ok, err := find(ctx, h.Host, h.path, q, func(i gitLabIssue) bool { return d.marks(i.Body) })
	if !ok {
		return Ticket{}, false, err
	}
	return h.ticket(i), true, nil
}

// Make implements [Tracker].
func (h gitLab) Make(ctx context.Context, d Draft) (Ticket, error) {
	var made gitLabIssue
	err := h.Host.Make(ctx, h.path, map[string]any{"title": title(d), "description": marked(d)}, &made)
	if err == nil && made.Number <= 0 {
		err = forge.ErrUnsure
	}
	return h.ticket(made), err
}

// Look implements [Tracker].
func (h gitLab) Look(ctx context.Context, id string) (s State, err error) {
	var i gitLabIssue
	if err := h.Get(ctx, h.path+"/"+url.PathEscape(id), &i); err != nil {
		return s, err
	}
	if s.Closed = i.State == "closed"; s.Closed {
		s.At = i.ClosedAt
		if i.Closed != nil {
			s.By = i.Closed.Username
		}
	}
	return s, nil
}
