// Package fsck checks that what a store holds agrees with itself: that every incident
// is what its timeline says, that the lists that make things quick to find list
// everything and nothing else, and that every incident that nobody has taken care of
// has something owed that will page somebody.
//
// What can be worked out again from the timelines and the outbox entries themselves is
// repaired on request; a timeline is never changed.
package fsck

import (
	"context"
	"fmt"

	"github.com/oncalm/oncalm/store"
)

// A Finding is one thing that is wrong.
type Finding struct {
	Key  string `json:"key"` // in the store, where it was found
	Text string `json:"text"`
	// Repairable says that the right value is known; Repaired that it was written.
	Repairable bool   `json:"repairable"`
	Repaired   bool   `json:"repaired"`
	Remedy     string `json:"remedy,omitempty"` // for what a person must do

	put    bool // write value; otherwise delete the key
	value  []byte
	target string // the key to write, if it is another one
}

// A Report is what a check found.
type Report struct {
	Incidents int       `json:"incidents"`
	Events    int       `json:"events"`
	Entries   int       `json:"entries"` // of the outbox
	Findings  []Finding `json:"findings"`
}

// Left reports whether something is wrong that was not repaired.
func (r *Report) Left() bool {
	for _, f := range r.Findings {
		if !f.Repaired {
			return true
		}
	}
	return false
}

// Check looks through a store.
func Check(ctx context.Context, s store.Store) (*Report, error) {
	var report *Report
	err := s.View(ctx, func(tx store.Tx) error {
		c := &checker{tx: tx, report: &Report{Findings: []Finding{}}, pending: map[string]bool{}, open: map[string]bool{}}
		c.outbox()
		c.incidents()
		c.openIndex()
		c.counter()
		c.overrides()
		report = c.report
		return nil
	})
	return report, err
}

// batch is how many repairs go into one transaction.
const batch = 500

// Repair writes what Check found to be repairable. Nobody else may write meanwhile.
func Repair(ctx context.Context, s store.Store, r *Report) error {
	var todo []*Finding
	for n := range r.Findings {
		if r.Findings[n].Repairable {
			todo = append(todo, &r.Findings[n])
		}
	}
	for len(todo) > 0 {
		part := todo[:min(batch, len(todo))]
		err := s.Update(ctx, func(tx store.Tx) error {
			for _, f := range part {
				f.write(tx)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("repairing: %w", err)
		}
		for _, f := range part {
			f.Repaired = true
		}
		todo = todo[len(part):]
	}
	return nil
}

func (f *Finding) write(tx store.Tx) {
	key := f.Key
	if f.target != "" {
		key = f.target
	}
	if f.put {
		tx.Put(key, f.value)
	} else {
		tx.Delete(key)
	}
}

// checker is one look through a store.
type checker struct {
	tx     store.Tx
	report *Report
	// pending has the incidents for which an entry is owed that pages somebody, or
	// decides whom to page; open those that the open index must list. By the id as it
	// is in keys.
	pending map[string]bool
	open    map[string]bool
	last    uint64 // the highest id
}

func (c *checker) add(f Finding) { c.report.Findings = append(c.report.Findings, f) }

// wrong adds what only a person can mend.
func (c *checker) wrong(key, remedy, format string, args ...any) {
	c.add(Finding{Key: key, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}

// surplus adds a key that must not be there.
func (c *checker) surplus(key, format string, args ...any) {
	c.add(Finding{Key: key, Text: fmt.Sprintf(format, args...), Repairable: true})
}

// missing adds a key that must have another value than it has, or have one at all.
func (c *checker) missing(key string, value []byte, format string, args ...any) {
	c.add(Finding{Key: key, Text: fmt.Sprintf(format, args...), Repairable: true, put: true, value: value})
}
