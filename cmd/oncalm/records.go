package main

import (
	"context"
	"errors"
	"io"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// records is a store to read from: the file itself, or the server that holds it.
type records interface {
	Incidents(ctx context.Context, limit int) ([]ops.Summary, error)
	Timeline(ctx context.Context, id string) ([]incidents.Event, error)
	Backup(ctx context.Context, to io.Writer) error
	Close() error
}

// openRecords opens the store at path; if a server holds it, the way to that server.
func openRecords(ctx context.Context, path string) (records, error) {
	db, err := openStore(ctx, path, bolt.Options{MustExist: true})
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

func (f file) Incidents(ctx context.Context, limit int) ([]ops.Summary, error) {
	return ops.Incidents(ctx, f.DB, limit)
}

func (f file) Timeline(ctx context.Context, id string) ([]incidents.Event, error) {
	return ops.Timeline(ctx, f.DB, id)
}

// withRecords calls fn with the records of the store that the flags mean.
func (s *session) withRecords(ctx context.Context, f storeFlag, fn func(records) error) error {
	path, err := s.storePath(f)
	if err != nil {
		return err
	}
	r, err := openRecords(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(fn(r), r.Close())
}

// storePath is the store that the flags mean.
func (s *session) storePath(f storeFlag) (string, error) {
	if f.Store != "" {
		return f.Store, nil
	}
	cfg, err := s.load(f.Config, "store")
	if err != nil {
		return "", err
	}
	return cfg.Store, nil
}
