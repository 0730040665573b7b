package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/text"
)

// overridesOf is the book of overrides, for all doors. Who follows it is wired when there are such.
func overridesOf(cfg *config.Config, clock *clocks.Clock) *overrides.Book {
	return &overrides.Book{
		Schedules: cfg.Schedules, Planned: cfg.Planned, Known: cfg.Knows, Clock: clock,
		Reachable: func(person string) bool { return cfg.People[person].Slack != "" },
	}
}

// overrides returns all overrides of schedules: those of the configuration, and then those
// that people made, from the store at path (empty: that of the configuration) or from the
// server that holds it. Without a store there are only the former.
func (s *session) overrides(ctx context.Context, cfg *config.Config, path string, names []string) (map[string][]rotations.Override, error) {
	if path == "" {
		file, err := bolt.Locate(cfg.Store)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return cfg.Planned, nil
		}
		path = cfg.Store
	}
	made, err := overridesIn(ctx, path, names)
	if err != nil {
		return nil, err
	}
	all := map[string][]rotations.Override{}
	for _, name := range names {
		all[name] = overrides.Void(append(slices.Clip(cfg.Planned[name]), made[name]...), cfg.Knows, func(string) time.Time { return s.now })
		s.sayVoid(name, all[name])
	}
	return all, nil
}

// sayVoid says which overrides of a schedule do not count.
func (s *session) sayVoid(schedule string, all []rotations.Override) {
	for _, o := range all {
		if o.Void != "" && s.now.Before(o.To) {
			_, _ = fmt.Fprintf(s.stderr, "oncalm: an override for %s in %s until %s does not count: %s\n",
				text.Line(o.Person), schedule, o.To.Format(time.RFC3339), text.Line(o.Void))
		}
	}
}

// overridesOrPlanned is overrides for those who want an answer even if the store cannot be
// read: they are told what the answer leaves out.
func (s *session) overridesOrPlanned(ctx context.Context, cfg *config.Config, path string, names []string) map[string][]rotations.Override {
	all, err := s.overrides(ctx, cfg, path, names)
	if err != nil {
		_, _ = fmt.Fprintf(s.stderr, "oncalm: overrides that people made are not counted: %v\n", err)
		return cfg.Planned
	}
	return all
}

func overridesIn(ctx context.Context, path string, names []string) (made map[string][]rotations.Override, err error) {
	db, err := openStore(ctx, path, bolt.Options{MustExist: true})
	if inUse, ok := errors.AsType[*store.InUse](err); ok {
		there := ops.NewClient(inUse)
		defer func() { err = errors.Join(err, there.Close()) }()
		return there.Overrides(ctx, names)
	}
	if err != nil {
		return nil, err
	}
	made, err = ops.Overrides(ctx, db, names)
	return made, errors.Join(err, db.Close())
}
