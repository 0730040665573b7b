package overrides

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// How an override came about.
type How string

// The ways in which overrides come about.
const (
	HowOverride How = "override" // somebody put somebody on call
	HowMe       How = "me"       // somebody took over
	HowCover    How = "cover"    // somebody asked for a stand-in, and somebody accepted
	HowSwap     How = "swap"     // two people exchanged shifts
	HowHandoff  How = "handoff"  // somebody stays on until the next accepts
)

// Override is an override that people made. It is never deleted: who cancels it ends it
// at that moment, so that what is past stays as it was.
type Override struct {
	rotations.Override
	How    How
	By     string    // who made it; of a cover who asked for it
	Made   time.Time // when it was made
	Change string    // what it was made with: the two of a swap have the same
	// CancelledBy is who took it back, "" if nobody did; Cancelled is when.
	CancelledBy string
	Cancelled   time.Time
}

// Ends is when the override stops to count: To, unless it was cancelled before.
func (o *Override) Ends() time.Time {
	if o.CancelledBy == "" || o.Cancelled.After(o.To) {
		return o.To
	}
	return o.Cancelled
}

// Pending reports whether there is something left of the override at a time.
func (o *Override) Pending(now time.Time) bool { return o.CancelledBy == "" && now.Before(o.To) }

// Left is when what is left of the override at a time begins.
func (o *Override) Left(now time.Time) time.Time {
	if o.From.Before(now) {
		return now
	}
	return o.From
}

// Concerns reports whether a person made the override, or exchanged shifts in it.
func (o *Override) Concerns(person string) bool {
	return o.By == person || (o.How == HowCover || o.How == HowSwap) && (o.Person == person || o.For == person)
}

// effective is the override as it counts.
func (o *Override) effective() rotations.Override {
	out := o.Override
	out.To = o.Ends()
	return out
}

// All returns the overrides that people made for a schedule, or for all if the name is
// empty, in the order in which they were made, cancelled ones too. One that cannot be
// read is left out: fsck names it.
func All(tx store.Tx, schedule string) []Override {
	from, to := store.Under(part)
	if schedule != "" {
		from, to = store.Under(part, schedule)
	}
	return between(tx, from, to)
}

// part is the first part of the keys of overrides.
const part = "override"

func between(tx store.Tx, from, to string) []Override {
	var all []Override
	for _, val := range tx.Range(from, to) {
		if o, err := Decode(val); err == nil {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b Override) int {
		return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// record is the form of an override in the store.
type record struct {
	ID          string     `json:"id"`
	Person      string     `json:"person"`
	For         string     `json:"for,omitempty"` // empty: whoever is on call
	Schedule    string     `json:"schedule"`
	From        time.Time  `json:"from"`
	To          time.Time  `json:"to"`
	How         How        `json:"how"`
	By          string     `json:"by"`
	Made        time.Time  `json:"made"`
	Change      string     `json:"change"`
	CancelledBy string     `json:"cancelled_by,omitempty"`
	Cancelled   *time.Time `json:"cancelled,omitempty"`
}

// Decode reads an override as it is in the store.
func Decode(val []byte) (Override, error) {
	var r record
	if err := json.Unmarshal(val, &r); err != nil {
		return Override{}, err
	}
	o := Override{
		Override: rotations.Override{ID: r.ID, Schedule: r.Schedule, Person: r.Person, For: r.For, From: r.From, To: r.To},
		How:      r.How, By: r.By, Made: r.Made, Change: r.Change, CancelledBy: r.CancelledBy,
	}
	if r.Cancelled != nil {
		o.Cancelled = *r.Cancelled
	}
	if problems := o.Validate(); len(problems) > 0 {
		return Override{}, errors.New(problems[0].String())
	}
	return o, nil
}

// Key is where the override is in the store.
func (o *Override) Key() string { return store.Key(part, o.Schedule, keyTime(o.From), o.ID) }

// keyTime is a time in a key: of one width, so that keys are in the order of time.
func keyTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func save(tx store.Tx, o *Override) {
	r := record{
		ID: o.ID, Person: o.Person, For: o.For, Schedule: o.Schedule, From: o.From, To: o.To,
		How: o.How, By: o.By, Made: o.Made, Change: o.Change, CancelledBy: o.CancelledBy,
	}
	if o.CancelledBy != "" {
		r.Cancelled = &o.Cancelled
	}
	val, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and times of this age can always be written
	}
	tx.Put(o.Key(), val)
}
