package silences

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

const (
	// Longest is how long a silence may last.
	Longest = 7 * 24 * time.Hour
	// MaxAhead is how far ahead one may begin that people make.
	MaxAhead = 90 * 24 * time.Hour
	// Most is how many there may be that are not over: each alarm is held against all of them.
	Most = 100
	// kept is how long those are kept that are over.
	kept = 30 * 24 * time.Hour
)

// An End is what becomes of what still fires when a silence is over.
type End string

// The ends.
const (
	EndPage    End = "page"
	EndResolve End = "resolve"
)

// A Silence is a time in which nobody is paged for what it covers.
type Silence struct {
	ID     string  `json:"id"`
	Covers []Cover `json:"covers"`
	By     string  `json:"by,omitempty"`   // who made it; empty if the configuration did
	Rule   string  `json:"rule,omitempty"` // the name of the maintenance in the configuration; empty if a person made it
	Why    string  `json:"why,omitempty"`

	Made time.Time `json:"made"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Clear says that it ends as soon as nothing fires any more that it silences.
	Clear bool `json:"clear,omitempty"`
	End   End  `json:"end"`
	// Calendar says that its times are those of the wall clock. Else it ends when the time from Made to To has passed.
	Calendar bool `json:"calendar,omitempty"`

	Begun   time.Time `json:"begun,omitzero"`
	Ended   time.Time `json:"ended,omitzero"` // it silences nothing from then on
	EndedBy string    `json:"ended_by,omitempty"`
	// Left says that whoever made it was found to be not in the configuration any more.
	Left bool `json:"left,omitempty"`
}

// What is what it covers, for people.
func (s *Silence) What() string {
	const shown = 5
	var all []string
	for _, c := range s.Covers[:min(len(s.Covers), shown)] {
		all = append(all, c.String())
	}
	if more := len(s.Covers) - shown; more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, "; ")
}

// InForce reports whether it silences at that time. One that ends by the time that passes is in force until it was ended: what the
// wall clock says does not count.
func (s *Silence) InForce(now time.Time) bool {
	switch {
	case !s.Ended.IsZero() || s.Begun.IsZero() && now.Before(s.From):
		return false
	}
	return !s.Calendar || now.Before(s.To)
}

// Covering reports whether a subject is covered, whenever that is.
func (s *Silence) Covering(of Subject) bool { return fits(s.Covers, of) }

// Said is the silence as an incident has it.
func (s *Silence) Said() *incidents.Silence {
	return &incidents.Silence{ID: s.ID, By: s.By, Name: s.Rule, Why: s.Why, Until: s.To, Clear: s.Clear}
}

const (
	part     = "silence"
	overPart = "silence.over"
)

func key(id string) string     { return store.Key(part, id) }
func overKey(id string) string { return store.Key(overPart, id) }

// All returns the silences that are not over, in the order in which they begin. One that cannot be read is left out: fsck names it.
func All(tx store.Tx) []Silence {
	var all []Silence
	for _, val := range tx.Range(store.Under(part)) {
		if s, err := decode(val); err == nil {
			all = append(all, s)
		}
	}
	if len(all) > 1 {
		slices.SortStableFunc(all, func(a, b Silence) int { return a.From.Compare(b.From) })
	}
	return all
}

// Known returns all silences, also those that are over and still kept.
func Known(tx store.Tx) []Silence {
	all := All(tx)
	for _, val := range tx.Range(store.Under(overPart)) {
		if s, err := decode(val); err == nil {
			all = append(all, s)
		}
	}
	return all
}

// Get returns a silence, also one that is over.
func Get(tx store.Tx, id string) (Silence, bool) {
	for _, k := range []string{key(id), overKey(id)} {
		if val := tx.Get(k); val != nil {
			s, err := decode(val)
			return s, err == nil
		}
	}
	return Silence{}, false
}

func decode(val []byte) (s Silence, err error) {
	if err = json.Unmarshal(val, &s); err != nil {
		return s, err
	}
	if s.ID == "" || len(s.Covers) == 0 || !s.From.Before(s.To) {
		return s, errors.New("it has no id, covers nothing, or ends before it begins")
	}
	return s, nil
}

func save(tx store.Tx, k string, s Silence) {
	val, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and times of this age can always be written
	}
	tx.Put(k, val)
}

// Keys are all keys of the book, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: part + "/", Look: check}, {Prefix: overPart + "/"}}
}

// sweepBatch is how many records are deleted in one transaction.
const sweepBatch = 50

// Sweep forgets the silences that have been over for long, in small transactions, and returns how many. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	_, to := store.Under(overPart)
	return store.Sweep(ctx, s, overPart+"/", to, sweepBatch, func(_ store.Tx, _ string, val []byte) bool {
		was, err := decode(val)
		return err != nil || now.Sub(was.Ended) > kept
	})
}
