package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/oncalm/oncalm/cmd/oncalm/fsck"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/text"
)

type fsckCommand struct {
	storeFlag
	jsonFlag
	Repair bool `help:"Write what can be worked out again: heads, lists, the counter, and what would page somebody. What is recorded is never changed."`
}

// checked is the answer of fsck.
type checked struct {
	Store    string `json:"store"`
	Snapshot bool   `json:"snapshot"` // of a store that a server has open
	// Pages are what is wrong with the file itself.
	Pages []string `json:"pages"`
	*fsck.Report
}

// Run checks the store, or, while a server has it, a copy of it.
func (c *fsckCommand) Run(ctx context.Context, s *session) error {
	path, err := s.storePath(c.storeFlag)
	if err != nil {
		return err
	}
	found, err := c.check(ctx, s, path)
	if inUse, ok := errors.AsType[*store.InUse](err); ok && !c.Repair {
		found, err = c.snapshot(ctx, s, path, inUse)
	}
	if err != nil {
		return err
	}
	found.Store = path
	if c.JSON {
		if err := s.json(found); err != nil {
			return err
		}
	} else {
		s.sayChecked(found)
	}
	if len(found.Pages) > 0 || found.Left() {
		return ended(exitNo)
	}
	return nil
}

// check looks through the file at path.
func (c *fsckCommand) check(ctx context.Context, s *session, path string) (found *checked, err error) {
	db, err := openStore(ctx, path, bolt.Options{MustExist: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	pages, err := db.Check(ctx)
	if err != nil {
		return nil, err
	}
	found = &checked{Pages: append([]string{}, pages...)}
	damagedValues, err := db.Damage(ctx)
	if err != nil {
		return nil, err
	}
	found.Report, err = fsck.Check(ctx, db, s.now, damagedValues)
	if errors.Is(err, store.ErrDamaged) {
		return nil, damaged(path, err)
	}
	if err != nil || !c.Repair {
		return found, err
	}
	if len(found.Pages) > 0 {
		return found, nil // writing into a broken file would make it worse
	}
	if err := fsck.Repair(ctx, db, found.Report); err != nil {
		return found, err
	}
	return found, c.oweAnew(ctx, s, db, found.Report)
}

// oweAnew brings back what would page somebody and was lost, as the audit does while a server
// runs. Without a configuration that names the policies, it is left to that.
func (c *fsckCommand) oweAnew(ctx context.Context, s *session, db store.Store, r *fsck.Report) error {
	if c.Store != "" {
		return nil
	}
	cfg, err := s.load(c.Config)
	if err != nil {
		return nil //nolint:nilerr // the server will say so, too
	}
	pager := &paging.Pager{Book: &incidents.Book{Store: db}, Policy: cfg.PolicyOf, Overrides: overridesOf(cfg, nil)}
	mended, err := pager.Audit(ctx)
	for _, m := range mended {
		r.OwedAnew(m.Incident, m.Key)
	}
	return err
}

// snapshot checks a copy of a store that a server has.
func (c *fsckCommand) snapshot(ctx context.Context, s *session, path string, inUse *store.InUse) (found *checked, err error) {
	dir, err := os.MkdirTemp("", "oncalm-fsck-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied := filepath.Join(dir, filepath.Base(path))
	if _, err := backUp(ctx, path, copied); err != nil {
		return nil, fmt.Errorf("%w: %w", inUse, err)
	}
	found, err = c.check(ctx, s, copied)
	if found != nil {
		found.Snapshot = true
	}
	return found, err
}

func (s *session) sayChecked(found *checked) {
	what := found.Store
	if found.Snapshot {
		what += " (a copy, since a server has it)"
	}
	s.printf("%s: %s with %s, %s", what, text.Count(found.Incidents, "incident", "incidents"),
		text.Count(found.Events, "event", "events"), text.Count(found.Entries, "outbox entry", "outbox entries"))
	for _, problem := range found.Pages {
		s.printf("  the file: %s; restore a backup", problem)
	}
	for _, f := range found.Findings {
		line := "  " + f.Key + ": " + f.Text
		switch {
		case f.Repaired:
			line += "; repaired"
		case f.Repairable:
			line += "; oncalm fsck -repair mends it"
		case f.Remedy != "":
			line += "; " + f.Remedy
		}
		s.printf("%s", line)
	}
	if found.Aside > 0 {
		s.printf("  %s set aside by a repair, under %s", text.Count(found.Aside, "damaged value was", "damaged values were"), fsck.AsidePrefix)
	}
	if found.Lost > 0 {
		s.printf("  %s", text.Count(found.Lost, "event is lost for good, as its timeline says", "events are lost for good, as their timelines say"))
	}
	if len(found.Pages) == 0 && len(found.Findings) == 0 {
		s.printf("  nothing is wrong")
	}
}
