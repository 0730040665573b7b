package archive

import (
	"bytes"
	"context"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// Least is the shortest time that incidents are kept in the store after they are resolved: all that is kept beside an incident
// for a limited time is gone by then, and whoever acts on what is over finds it.
const Least = 60 * 24 * time.Hour

// Bounds of what is archived at a time: of incidents, and about of bytes; and of events that are deleted in one transaction.
const (
	batch       = 50
	batchBytes  = 4 << 20
	batchEvents = 500
)

// An Archiver moves incidents from a store into the archive.
type Archiver struct {
	Path string // of the store
	// Kept says how long incidents are kept after they are resolved; 0: for ever.
	Kept func() time.Duration
	// Render makes the document that people read; nil: none.
	Render func(document.Document) (string, error)
}

// Sweep archives what was resolved longer ago than it is kept, in small transactions, and returns how many incidents that were.
// The newest incident stays in any case: it says which numbers were given.
func (a *Archiver) Sweep(ctx context.Context, s store.Store, now time.Time) (archived int, err error) {
	kept := a.Kept()
	if kept <= 0 {
		return 0, nil
	}
	before := now.Add(-max(kept, Least))
	path, err := disk.Locate(a.Path) // an archive is beside the file itself, as all else is
	if err != nil {
		return 0, err
	}
	m := mover{Archiver: a, path: path, now: now, before: before}
	for from := uint64(1); ; {
		var due []uint64
		if due, from, err = history.Over(ctx, s, from, before, batch); err != nil {
			return archived, err
		}
		for len(due) > 0 {
			n, moved, err := m.move(ctx, s, due)
			if archived += moved; err != nil {
				return archived, err
			}
			due = due[n:]
		}
		if from == 0 {
			return archived, nil
		}
	}
}

// out is an incident on its way out of the store.
type out struct {
	number uint64
	head   []byte // as it was when it was read
	events int
}

// mover is one sweep.
type mover struct {
	*Archiver
	path        string // of the store
	now, before time.Time
}

// move archives the first of those incidents, and returns how many it has looked at and how many it has moved. Writing and
// deleting are two steps, and the disk is between them (see the package). An incident whose head has changed since it was
// read stays.
func (m mover) move(ctx context.Context, s store.Store, due []uint64) (n, moved int, err error) {
	var leaving []out
	if n, leaving, err = m.keep(ctx, s, due); err != nil {
		return n, 0, err
	}
	for len(leaving) > 0 {
		some := few(leaving)
		gone := 0
		err := s.Update(ctx, func(tx store.Tx) error {
			gone = 0
			for _, o := range leaving[:some] {
				if history.Remove(tx, o.number, o.head) {
					history.Forget(tx, o.number)
					past.Forget(tx, o.number)
					gone++
				}
			}
			return nil
		})
		if moved += gone; err != nil {
			return n, moved, err
		}
		leaving = leaving[some:]
	}
	return n, moved, nil
}

// keep writes incidents to their archives. Each is read in a View of its own, so that none is long.
func (m mover) keep(ctx context.Context, s store.Store, due []uint64) (n int, leaving []out, err error) {
	lines := map[string][]byte{}
	for size := 0; n < len(due) && size < batchBytes; n++ {
		var e *Entry
		o := out{number: due[n]}
		err := s.View(ctx, func(tx store.Tx) (err error) {
			e, o.head, err = read(tx, due[n], m.before)
			return err
		})
		if err != nil {
			return n, nil, err
		}
		if e == nil {
			continue
		}
		line, err := m.finish(e, m.now)
		if err != nil {
			return n, nil, err
		}
		file := File(m.path, e.Row.Resolved)
		lines[file] = append(lines[file], line...)
		size += len(line)
		o.events = len(e.Events)
		leaving = append(leaving, o)
	}
	for file, text := range lines {
		if err := write(file, text); err != nil {
			return n, nil, err
		}
	}
	return n, leaving, nil
}

// few is how many incidents leave in one transaction: of their events there may be many.
func few(leaving []out) (n int) {
	events := 0
	for n < len(leaving) && (n == 0 || events+leaving[n].events <= batchEvents) {
		events += leaving[n].events
		n++
	}
	return n
}

// read reads an incident that is to be archived; nil if it is not, or cannot be read in full: then it stays, for fsck to name.
func read(tx store.Tx, number uint64, before time.Time) (*Entry, []byte, error) {
	head := incidents.StoredHead(tx, number)
	i, err := incidents.ReadHead(head)
	if err != nil || i.Open() || !i.Resolved.Before(before) || actions.Any(tx, i.ID) {
		return nil, nil, nil //nolint:nilerr // it stays, as long as something of it is to be done
	}
	events, err := incidents.Timeline(tx, i.ID)
	if err != nil || len(events) != i.Seq {
		return nil, nil, nil //nolint:nilerr // it stays
	}
	return &Entry{Format: Format, Row: history.Of(&i), Events: events, Incident: &i}, bytes.Clone(head), nil
}

// finish makes the document of an entry, and the line.
func (a *Archiver) finish(e *Entry, now time.Time) ([]byte, error) {
	e.Archived = now.Round(0).UTC()
	e.Document = postmortems.Build(*e.Incident, e.Events)
	if a.Render != nil {
		text, err := a.Render(e.Document)
		if err != nil {
			return nil, err
		}
		e.Markdown = text
	}
	return e.line()
}
