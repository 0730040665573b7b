package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/web"
)

// records is a store to read from: the file itself, or the server that holds it.
type records interface {
	incidents(ctx context.Context, limit int) ([]web.Summary, error)
	timeline(ctx context.Context, id string) ([]incidents.Event, error)
	backup(ctx context.Context, to io.Writer) error
	Close() error
}

// openRecords opens the store at path; if a server holds it, the way to that server.
func openRecords(ctx context.Context, path string) (records, error) {
	db, err := openStore(ctx, path, bolt.Options{MustExist: true})
	if inUse, ok := errors.AsType[*store.InUse](err); ok {
		return server{web.LocalClient(path), inUse}, nil
	}
	if err != nil {
		return nil, err
	}
	return file{db}, nil
}

// file is a store that nobody else has.
type file struct{ *bolt.DB }

func (f file) incidents(ctx context.Context, limit int) ([]web.Summary, error) {
	return web.Incidents(ctx, f.DB, limit)
}

func (f file) timeline(ctx context.Context, id string) ([]incidents.Event, error) {
	return web.Timeline(ctx, f.DB, id)
}

func (f file) backup(ctx context.Context, to io.Writer) error { return f.DB.Backup(ctx, to) }

// server is a running server that holds the store.
type server struct {
	client *http.Client
	inUse  *store.InUse
}

func (s server) incidents(ctx context.Context, limit int) ([]web.Summary, error) {
	var list []web.Summary
	return list, s.get(ctx, web.RouteIncidents+"?limit="+strconv.Itoa(limit), decodeInto(&list))
}

func (s server) timeline(ctx context.Context, id string) ([]incidents.Event, error) {
	var events []incidents.Event
	if _, err := strconv.ParseUint(id, 10, 32); err != nil {
		return nil, incidents.ErrNotFound
	}
	return events, s.get(ctx, web.RouteTimeline+id, decodeInto(&events))
}

func (s server) backup(ctx context.Context, to io.Writer) error {
	return s.get(ctx, web.RouteBackup, func(body io.Reader) error {
		_, err := io.Copy(to, body)
		return err
	})
}

func (s server) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

func decodeInto(v any) func(io.Reader) error {
	return func(body io.Reader) error { return json.NewDecoder(body).Decode(v) }
}

// get asks the server. If it does not answer, the store is in use by something else.
func (s server) get(ctx context.Context, route string, read func(io.Reader) error) error {
	return s.ask(ctx, http.MethodGet, route, nil, read)
}

func (s server) ask(ctx context.Context, method, route string, body io.Reader, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://oncalm"+route, body)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w, and does not answer at %s", s.inUse, web.LocalSocket(s.inUse.Path))
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
		return read(resp.Body)
	case http.StatusNotFound:
		return incidents.ErrNotFound
	case http.StatusConflict:
		return feed.ErrLinks
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return errors.New("the running server answered: " + strings.TrimSpace(string(text)))
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
