package history

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/store"
)

// A Query says which incidents are listed. What is empty lists all.
type Query struct {
	Open     bool // only those that are not resolved
	Status   incidents.Status
	Service  string
	Severity string
	From, To time.Time // when they were opened; To itself is not in it
	Limit    int       // at most so many; 0: all
}

// Wants reports whether an incident is listed.
func (q Query) Wants(r *Row) bool {
	return (!q.Open || r.Status != incidents.StatusResolved) &&
		(q.Status == "" || r.Status == q.Status) &&
		(q.Service == "" || r.Service == q.Service) &&
		(q.Severity == "" || r.Severity == q.Severity) &&
		(q.From.IsZero() || !r.Opened.Before(q.From)) &&
		(q.To.IsZero() || r.Opened.Before(q.To))
}

// onlyOpen says whether nothing that is resolved is listed.
func (q Query) onlyOpen() bool {
	return q.Open || q.Status == incidents.StatusTriggered || q.Status == incidents.StatusAcknowledged
}

// List hands the incidents to each, the newest first, in parts that are read in a View of their own: none takes long, however
// slow whoever reads them is, and no more than a part is in memory. What changes meanwhile may be seen as it was or as it is. An
// error of each ends the list.
func List(ctx context.Context, s store.Store, q Query, each func([]Row) error) error {
	w := walk{store: s, open: q.onlyOpen()}
	left := q.Limit
	for !w.done() {
		b, err := w.next(ctx)
		if err != nil {
			return err
		}
		rows := slices.DeleteFunc(b.rows, func(r Row) bool { return !q.Wants(&r) })
		if q.Limit > 0 && len(rows) > left {
			rows = rows[:left]
		}
		if len(rows) == 0 {
			continue
		}
		if err := each(rows); err != nil {
			return err
		}
		if left -= len(rows); q.Limit > 0 && left == 0 {
			return nil
		}
	}
	return nil
}

// part is how many incidents are read at a time.
const part = 1000

// walk goes through the incidents, the newest first.
type walk struct {
	store store.Store
	open  bool // only those that are open
	keys  bool // only what has no row is looked for, and no head is read

	begun     bool
	ids       []uint64 // of what is open and was not read yet, in ascending order; only if open
	low, high uint64   // the incidents that were not read yet; only if not open
}

// piece is what is read in one View.
type piece struct {
	rows    []Row // the newest first
	rowless []uint64
}

func (w *walk) done() bool { return w.begun && w.low > w.high && len(w.ids) == 0 }

// next reads the next incidents.
func (w *walk) next(ctx context.Context) (p piece, err error) {
	from := *w
	err = w.store.View(ctx, func(tx store.Tx) (err error) {
		*w, p = from, piece{}
		if !w.begun {
			w.begin(tx)
		}
		if w.open {
			return w.nextOpen(tx, &p)
		}
		return w.nextOfAll(tx, &p)
	})
	return p, err
}

func (w *walk) begin(tx store.Tx) {
	w.begun = true
	if w.low, w.high = numbering.Kept(tx); w.open {
		w.low, w.high = 1, 0
		for _, id := range incidents.OpenIDs(tx, 0) {
			w.ids = append(w.ids, numberOf(id))
		}
	}
}

func (w *walk) nextOpen(tx store.Tx, p *piece) error {
	rest := max(len(w.ids)-part, 0)
	for _, n := range slices.Backward(w.ids[rest:]) {
		if err := p.head(tx, n); err != nil {
			return err
		}
	}
	w.ids = w.ids[:rest]
	return nil
}

// nextOfAll reads rows, and heads of what has none.
func (w *walk) nextOfAll(tx store.Tx, p *piece) error {
	if w.low > w.high {
		return nil
	}
	from := max(w.low, w.high-min(part-1, w.high))
	rows := make([][]byte, w.high-from+1)
	for key, val := range tx.Range(keyOf(from), keyOf(w.high+1)) {
		rows[numberOf(key)-from] = val
	}
	open := map[uint64]bool{}
	for _, id := range OpenBetween(tx, from, w.high) {
		open[id] = true // a row beside it is of a version that knew no rows
	}
	for n := w.high; n >= from; n-- {
		if err := w.one(tx, p, n, rows[n-from], open[n]); err != nil {
			return err
		}
	}
	w.high = from - 1
	return nil
}

func (w *walk) one(tx store.Tx, p *piece, n uint64, val []byte, open bool) error {
	if val == nil && !open {
		p.rowless = append(p.rowless, n)
	}
	if w.keys {
		return nil
	}
	if val == nil || open {
		return p.head(tx, n)
	}
	row, err := Read(val)
	if err != nil {
		return p.head(tx, n)
	}
	p.rows = append(p.rows, row)
	return nil
}

// head reads an incident that has no row. What is not there is kept no more.
func (p *piece) head(tx store.Tx, n uint64) error {
	i, err := incidents.Head(tx, number(n))
	if errors.Is(err, incidents.ErrNotFound) {
		return nil
	}
	if err == nil {
		p.rows = append(p.rows, Of(i))
	}
	return err
}
