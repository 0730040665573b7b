package records

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/fsck"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/text"
)

// FsckCommand is oncalm fsck. It may look while a server has the store, and repair only while none has.
type FsckCommand struct {
	cli.StoreFlag
	cli.JSONFlag
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

// Run checks the store, or, while a server has it, a copy of it. It ends with "no" if anything is left that is wrong,
// whether it was repaired before or not.
func (c *FsckCommand) Run(ctx context.Context, s *cli.Session) error {
	path, err := s.StorePath(c.StoreFlag)
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
		if err := s.JSON(found); err != nil {
			return err
		}
	} else {
		sayChecked(s, found)
	}
	if len(found.Pages) > 0 || found.Left() {
		return cli.Ended(cli.ExitNo)
	}
	return nil
}

// check looks through the file at path. The pages of the file come first: what stands on a broken page cannot be judged.
func (c *FsckCommand) check(ctx context.Context, s *cli.Session, path string) (found *checked, err error) {
	db, err := cli.OpenStore(ctx, path, bolt.Options{MustExist: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	pages, damagedValues, err := db.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	found = &checked{Pages: append([]string{}, pages...)}
	found.Report, err = fsck.Check(ctx, db, s.Now, damagedValues)
	if errors.Is(err, store.ErrDamaged) {
		return nil, cli.DamagedStore(path, err)
	}
	if err != nil || !c.Repair {
		return found, err
	}
	if len(found.Pages) > 0 {
		return found, nil // writing into a broken file would make it worse
	}
	// heads and lists first: the audit below reads them
	if err := fsck.Repair(ctx, db, found.Report); err != nil {
		return found, err
	}
	return found, c.enqueueAnew(ctx, s, db, found.Report)
}

// enqueueAnew brings back what would page somebody and was lost, as the audit does while a server
// runs. Without a configuration that names the policies, it is left to that. A store that was named by itself may belong to
// another configuration.
func (c *FsckCommand) enqueueAnew(ctx context.Context, s *cli.Session, db store.Store, r *fsck.Report) error {
	if c.Store != "" {
		return nil
	}
	cfg, err := s.Load(c.Config)
	if err != nil {
		return nil //nolint:nilerr // the server will say so, too
	}
	book := &incidents.Book{Store: db}
	let, err := (&silences.Book{Incidents: book}).Audit(ctx)
	if err != nil {
		return err
	}
	for _, m := range let {
		r.OwedAnew(m.Incident, m.Key)
	}
	// without a channel: it enqueues, and whoever serves next sends
	pager := &paging.Pager{Book: book, Policy: cfg.PolicyOf, Overrides: cfg.Overrides(nil)}
	mended, err := pager.Audit(ctx)
	for _, m := range mended {
		r.OwedAnew(m.Incident, m.Key)
	}
	return err
}

// snapshot checks a copy of a store that a server has. The copy is not compact: pages are copied as they are, so that what
// is wrong with them is found.
func (c *FsckCommand) snapshot(ctx context.Context, s *cli.Session, path string, inUse *store.InUse) (found *checked,
	err error) {
	dir, err := os.MkdirTemp("", "oncalm-fsck-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied := filepath.Join(dir, filepath.Base(path))
	if _, err := backUp(ctx, path, copied, copies.Publish); err != nil {
		return nil, fmt.Errorf("%w: %w", inUse, err)
	}
	found, err = c.check(ctx, s, copied)
	if found != nil {
		found.Snapshot = true
	}
	return found, err
}

// sayChecked prints a line for each finding, with what to do. "set aside" and "lost" are of repairs before this one.
func sayChecked(s *cli.Session, found *checked) {
	what := found.Store
	if found.Snapshot {
		what += " (a copy, since a server is using it)"
	}
	s.Printf("%s: %s with %s, %s", what, text.Count(found.Incidents, "incident", "incidents"),
		text.Count(found.Events, "event", "events"), text.Count(found.Entries, "outbox entry", "outbox entries"))
	for _, problem := range found.Pages {
		s.Printf("  the file: %s; restore a backup", problem)
	}
	for _, f := range found.Findings {
		line := "  " + f.Key + ": " + f.Text
		switch {
		case f.Repaired:
			line += "; repaired"
		case f.Repairable:
			line += "; oncalm fsck -repair repairs it"
		case f.Remedy != "":
			line += "; " + f.Remedy
		}
		s.Printf("%s", line)
	}
	if found.Aside > 0 {
		s.Printf("  %s set aside by a repair, under %s", text.Count(found.Aside, "damaged value was", "damaged values were"),
			fsck.AsidePrefix)
	}
	if found.Lost > 0 {
		s.Printf("  %s", text.Count(found.Lost, "event is lost for good, as its timeline says",
			"events are lost for good, as their timelines say"))
	}
	if len(found.Pages) == 0 && len(found.Findings) == 0 {
		s.Printf("  nothing is wrong")
	}
}
