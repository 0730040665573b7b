package shifts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/text"
)

// FeedCommand is oncalm feed. At the machine one may make and revoke all links: who can read the store can read all shifts
// anyway.
type FeedCommand struct {
	cli.StoreFlag
	cli.JSONFlag
	Do       string `arg:"" optional:"" enum:"list,make,revoke" default:"list" help:"list, make or revoke (default: list)."`
	Schedule string `xor:"feed" placeholder:"NAME" help:"The feed of this schedule."`
	Person   string `xor:"feed" placeholder:"NAME" help:"The feed of this person's shifts."`
	ID       string `name:"id" placeholder:"ID" help:"Revoke only this link."`
}

// Run lists, makes or revokes links to calendars.
func (c *FeedCommand) Run(ctx context.Context, s *cli.Session) error {
	if c.Do == "list" {
		return withFeeds(ctx, s, c.StoreFlag, func(l links) error { return c.list(ctx, s, l) })
	}
	wanted := ops.FeedWanted{Feed: feed.Feed{Kind: feed.Schedule, Name: c.Schedule}, ID: c.ID}
	if c.Person != "" {
		wanted.Feed = feed.Feed{Kind: feed.Person, Name: c.Person}
	}
	if wanted.Name == "" {
		return cli.End(cli.ExitUsage, "no calendar is named", "give -schedule NAME or -person NAME")
	}
	if c.Do == "revoke" {
		return withFeeds(ctx, s, c.StoreFlag, func(l links) error { return c.revoke(ctx, s, l, wanted) })
	}
	cfg, err := s.Load(c.Config, "people", "schedules", "store", "public_url")
	if err != nil {
		return err
	}
	if err := c.known(cfg); err != nil {
		return err
	}
	return withFeeds(ctx, s, c.StoreFlag, func(l links) error { return c.make(ctx, s, l, wanted, cfg.PublicURL) })
}

// known makes sure that there is what a link is made for. Revoking needs no such thing: what is gone must be revocable.
func (c *FeedCommand) known(cfg *config.Config) error {
	if c.Person == "" {
		_, err := schedule(cfg, c.Schedule)
		return err
	}
	if _, ok := cfg.People[c.Person]; !ok {
		return cli.Unknown("person", c.Person, slices.Sorted(maps.Keys(cfg.People)))
	}
	return nil
}

// Made is a new link for other programs. The token in it is nowhere else: the store has its hash.
type Made struct {
	ops.FeedMade
	Path string `json:"path"`
	URL  string `json:"url"` // empty if public_url is not configured
}

// make makes a link and prints it, once.
func (c *FeedCommand) make(ctx context.Context, s *cli.Session, l links, wanted ops.FeedWanted, base string) error {
	link, err := l.MakeLink(ctx, wanted)
	if errors.Is(err, feed.ErrLinks) {
		return cli.End(cli.ExitNo, err.Error(), "revoke some of them with: oncalm feed revoke")
	}
	if err != nil {
		return err
	}
	made := Made{FeedMade: link, Path: link.URL("", link.Token)}
	if base != "" {
		made.URL = link.URL(base, link.Token)
	}
	if c.JSON {
		return s.JSON(made)
	}
	if base == "" {
		s.Printf("%s\n\nPut the public address of this server before it: public_url is not configured.", made.Path)
	} else {
		s.Printf("%s\n", made.URL)
	}
	s.Printf("Subscribe to it in a calendar program. It is shown only once; whoever has it can read the shifts, " +
		"until oncalm feed revoke ends it.")
	return nil
}

// revoke ends the links to a calendar, or one of them. That there was none is a "no", so that a script notices a name that
// was mistyped.
func (c *FeedCommand) revoke(ctx context.Context, s *cli.Session, l links, wanted ops.FeedWanted) error {
	gone, err := l.RevokeLinks(ctx, wanted)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return s.JSON(gone)
	case len(gone) == 0:
		return cli.End(cli.ExitNo, "there is no such link", "oncalm feed list shows all there are")
	}
	for _, link := range gone {
		s.Printf("revoked: %s", link.ID)
	}
	return nil
}

// list prints the links, without their tokens.
func (c *FeedCommand) list(ctx context.Context, s *cli.Session, l links) error {
	all, err := l.Links(ctx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(l feed.Link) bool {
		return c.Schedule != "" && l.Feed != feed.Feed{Kind: feed.Schedule, Name: c.Schedule} ||
			c.Person != "" && l.Feed != feed.Feed{Kind: feed.Person, Name: c.Person}
	})
	if c.JSON {
		return s.JSON(append([]feed.Link{}, all...))
	}
	rows := [][]string{{"ID", "OF", "NAME", "MADE (UTC)", "BY"}}
	for _, l := range all {
		rows = append(rows, []string{l.ID, string(l.Kind), text.Line(l.Name), l.Made.UTC().Format(time.DateTime), l.By})
	}
	s.Table(rows)
	return nil
}

// links are the links of a store: of the file itself, or of the server that holds it.
type links interface {
	Links(ctx context.Context) ([]feed.Link, error)
	MakeLink(ctx context.Context, wanted ops.FeedWanted) (ops.FeedMade, error)
	RevokeLinks(ctx context.Context, wanted ops.FeedWanted) ([]feed.Link, error)
}

// withFeeds calls fn with the links of the store that the flags mean. A Go interface decides: both kinds of records have
// the methods.
func withFeeds(ctx context.Context, s *cli.Session, f cli.StoreFlag, fn func(links) error) error {
	return s.WithRecords(ctx, f, func(r cli.Records) error {
		if l, ok := r.(links); ok {
			return fn(l)
		}
		return errors.New("this store keeps no links") // impossible: both kinds of records do
	})
}
