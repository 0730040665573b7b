package tickets

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/oncalm/oncalm/outbox/forge"
)

// jira are the issues of a project in Jira: of the cloud, or of a server of one's own. Version 2 of the API takes texts as texts, and
// both have it.
type jira struct {
	forge.Host
	kind string // of issues
}

type jiraIssue struct {
	Key    string `json:"key"`
	Fields struct {
		Status struct {
			Category struct {
				Key string `json:"key"` // new, indeterminate or done
			} `json:"statusCategory"`
		} `json:"status"`
		Description string `json:"description"`
	} `json:"fields"`
	Changelog struct {
		Histories []struct {
			Author struct {
				Name string `json:"displayName"`
			} `json:"author"`
			Created string `json:"created"`
			Items   []struct {
				Field string `json:"field"`
			} `json:"items"`
		} `json:"histories"`
	} `json:"changelog"`
}

// unbracketed takes out of a text by what Jira's markup makes a link that says something else than where it leads.
var unbracketed = strings.NewReplacer("[", "(", "]", ")")

// jiraTime is a time as Jira writes it, with a zone without a colon; zero if it cannot be read.
func jiraTime(s string) time.Time {
	at, err := time.Parse("2006-01-02T15:04:05.000-0700", s)
	if err != nil {
		return time.Time{}
	}
	return at
}

func (h jira) ticket(key string) Ticket {
	return Ticket{ID: key, Name: key, Link: h.API + "/browse/" + key}
}

// Find asks Jira for the mark in its words. The cloud has another path for it than servers; neither knows what was made in the last
// seconds, for which a Desk waits.
func (h jira) Find(ctx context.Context, d Draft) (Ticket, bool, error) {
	path := "/rest/api/2/search"
	if u, err := url.Parse(h.API); err == nil && strings.HasSuffix(u.Hostname(), ".atlassian.net") {
		path = "/rest/api/2/search/jql"
	}
	q := url.Values{"jql": {`project = "` + h.Project + `" AND description ~ "` + d.Mark + `"`}, "fields": {"description"},
		"maxResults": {"10"}}
	var found struct {
		Issues []jiraIssue `json:"issues"`
	}
	if err := h.Get(ctx, path+"?"+q.Encode(), &found); err != nil {
		return Ticket{}, false, err
	}
	for _, i := range found.Issues {
		if strings.Contains(i.Fields.Description, d.Mark) {
			return h.ticket(i.Key), true, nil
		}
	}
	return Ticket{}, false, nil
}

// Make implements [Tracker].
func (h jira) Make(ctx context.Context, d Draft) (Ticket, error) {
	var made jiraIssue
	err := h.Host.Make(ctx, "/rest/api/2/issue", map[string]any{"fields": map[string]any{
		"project": map[string]any{"key": h.Project}, "issuetype": map[string]any{"name": h.kind}, "summary": title(d),
		"description": unbracketed.Replace(harmless.Replace(d.Body)) + "\n\nOncalm finds this ticket by " + d.Mark,
	}}, &made)
	if err == nil && made.Key == "" {
		err = forge.ErrUnsure
	}
	return h.ticket(made.Key), err
}

// Look implements [Tracker]. What changed the status last tells who, and when.
func (h jira) Look(ctx context.Context, id string) (s State, err error) {
	var i jiraIssue
	err = h.Get(ctx, "/rest/api/2/issue/"+url.PathEscape(id)+"?fields=status&expand=changelog", &i)
	s.Closed = i.Fields.Status.Category.Key == "done"
	for _, one := range i.Changelog.Histories {
		for _, item := range one.Items {
			if at := jiraTime(one.Created); item.Field == "status" && at.After(s.At) {
				s.By, s.At = one.Author.Name, at
			}
		}
	}
	return s, err
}
