package cli

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// Records is a store to read from: the file itself, or the server that holds it.
type Records interface {
	Incidents(ctx context.Context, q history.Query, each func([]history.Row) error) error
	Timeline(ctx context.Context, id string, each func([]incidents.Event) error) error
	Backup(ctx context.Context, to io.Writer) error
	Close() error
}

// OpenRecords opens the store at path; if a server holds it, the way to that server.
func OpenRecords(ctx context.Context, path string) (Records, error) {
	db, err := OpenStore(ctx, path, bolt.Options{MustExist: true})
	if inUse, ok := errors.AsType[*store.InUse](err); ok {
		return ops.NewClient(inUse), nil
	}
	if err != nil {
		return nil, err
	}
	return file{db}, nil
}

// file is a store that nobody else has.
type file struct{ *bolt.DB }

func (f file) Incidents(ctx context.Context, q history.Query, each func([]history.Row) error) error {
	return history.List(ctx, f.DB, q, each)
}

func (f file) Timeline(ctx context.Context, id string, each func([]incidents.Event) error) error {
	return ops.Timeline(ctx, f.DB, id, each)
}

func (f file) Messages(ctx context.Context, q fates.Query, each func(fates.Message) error) error {
	return fates.List(ctx, f.DB, q, each)
}

func (f file) Links(ctx context.Context) ([]feed.Link, error) { return ops.FeedLinks(ctx, f.DB) }

func (f file) MakeLink(ctx context.Context, wanted ops.FeedWanted) (ops.FeedMade, error) {
	return ops.MakeFeed(ctx, f.DB, wanted.Feed, "")
}

func (f file) RevokeLinks(ctx context.Context, wanted ops.FeedWanted) ([]feed.Link, error) {
	return ops.RevokeFeed(ctx, f.DB, wanted.Feed, wanted.ID)
}

// WithRecords calls fn with the records of the store that the flags mean.
func (s *Session) WithRecords(ctx context.Context, f StoreFlag, fn func(Records) error) error {
	path, err := s.StorePath(f)
	if err != nil {
		return err
	}
	r, err := OpenRecords(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(fn(r), r.Close())
}

// messages are what all [Records] have, too.
type messages interface {
	Messages(ctx context.Context, q fates.Query, each func(fates.Message) error) error
}

// Messages hands the messages that are meant to each, as they come.
func Messages(ctx context.Context, r Records, q fates.Query, each func(fates.Message) error) error {
	if m, ok := r.(messages); ok {
		return m.Messages(ctx, q, each)
	}
	return errors.ErrUnsupported // impossible: both kinds of records have them
}

// changesOf are what all [Records] have, too.
type changesOf interface {
	Changes(ctx context.Context, from, to time.Time) ([]changes.Change, error)
}

func (f file) Changes(ctx context.Context, from, to time.Time) (list []changes.Change, err error) {
	err = f.View(ctx, func(tx store.Tx) (err error) {
		list, err = changes.Between(tx, from, to)
		return err
	})
	return list, err
}

// Changes are the markers of a span of time. An archive has none, as a store has none of what has been over for so long: they are kept
// for days.
func Changes(ctx context.Context, r any, from, to time.Time) ([]changes.Change, error) {
	c, ok := r.(changesOf)
	if !ok {
		return []changes.Change{}, nil
	}
	list, err := c.Changes(ctx, from, to)
	return append([]changes.Change{}, list...), err
}

// actionsOf are what all [Records] have, too.
type actionsOf interface {
	Actions(ctx context.Context) ([]actions.Row, error)
}

func (f file) Actions(ctx context.Context) ([]actions.Row, error) { return ops.Actions(ctx, f.DB) }

func (f file) Cases(ctx context.Context, from, to time.Time, each func([]past.Case) error) error {
	return learning.Source{Store: f.DB}.Cases(ctx, from, to, each)
}

func (f file) Before(ctx context.Context, id string) ([]evidence.Earlier, error) {
	return postmortems.BeforeOf(ctx, f.DB, id)
}

// Before are the incidents of before that may be related to one. The error is that an archive knows none.
func Before(ctx context.Context, r any, id string) ([]evidence.Earlier, error) {
	if b, ok := r.(interface {
		Before(ctx context.Context, id string) ([]evidence.Earlier, error)
	}); ok {
		return b.Before(ctx, id)
	}
	return nil, errors.ErrUnsupported
}

// Reporting is what reports are made from: all [Records] are.
func Reporting(r Records) (reports.Source, error) {
	if s, ok := r.(reports.Source); ok {
		return s, nil
	}
	return nil, errors.ErrUnsupported // impossible, as above
}

// Actions are the action items that are open.
func Actions(ctx context.Context, r Records) ([]actions.Row, error) {
	if a, ok := r.(actionsOf); ok {
		return a.Actions(ctx)
	}
	return nil, errors.ErrUnsupported // impossible, as above
}

// StorePath is the store that the flags mean.
func (s *Session) StorePath(f StoreFlag) (string, error) {
	if f.Store != "" {
		return f.Store, nil
	}
	cfg, err := s.Load(f.Config, "store")
	if err != nil {
		return "", err
	}
	return cfg.Store, nil
}
