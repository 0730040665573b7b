// Package fsck checks that what a store holds agrees with itself: that every incident
// is what its timeline says, that the lists that make things quick to find list
// everything and nothing else, and that every incident that nobody has taken care of
// has something owed that will page somebody.
//
// What can be worked out again from the timelines and the outbox entries themselves is
// repaired on request. What a timeline says is never changed: where an event is damaged on the
// disk, and so lost, a line says that.
package fsck

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/pages"
)

// A Finding is one thing that is wrong.
type Finding struct {
	Key  string `json:"key"` // in the store, where it was found
	Text string `json:"text"`
	// Repairable says that the right value is known; Repaired that it was written.
	Repairable bool   `json:"repairable"`
	Repaired   bool   `json:"repaired"`
	Remedy     string `json:"remedy,omitempty"` // for what a person must do

	aside  []byte // what is damaged, to be kept elsewhere
	put    bool   // write value; otherwise delete the key
	value  []byte
	target string // the key to write, if it is another one
	also   []write

	forgotten string // the incident of which nobody would hear
}

// write is a value that is written with the repair of something else.
type write struct {
	key   string
	value []byte
}

// A Report is what a check found.
type Report struct {
	Incidents int       `json:"incidents"`
	Events    int       `json:"events"`
	Entries   int       `json:"entries"` // of the outbox
	Findings  []Finding `json:"findings"`
	// Aside is how many damaged values an earlier repair has set aside.
	Aside int `json:"aside,omitempty"`
	// Lost is how many events were lost with them. Their timelines say so.
	Lost int `json:"lost,omitempty"`
}

// AsidePrefix is before the keys of values that were damaged, and were set aside by a repair:
// nothing reads them but people who look what they were.
const AsidePrefix = "damaged/"

// Left reports whether something is wrong that was not repaired.
func (r *Report) Left() bool {
	for _, f := range r.Findings {
		if !f.Repaired {
			return true
		}
	}
	return false
}

// Check looks through a store, of which some values are damaged: they cannot be read, so
// that what they are needed for is amiss, too.
func Check(ctx context.Context, s store.Store, now time.Time, damaged []pages.Damaged) (*Report, error) {
	var report *Report
	err := s.View(ctx, func(tx store.Tx) error {
		c := &checker{
			tx: tx, now: now, report: &Report{Findings: []Finding{}}, pending: map[string]bool{}, open: map[string]bool{}, lost: map[string]int{},
		}
		c.damaged(damaged)
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

// OwedAnew notes that what pages somebody about an incident was owed anew, under that key.
func (r *Report) OwedAnew(incident, key string) {
	for n := range r.Findings {
		f := &r.Findings[n]
		f.Repaired = f.Repaired || f.forgotten == incident || f.Key == outbox.EntryPrefix+key
	}
}

func (f *Finding) write(tx store.Tx) {
	if f.aside != nil {
		tx.Put(AsidePrefix+f.Key, f.aside)
	}
	key := f.Key
	if f.target != "" {
		key = f.target
	}
	if f.put {
		tx.Put(key, f.value)
	} else {
		tx.Delete(key)
	}
	for _, w := range f.also {
		tx.Put(w.key, w.value)
	}
}

// checker is one look through a store.
type checker struct {
	tx     store.Tx
	now    time.Time
	report *Report
	// pending has the incidents for which an entry is owed that pages somebody, or
	// decides whom to page; open those that the open index must list. By the id as it
	// is in keys.
	pending map[string]bool
	open    map[string]bool
	last    uint64         // the highest id
	lost    map[string]int // the findings of the values that are damaged, by key
}

// damaged adds the values that are damaged. What they were nobody knows any more, but it can
// be kept for people to look at; and what can be worked out again is, by what follows.
func (c *checker) damaged(all []pages.Damaged) {
	for _, d := range all {
		c.lost[d.Key] = len(c.report.Findings)
		c.add(Finding{Key: d.Key, Text: "the value does not fit its checksum", Repairable: true, aside: d.Stored})
	}
	for range c.tx.Range(AsidePrefix, store.After(AsidePrefix)) {
		c.report.Aside++
	}
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
