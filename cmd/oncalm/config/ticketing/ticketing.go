// Package ticketing reads where action items get tickets: issues at GitHub or GitLab, or in Jira.
package ticketing

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
	"github.com/oncalm/oncalm/outbox/forge"
)

// Tickets is the section tickets.
type Tickets struct {
	// Host is where they are, without the token; nil: nowhere.
	Host  *forge.Host
	Token secrets.Secret
	Type  string // of Jira's issues; empty: a task
}

var (
	token      = regexp.MustCompile(`^[\x21-\x7e]{8,500}$`)
	repository = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$`)
	key        = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,30}$`)
	issueType  = regexp.MustCompile(`^[\pL\d][\pL\d _-]{0,59}$`)
)

// A reader reads the section.
type reader struct {
	to                               *Tickets
	kind, repository, url, key, user string
}

// Section returns the reader of the section.
func Section(to *Tickets) func(reading.Value) {
	return func(v reading.Value) {
		r := &reader{to: to}
		v.Mapping(
			reading.Key("kind", func(v reading.Value) {
				r.kind, _ = v.OneOf(forge.GitHub, forge.GitLab, forge.Jira)
			}).Needed("give github, gitlab or jira"),
			reading.Key("repository", matching(&r.repository, repository, "owner/name")),
			reading.Key("url", func(v reading.Value) {
				if link, ok := places.Link(v, "https://example.atlassian.net"); ok {
					r.url = strings.TrimRight(link, "/")
				}
			}),
			reading.Key("project", matching(&r.key, key, "the key of a project such as OPS")),
			reading.Key("user", matching(&r.user, token, "the address with which its person signs in")),
			reading.Key("type", matching(&to.Type, issueType, "the name of a type of issues such as Task")),
			reading.Key("token", func(v reading.Value) {
				if s, ok := v.Single("a secret, best as ${NAME} or ${file:PATH}"); ok && !token.MatchString(s) {
					v.Errorf("give it the token alone, on one line", "%s is no token", v.Key)
				} else if ok {
					to.Token = secrets.New(s)
				}
			}).Needed("give the token of the user who makes the tickets, best as ${NAME}"),
		)
		r.agree(v)
	}
}

func matching(to *string, form *regexp.Regexp, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if ok && (!form.MatchString(s) || strings.Contains(s, "..")) {
			v.Errorf("write "+wanted, "%s is not %s", reading.Quote(v.Text()), wanted)
		} else if ok {
			*to = s
		}
	}
}

// agree makes the host of what was read.
func (r *reader) agree(v reading.Value) {
	if r.kind == "" {
		return
	}
	foreign, needed := []string{"project", "user", "type"}, "repository"
	if r.kind == forge.Jira {
		foreign, needed = []string{"repository"}, "project"
	}
	for _, name := range foreign {
		if v.Has(name) {
			v.In(name).Errorf("remove it", "%s has no %s", r.kind, name)
		}
	}
	if !v.Has(needed) {
		v.In("kind").Errorf("add "+needed, "of %s it must be known which %s has the tickets", r.kind, needed)
	}
	if r.kind == forge.Jira && !v.Has("url") {
		v.In("kind").Errorf("add url, such as https://example.atlassian.net", "it is not known where Jira is")
	}
	h := forge.Host{Kind: r.kind, API: r.url, Project: r.key, User: r.user}
	switch r.kind {
	case forge.GitHub:
		h.API, h.Project = "https://api.github.com", r.repository
		if strings.Count(r.repository, "/") > 1 {
			v.In("repository").Errorf("write owner/name", "a repository of GitHub has one owner and one name")
		}
		if r.url != "" {
			h.API = r.url + "/api/v3"
		}
	case forge.GitLab:
		h.API, h.Project = "https://gitlab.com/api/v4", r.repository
		if r.url != "" {
			h.API = r.url + "/api/v4"
		}
	}
	r.to.Host = &h
}
