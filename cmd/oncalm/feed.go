package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/text"
)

type feedCommand struct {
	storeFlag
	jsonFlag
	Do       string `arg:"" optional:"" enum:"list,make,revoke" default:"list" help:"list, make or revoke (default: list)."`
	Schedule string `xor:"feed" placeholder:"NAME" help:"The feed of this schedule."`
	Person   string `xor:"feed" placeholder:"NAME" help:"The feed of this person's shifts."`
	ID       string `name:"id" placeholder:"ID" help:"Revoke only this link."`
}

// Run lists, makes or revokes links to calendars.
func (c *feedCommand) Run(ctx context.Context, s *session) error {
	if c.Do == "list" {
		return s.withFeeds(ctx, c.storeFlag, func(l links) error { return c.list(ctx, s, l) })
	}
	wanted := ops.FeedWanted{Feed: feed.Feed{Kind: feed.Schedule, Name: c.Schedule}, ID: c.ID}
	if c.Person != "" {
		wanted.Feed = feed.Feed{Kind: feed.Person, Name: c.Person}
	}
	if wanted.Name == "" {
		return &stop{exitUsage, "whose calendar is not said", "give -schedule NAME or -person NAME"}
	}
	if c.Do == "revoke" {
		return s.withFeeds(ctx, c.storeFlag, func(l links) error { return c.revoke(ctx, s, l, wanted) })
	}
	cfg, err := s.load(c.Config, "people", "schedules", "store", "public_url")
	if err != nil {
		return err
	}
	if err := c.known(cfg); err != nil {
		return err
	}
	return s.withFeeds(ctx, c.storeFlag, func(l links) error { return c.make(ctx, s, l, wanted, cfg.PublicURL) })
}

// known makes sure that there is what a link is made for. Revoking needs no such thing: what is gone must be revocable.
func (c *feedCommand) known(cfg *config.Config) error {
	if c.Person == "" {
		_, err := schedule(cfg, c.Schedule)
		return err
	}
	if _, ok := cfg.People[c.Person]; !ok {
		return unknown("person", c.Person, slices.Sorted(maps.Keys(cfg.People)))
	}
	return nil
}

// feedMade is a new link for other programs.
type feedMade struct {
	ops.FeedMade
	Path string `json:"path"`
	URL  string `json:"url"` // empty if public_url is not configured
}

func (c *feedCommand) make(ctx context.Context, s *session, l links, wanted ops.FeedWanted, base string) error {
	link, err := l.MakeLink(ctx, wanted)
	if errors.Is(err, feed.ErrLinks) {
		return &stop{exitNo, err.Error(), "revoke some of them with: oncalm feed revoke"}
	}
	if err != nil {
		return err
	}
	made := feedMade{FeedMade: link, Path: link.URL("", link.Token)}
	if base != "" {
		made.URL = link.URL(base, link.Token)
	}
	if c.JSON {
		return s.json(made)
	}
	if base == "" {
		s.printf("%s\n\nPut the public address of this server before it: public_url is not configured.", made.Path)
	} else {
		s.printf("%s\n", made.URL)
	}
	s.printf("Subscribe to it in a calendar program. It is shown this once; whoever has it can read the shifts, until: oncalm feed revoke")
	return nil
}

func (c *feedCommand) revoke(ctx context.Context, s *session, l links, wanted ops.FeedWanted) error {
	gone, err := l.RevokeLinks(ctx, wanted)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return s.json(gone)
	case len(gone) == 0:
		return &stop{exitNo, "there is no such link", "oncalm feed list shows all there are"}
	}
	for _, link := range gone {
		s.printf("revoked: %s", link.ID)
	}
	return nil
}

func (c *feedCommand) list(ctx context.Context, s *session, l links) error {
	all, err := l.Links(ctx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(l feed.Link) bool {
		return c.Schedule != "" && l.Feed != feed.Feed{Kind: feed.Schedule, Name: c.Schedule} ||
			c.Person != "" && l.Feed != feed.Feed{Kind: feed.Person, Name: c.Person}
	})
	if c.JSON {
		return s.json(append([]feed.Link{}, all...))
	}
	rows := [][]string{{"ID", "OF", "NAME", "MADE (UTC)", "BY"}}
	for _, l := range all {
		rows = append(rows, []string{l.ID, string(l.Kind), text.Line(l.Name), l.Made.UTC().Format(time.DateTime), l.By})
	}
	s.table(rows)
	return nil
}

// links are the links of a store: of the file itself, or of the server that holds it.
type links interface {
	Links(ctx context.Context) ([]feed.Link, error)
	MakeLink(ctx context.Context, wanted ops.FeedWanted) (ops.FeedMade, error)
	RevokeLinks(ctx context.Context, wanted ops.FeedWanted) ([]feed.Link, error)
}

// withFeeds calls fn with the links of the store that the flags mean.
func (s *session) withFeeds(ctx context.Context, f storeFlag, fn func(links) error) error {
	return s.withRecords(ctx, f, func(r records) error {
		if l, ok := r.(links); ok {
			return fn(l)
		}
		return errors.New("this store keeps no links") // impossible: both kinds of records do
	})
}

func (f file) Links(ctx context.Context) ([]feed.Link, error) { return ops.FeedLinks(ctx, f.DB) }

func (f file) MakeLink(ctx context.Context, wanted ops.FeedWanted) (ops.FeedMade, error) {
	return ops.MakeFeed(ctx, f.DB, wanted.Feed, "")
}

func (f file) RevokeLinks(ctx context.Context, wanted ops.FeedWanted) ([]feed.Link, error) {
	return ops.RevokeFeed(ctx, f.DB, wanted.Feed, wanted.ID)
}
