package overrides

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

const (
	// MaxOverride is the longest override that people can make. Who is away for longer belongs out of the schedule.
	MaxOverride = 90 * 24 * time.Hour
	// MaxAhead is how far ahead an override may begin.
	MaxAhead = 366 * 24 * time.Hour
)

// Book knows who is on call, and keeps the overrides that people make. Its fields are set before it is used and not changed
// afterwards.
type Book struct {
	Schedules map[string]rotations.Schedule
	// Planned holds the overrides from the configuration, by schedule.
	Planned map[string][]rotations.Override
	// Known reports whether a person is in the configuration; nil: everybody is.
	Known func(person string) bool
	// Reachable reports whether a person can be asked something; nil: everybody can.
	Reachable func(person string) bool
	// Followers learn of each change, in this order.
	Followers []Follower
	Clock     *clocks.Clock // nil is for tests
}

// A Follower writes what follows from a change. It runs in the change's transaction, after the change was written, and may
// read tx and write entries into it (package outbox) and records of its own, but make no other change. It may run more than
// once.
type Follower func(tx store.Tx, now time.Time, c Change)

// Change is what happened to who stands in.
type Change struct {
	What What
	ID   string // the overrides of the change have it, and its ask
	By   string // who did it; "" if only time has passed
	Ask  *Ask   // as it is since the change; nil if nobody was asked
	// Overrides are those that were made, or cancelled.
	Overrides []Override
	// Past are the overrides of a cancelled change that are over: they stay as they were.
	Past []Override
	// Before names, by the id of each of Overrides, who was on call in what is left of its span until the change.
	Before map[string][]string
}

// What happened in a change.
type What string

// What can happen.
const (
	Made      What = "made"      // overrides were made
	Cancelled What = "cancelled" // they were taken back

	Questioned What = "questioned" // others were asked to agree
	Accepted   What = "accepted"   // one of them has: overrides were made
	Declined   What = "declined"   // one of them has not
	Withdrawn  What = "withdrawn"  // whoever asked has withdrawn it
	Expired    What = "expired"    // the span has begun
	Voided     What = "voided"     // the shifts are not any more what they were

	Held     What = "held"     // somebody stays on until another accepts
	Relieved What = "relieved" // the other has accepted
)

// follow lets the followers learn of a change, and returns it.
func (b *Book) follow(tx store.Tx, now time.Time, c Change) Change {
	for _, f := range b.Followers {
		f(tx, now, c)
	}
	return c
}

// Make makes overrides, all of one change or, with an error, none. What lies before now is left out: nothing changes who was
// on call. Errors: [ErrConsent], [ErrMade], and those of [Book.Check].
func (b *Book) Make(tx store.Tx, now time.Time, by, change string, how How, wanted ...rotations.Override) (Change,
	error) {
	if how != HowOverride && how != HowMe {
		return Change{}, ErrConsent
	}
	made, err := b.add(tx, now, by, change, how, wanted)
	if err != nil {
		return Change{}, err
	}
	return b.follow(tx, now, Change{
		What: Made, ID: change, By: by, Overrides: made, Before: b.heldBefore(tx, now, made, made...),
	}), nil
}

// add writes overrides, all or none.
func (b *Book) add(tx store.Tx, now time.Time, by, change string, how How, wanted []rotations.Override) ([]Override,
	error) {
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

// Check says why an override cannot be made, or nothing. Errors: [ErrUnknownSchedule], [ErrUnknownPerson], [ErrSamePerson],
// [ErrOver], [ErrBackwards], [ErrTooLong], [ErrTooFar].
func (b *Book) Check(now time.Time, o rotations.Override) error {
	_, known := b.Schedules[o.Schedule]
	switch {
	case !known:
		return fmt.Errorf("%w: %s", ErrUnknownSchedule, o.Schedule)
	case !b.Knows(o.Person):
		return fmt.Errorf("%w: %s", ErrUnknownPerson, o.Person)
	case o.For != "" && !b.Knows(o.For):
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

// Cancel takes what is left of a change back, from now on, for somebody whom it concerns (see [Override.Concerns]).
// Errors: [ErrNoChange], [ErrNotYours].
func (b *Book) Cancel(tx store.Tx, now time.Time, by, change string) (Change, error) {
	c := Change{What: Cancelled, ID: change, By: by}
	for _, o := range ofChange(All(tx, ""), change) {
		switch {
		case o.Pending(now):
			c.Overrides = append(c.Overrides, o)
		case o.From.Before(o.Ends()):
			c.Past = append(c.Past, o)
		}
	}
	switch {
	case len(c.Overrides) == 0:
		return Change{}, ErrNoChange
	case !slices.ContainsFunc(c.Overrides, func(o Override) bool { return o.Concerns(by) }):
		return Change{}, ErrNotYours
	}
	c.Before = b.heldBefore(tx, now, c.Overrides)
	cancel(tx, now, by, c.Overrides)
	return b.follow(tx, now, c), nil
}

// cancel ends overrides now.
func cancel(tx store.Tx, now time.Time, by string, all []Override) {
	for i := range all {
		all[i].CancelledBy, all[i].Cancelled = by, now.UTC().Truncate(time.Second)
		save(tx, &all[i])
	}
}

// Undo takes back what a person has changed last, or asked and nobody has answered. Errors: [ErrNoChange].
func (b *Book) Undo(tx store.Tx, now time.Time, by string) (Change, error) {
	var last Override
	for _, o := range All(tx, "") {
		if o.Pending(now) && o.Concerns(by) && !o.Made.Before(last.Made) {
			last = o
		}
	}
	if a, ok := lastAsk(tx, by); ok && a.Made.After(last.Made) {
		return b.Withdraw(tx, now, by, a.Change)
	}
	if last.Change == "" {
		return Change{}, ErrNoChange
	}
	return b.Cancel(tx, now, by, last.Change)
}

func ofChange(all []Override, change string) []Override {
	return slices.DeleteFunc(all, func(o Override) bool { return o.Change != change })
}

// heldBefore is who is on call in what is left of the spans of overrides, by their ids, as if some had not been made.
func (b *Book) heldBefore(tx store.Tx, now time.Time, all []Override, without ...Override) map[string][]string {
	before := map[string][]string{}
	for _, o := range all {
		before[o.ID] = b.During(tx, o.Schedule, o.Left(now), o.To, without...)
	}
	return before
}
