// Package fsck checks a whole store. Each package that writes keys checks its own, and keys that belong to none
// are named. So every incident is what its timeline says, every index lists everything and nothing else, and for
// every incident that nobody has acknowledged there is an outbox entry that will page somebody.
//
// What can be worked out again from the timelines and the outbox entries is repaired on request. What a timeline
// says is never changed: where an event is damaged on the disk, and so lost, a line says that.
//
//	damaged/<key>    a damaged value that a repair has set aside; only people read it
package fsck

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents/check"
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

	found *store.Finding
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

const countAside = "set aside"

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
	var in *store.Inspection
	err := s.View(ctx, func(tx store.Tx) error {
		in = store.Inspect(tx, now)
		setAside(in, damaged)
		all := owners()
		for _, c := range all {
			if c.Look != nil {
				c.Look(in)
			}
		}
		ownerless(in, all)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return reportOf(in), nil
}

func reportOf(in *store.Inspection) *Report {
	r := &Report{
		Incidents: in.Counts[check.CountIncidents], Events: in.Counts[check.CountEvents],
		Lost: in.Counts[check.CountLost], Entries: in.Counts[outbox.CountEntries], Aside: in.Counts[countAside],
		Findings: []Finding{},
	}
	for _, f := range in.Findings {
		r.Findings = append(r.Findings, Finding{
			Key: f.Key, Text: f.Text, Remedy: f.Remedy, Repairable: len(f.Repair) > 0, found: f,
		})
	}
	return r
}

// setAside adds the values that are damaged. What they were nobody knows any more, but it can
// be kept for people to look at; and what can be worked out again is, by what follows.
func setAside(in *store.Inspection, damaged []pages.Damaged) {
	for _, d := range damaged {
		in.AddLost(store.Finding{
			Key: d.Key, Text: "the value does not match its checksum",
			Repair: []store.Write{{Key: AsidePrefix + d.Key, Val: d.Stored}, {Key: d.Key}},
		})
	}
}

// countSetAside counts what earlier repairs have set aside.
func countSetAside(in *store.Inspection) {
	for range in.Tx.Range(AsidePrefix, store.After(AsidePrefix)) {
		in.Counts[countAside]++
	}
}

// ownerless adds the keys that are those of no check: by their first part, of which there are few.
func ownerless(in *store.Inspection, all []store.Check) {
	all = slices.SortedFunc(slices.Values(all), func(a, b store.Check) int { return cmp.Compare(a.Prefix, b.Prefix) })
	var first string // key of those that have the same first part
	n := 0
	say := func() {
		if n > 0 {
			in.Wrong(first, "a later version may have left it; nothing reads it here",
				"no part of Oncalm has keys that begin like this (%d of them)", n)
		}
		n = 0
	}
	from := ""
	for _, c := range append(all, store.Check{}) { // at the end, what comes after all of them
		for key := range in.Tx.Range(from, c.Prefix) {
			if n == 0 || rootOf(key) != rootOf(first) {
				say()
				first = key
			}
			n++
		}
		from = c.End()
	}
	say()
}

// rootOf is the first part of a key.
func rootOf(key string) string {
	root, _, _ := strings.Cut(key, "/")
	return root
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
	for part := range slices.Chunk(todo, batch) {
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
	}
	return nil
}

// OwedAnew notes that what pages somebody about an incident was owed anew, under that key.
func (r *Report) OwedAnew(incident, key string) {
	for n := range r.Findings {
		f := &r.Findings[n]
		f.Repaired = f.Repaired || incident != "" && f.found.Incident == incident || f.Key == outbox.EntryPrefix+key
	}
}

func (f *Finding) write(tx store.Tx) {
	for _, w := range f.found.Repair {
		if w.Val == nil {
			tx.Delete(w.Key)
		} else {
			tx.Put(w.Key, w.Val)
		}
	}
}
