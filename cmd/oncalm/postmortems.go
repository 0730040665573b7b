package main

import (
	"context"
	"encoding/base64"
	"maps"
	"os"

	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/postmortems/pullrequest"
	"github.com/oncalm/oncalm/postmortems/repository"
)

// gitSuffix ends the name of the folder beside the store that git works in. It may be removed at any time.
const gitSuffix = ".postmortems.git"

// wirePostmortems wires what writes documents for people. The names of places stand in keys.
func (a *assembly) wirePostmortems() {
	a.publisher = &publish.Publisher{
		Places: map[string]publish.Place{}, Book: a.book, Store: a.store, Texts: a.texts, Clock: a.clock,
		Log: a.log.With("component", "postmortems"),
	}
	if dir := a.cfg.Postmortems.Directory; dir != "" {
		a.publisher.Places["directory"] = publish.Directory{Path: dir}
	}
	if g := a.cfg.Postmortems.Git; g != nil {
		o := repository.Options{
			Remote: g.Repository, Base: g.Base, Branch: g.Branch, Directory: g.Directory, Author: "Oncalm", Email: "oncalm@localhost",
			Local: a.cfg.Store + gitSuffix, Environment: os.Environ(),
		}
		if !g.Token.Empty() { // GitHub and GitLab take any name with a token
			o.Header = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("oncalm:"+g.Token.Reveal()))
		}
		repo := &repository.Repository{Options: o}
		if g.Host != nil {
			host := *g.Host
			host.Token, host.Client = g.Token.Reveal(), forge.Client()
			repo.Request = pullrequest.Host{Host: host}.Ask
		}
		a.publisher.Places["git"] = repo
	}
	maps.Copy(a.handlers, a.publisher.Handlers())
}

// posted renders the document of an incident for a channel, without names.
func (a *assembly) posted(ctx context.Context, id string) (p review.Posted, err error) {
	if p.Document, err = postmortems.FromStore(ctx, a.store, id, postmortems.AsRoles); err != nil {
		return p, err
	}
	if p.Markdown, err = a.texts.Markdown(p.Document, ""); err != nil {
		return p, err
	}
	p.Page, err = a.texts.Page(p.Document, page.Options{})
	return p, err
}
