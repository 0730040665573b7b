package store

import (
	"fmt"
	"strings"
	"time"
)

// A Check is what the owner of keys offers, beside them, to whoever looks through a whole store. All
// keys have an owner: what belongs to nobody is read by nobody, and swept by nobody.
type Check struct {
	// Prefix begins the keys that the owner answers for, like "open/". If it does not end with "/" it
	// is one key.
	Prefix string
	// Look looks through them; nil if nothing can be wrong with them that their readers cannot live
	// with.
	Look func(*Inspection)
}

// End is the upper bound for [Tx.Range] of the keys of c, which begin with its Prefix.
func (c Check) End() string {
	if strings.HasSuffix(c.Prefix, "/") {
		return After(c.Prefix)
	}
	return c.Prefix + "\x00"
}

// An Inspection is one look through a store: checks read from its Tx, and add what they find.
type Inspection struct {
	Tx       Tx
	Now      time.Time
	Findings []*Finding
	Counts   map[string]int // of what was looked at, by name
	lost     map[string]*Finding
}

// Inspect begins an inspection.
func Inspect(tx Tx, now time.Time) *Inspection {
	return &Inspection{Tx: tx, Now: now, Counts: map[string]int{}, lost: map[string]*Finding{}}
}

// A Finding is one thing that is wrong.
type Finding struct {
	Key    string // in the store, where it was found
	Text   string
	Remedy string  // for what a person must do
	Repair []Write // what puts it right, one after the other; nil if nobody knows
	// Incident is what nobody will hear of because of it, if so. Owing that anew puts it right, too.
	Incident string
}

// A Write sets a key; with a nil Val it deletes it.
type Write struct {
	Key string
	Val []byte
}

// Add adds a finding.
func (in *Inspection) Add(f Finding) { in.Findings = append(in.Findings, &f) }

// AddLost adds that the value of a key is damaged on the disk, and so absent. What it was can often be
// worked out again: then who knows it completes the finding ([Inspection.Lost]).
func (in *Inspection) AddLost(f Finding) {
	in.Add(f)
	in.lost[f.Key] = in.Findings[len(in.Findings)-1]
}

// Lost is the finding that the value of a key is damaged, nil if it is not.
func (in *Inspection) Lost(key string) *Finding { return in.lost[key] }

// Wrong adds what only a person can put right.
func (in *Inspection) Wrong(key, remedy, format string, args ...any) {
	in.Add(Finding{Key: key, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}

// Surplus adds a key that must not be there.
func (in *Inspection) Surplus(key, format string, args ...any) {
	in.Add(Finding{Key: key, Text: fmt.Sprintf(format, args...), Repair: []Write{{Key: key}}})
}

// Missing adds a key that must have another value than it has, or have one at all.
func (in *Inspection) Missing(key string, val []byte, format string, args ...any) {
	in.Add(Finding{Key: key, Text: fmt.Sprintf(format, args...), Repair: []Write{{key, val}}})
}

// NoRepair is the remedy for what is recorded and cannot be read.
const NoRepair = "restore a backup, or leave it: nothing after it is read"
