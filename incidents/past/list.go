package past

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/store"
)

// A Maker makes the case of an incident of its timeline: of one that is open, too, as far as it has come.
type Maker func(store.Tx, *incidents.Incident) (Case, error)

// part is how many incidents are read at a time.
const part = 1000

// late is how much later than its number says an incident may have been opened: alarms that wait at SNS come with their own time.
const late = 24 * time.Hour

// List hands the cases of the incidents that were opened from one time until before another to each, the newest first, in parts that
// are read in a View of their own, as the history of incidents is (see [history.List]). What is open, and what has no case yet, is
// made by of. It ends where incidents are older.
func List(ctx context.Context, s store.Store, from, to time.Time, of Maker, each func([]Case) error) error {
	low, high := uint64(0), uint64(0)
	err := s.View(ctx, func(tx store.Tx) error {
		low, high = numbering.Kept(tx)
		return nil
	})
	for err == nil && low <= high && high > 0 {
		var cases []Case
		least := max(low, high-min(part-1, high))
		err = s.View(ctx, func(tx store.Tx) (err error) {
			cases, err = between(tx, least, high, of)
			return err
		})
		if err != nil {
			return err
		}
		high = least - 1
		wanted, older := cases[:0], len(cases) > 0
		for _, c := range cases {
			older = older && c.Opened.Before(from.Add(-late))
			if !c.Opened.Before(from) && c.Opened.Before(to) {
				wanted = append(wanted, c)
			}
		}
		if len(wanted) > 0 {
			err = each(wanted)
		}
		if older {
			return err
		}
	}
	return err
}

// between are the cases of the incidents from one number to another, the newest first.
func between(tx store.Tx, from, to uint64, of Maker) (found []Case, err error) {
	rows := make([]*Case, to-from+1)
	for key, val := range tx.Range(keyOf(from), keyOf(to+1)) {
		if c, err := Read(val); err == nil {
			rows[numberOf(key)-from] = &c
		}
	}
	for _, n := range history.OpenBetween(tx, from, to) {
		rows[n-from] = nil // a case beside it is of a version that knew none
	}
	for n := to; n >= from && n > 0; n-- {
		if c := rows[n-from]; c != nil {
			found = append(found, *c)
			continue
		}
		c, err := made(tx, n, of)
		if err != nil {
			return nil, err
		}
		if c.ID != "" {
			found = append(found, c)
		}
	}
	return found, nil
}

// made is the case of an incident that has none in the store. What is not there is kept no more.
func made(tx store.Tx, n uint64, of Maker) (Case, error) {
	i, err := incidents.Head(tx, strconv.FormatUint(n, 10))
	if errors.Is(err, incidents.ErrNotFound) {
		return Case{}, nil
	}
	if err != nil {
		return Case{}, err
	}
	return of(tx, i)
}

// Complete writes the cases that are not there of incidents that are resolved, in small transactions, and returns how many.
func Complete(ctx context.Context, s store.Store, of Maker) (written int, err error) {
	low, high := uint64(0), uint64(0)
	err = s.View(ctx, func(tx store.Tx) error {
		low, high = numbering.Kept(tx)
		return nil
	})
	for err == nil && low <= high && high > 0 {
		least := max(low, high-min(part-1, high))
		var lacking []uint64
		if lacking, err = without(ctx, s, least, high); err != nil {
			return written, err
		}
		for len(lacking) > 0 && err == nil {
			some, n := lacking[:min(len(lacking), atOnce)], 0
			err = s.Update(ctx, func(tx store.Tx) (err error) {
				n, err = fill(tx, some, of)
				return err
			})
			written, lacking = written+n, lacking[len(some):]
		}
		high = least - 1
	}
	return written, err
}

// atOnce is how many cases [Complete] makes in one transaction: an alarm that comes meanwhile waits for that.
const atOnce = 20

// without are the incidents of a span of numbers that are not open and have no case.
func without(ctx context.Context, s store.Store, from, to uint64) (lacking []uint64, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		lacking = nil
		has := map[uint64]bool{}
		for key := range tx.Range(keyOf(from), keyOf(to+1)) {
			has[numberOf(key)] = true
		}
		for _, n := range history.OpenBetween(tx, from, to) {
			has[n] = true
		}
		for n := to; n >= from && n > 0; n-- {
			if !has[n] && incidents.StoredHead(tx, n) != nil {
				lacking = append(lacking, n)
			}
		}
		return nil
	})
	return lacking, err
}

// fill writes the cases of those incidents.
func fill(tx store.Tx, numbers []uint64, of Maker) (written int, err error) {
	for _, n := range numbers {
		i, err := incidents.Head(tx, strconv.FormatUint(n, 10))
		if err != nil || i.Open() {
			continue // it is kept no more, or is named by fsck, or was opened again meanwhile
		}
		c, err := of(tx, i)
		if err != nil {
			continue // fsck names its events
		}
		if err := Put(tx, &c); err != nil {
			return written, err
		}
		written++
	}
	return written, nil
}
