package paging

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

const (
	// MaxOverride is the longest override that people can make. Who is away for longer
	// belongs out of the schedule.
	MaxOverride = 90 * 24 * time.Hour
	// MaxAhead is how far ahead an override may begin.
	MaxAhead = 366 * 24 * time.Hour
)

// How an override came about.
type How string

// The ways in which people make overrides.
const (
	HowOverride How = "override" // somebody put somebody on call
	HowMe       How = "me"       // somebody took over
	HowCover    How = "cover"    // somebody asked for a stand-in, and somebody accepted
	HowSwap     How = "swap"     // two people exchanged shifts
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

// Errors of overrides that cannot be made. Nothing was changed.
var (
	// ErrUnknownSchedule says that there is no schedule of that name.
	ErrUnknownSchedule = errors.New("there is no such schedule")
	// ErrUnknownPerson says that there is no person of that name.
	ErrUnknownPerson = errors.New("there is no such person")
	// ErrBackwards says that the span ends before it begins, or when it begins.
	ErrBackwards = errors.New("it would end before it begins")
	// ErrOver says that the span is over.
	ErrOver = errors.New("that time is over")
	// ErrTooLong says that the span is longer than [MaxOverride].
	ErrTooLong = errors.New("that is longer than 90 days; who is away for so long is taken out of the schedule in the configuration")
	// ErrTooFar says that the span begins later than [MaxAhead] from now.
	ErrTooFar = errors.New("that begins more than a year from now")
	// ErrSamePerson says that somebody would stand in for themselves.
	ErrSamePerson = errors.New("nobody can stand in for themselves")
	// ErrMade says that the change was made before.
	ErrMade = errors.New("that was done already")
	// ErrNoChange says that there is no such change, or nothing left of it to take back.
	ErrNoChange = errors.New("there is nothing to take back")
)

// OverrideBook keeps the overrides that people make.
type OverrideBook struct {
	Schedules map[string]rotations.Schedule
	// Known reports whether there is a person of that name.
	Known func(person string) bool
}

// Add makes overrides, all of one change or, with an error, none; a change is made once.
// What lies before now is left out: nothing changes who was on call. The errors are those
// above.
func (b *OverrideBook) Add(tx store.Tx, now time.Time, change, by string, how How, wanted ...rotations.Override) ([]Override, error) {
	var made []Override
	for n, w := range wanted {
		w.ID = change
		if len(wanted) > 1 {
			w.ID += "." + strconv.Itoa(n+1)
		}
		w.From, w.To = w.From.UTC().Truncate(time.Second), w.To.UTC().Truncate(time.Second)
		if w.From.Before(now) {
			w.From = now.UTC().Truncate(time.Second)
		}
		if err := b.Check(now, w); err != nil {
			return nil, err
		}
		if len(ofChange(All(tx, w.Schedule), change)) > 0 {
			return nil, ErrMade
		}
		made = append(made, Override{Override: w, How: how, By: by, Made: now.UTC(), Change: change})
	}
	for i := range made {
		save(tx, &made[i])
	}
	return made, nil
}

// Check says why an override cannot be made, or nothing. The errors are those above.
func (b *OverrideBook) Check(now time.Time, o rotations.Override) error {
	_, known := b.Schedules[o.Schedule]
	switch {
	case !known:
		return fmt.Errorf("%w: %s", ErrUnknownSchedule, o.Schedule)
	case !b.Known(o.Person):
		return fmt.Errorf("%w: %s", ErrUnknownPerson, o.Person)
	case o.For != "" && !b.Known(o.For):
		return fmt.Errorf("%w: %s", ErrUnknownPerson, o.For)
	case o.Person == o.For:
		return ErrSamePerson
	case !now.Before(o.To):
		return ErrOver
	case !o.From.Before(o.To):
		return ErrBackwards
	case o.To.Sub(o.From) > MaxOverride:
		return ErrTooLong
	case o.From.Sub(now) > MaxAhead:
		return ErrTooFar
	}
	return nil
}

// Cancel takes a change back, from now on, and returns its overrides. [ErrNoChange] says
// that there is no such change, or that nothing of it is left.
func (b *OverrideBook) Cancel(tx store.Tx, now time.Time, change, by string) ([]Override, error) {
	all := ofChange(All(tx, ""), change)
	var cancelled []Override
	for _, o := range all {
		if o.Pending(now) {
			o.CancelledBy, o.Cancelled = by, now.UTC().Truncate(time.Second)
			save(tx, &o)
			cancelled = append(cancelled, o)
		}
	}
	if len(cancelled) == 0 {
		return nil, ErrNoChange
	}
	return cancelled, nil
}

func ofChange(all []Override, change string) []Override {
	return slices.DeleteFunc(all, func(o Override) bool { return o.Change != change })
}

// All returns the overrides that people made for a schedule, or for all if the name is
// empty, in the order in which they were made, cancelled ones too. One that cannot be
// read is left out: fsck names it.
func All(tx store.Tx, schedule string) []Override {
	from, to := store.Under(overridePart)
	if schedule != "" {
		from, to = store.Under(overridePart, schedule)
	}
	return between(tx, from, to)
}

// overridePart is the first part of the keys of overrides.
const overridePart = "override"

func between(tx store.Tx, from, to string) []Override {
	var all []Override
	for _, val := range tx.Range(from, to) {
		if o, err := DecodeOverride(val); err == nil {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b Override) int {
		return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Overrides returns the overrides of a schedule as they count: those of the
// configuration, then those that people made, in the order in which they were made. A
// later one wins. What is left of one for somebody who is not in the configuration any
// more is void (see [Void]).
func (p *Pager) Overrides(tx store.Tx, schedule string) []rotations.Override {
	from, to := store.Under(overridePart, schedule)
	return p.overrides(tx, schedule, from, to)
}

// overridesAt returns the overrides of a schedule that can count at t.
func (p *Pager) overridesAt(tx store.Tx, schedule string, t time.Time) []rotations.Override {
	_, to := store.Under(overridePart, schedule)
	return p.overrides(tx, schedule, store.Key(overridePart, schedule, keyTime(t.Add(-MaxOverride-time.Minute))), to)
}

func (p *Pager) overrides(tx store.Tx, schedule, from, to string) []rotations.Override {
	all := slices.Clip(p.Planned[schedule])
	made := between(tx, from, to)
	for i := range made {
		if o := made[i].effective(); o.From.Before(o.To) {
			all = append(all, o)
		}
	}
	return Void(all, p.Known, func(person string) time.Time { return leftAt(tx, person) })
}

// overrideRecord is the form of an override in the store.
type overrideRecord struct {
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

// DecodeOverride reads an override as it is in the store.
func DecodeOverride(val []byte) (Override, error) {
	var r overrideRecord
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
func (o *Override) Key() string { return store.Key(overridePart, o.Schedule, keyTime(o.From), o.ID) }

// keyTime is a time in a key: of one width, so that keys are in the order of time.
func keyTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func save(tx store.Tx, o *Override) {
	r := overrideRecord{
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
