package handoffs

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// Ahead says to the channel what is amiss with the shifts of the week that begins, and which quiet incidents are open:
// nobody is reminded of these in any other way.
type Ahead struct {
	From, To  time.Time
	Findings  []Finding
	More      int    // findings besides these
	Quiet     []Open // the oldest first
	MoreQuiet int    // quiet incidents besides these
	Silences  []Silenced
}

// Finding is one thing that is amiss: exactly one of a gap, a person or overrides.
type Finding struct {
	Schedule string
	From, To time.Time // the gap; from when the person is on call; where overrides meet
	// Person is on call and cannot be reached, for this reason.
	Person    string
	Hindrance Hindrance
	// Unproven are their contacts of which nobody knows whether they are theirs, if it is that and no hindrance.
	Unproven []string
	// Overrides are two of which the second hides the first, or one that changes nothing or is void.
	Overrides []rotations.Override
}

// Silenced is a silence in the week ahead, of a maintenance the first.
type Silenced struct {
	silences.Silence
	Times string // of a maintenance that takes place each week
}

func (Ahead) what() {}

const (
	week       = 7 // days
	mostAhead  = 20
	mostPeople = 40
)

// weekAhead looks at the shifts to come, once a week in each zone.
type weekAhead struct {
	store     store.Store
	overrides *overrides.Book
	pager     *paging.Pager
	silences  *silences.Book // nil if there are none
	messenger Messenger
	at        Weekly
	unproven  func(tx store.Tx, now time.Time, person string) []string // may be nil
	clock     *clocks.Clock
}

// look looks at the shifts of the coming week, in all schedules of a zone, and at what is open and quiet. If there is nothing
// to say, nothing is told.
func (w *weekAhead) look(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b outbox.Run
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	j, ok := w.jobs()[b.Zone]
	if !ok || j.Times != b.Times {
		return nil, nil // it is planned otherwise now, or not at all
	}
	now := w.clock.Now()
	a := Ahead{From: now.In(j.Zone), To: now.In(j.Zone).AddDate(0, 0, week)}
	var shifts []rotations.Shift
	err := w.store.View(ctx, func(tx store.Tx) error {
		a.Findings, shifts = nil, nil
		a.Quiet, a.MoreQuiet = w.quiet(tx, b.Zone)
		a.Silences = w.silenced(tx, b.Zone, a.From, a.To)
		for _, name := range names(w.overrides) {
			if s := w.overrides.Schedules[name]; zoneOf(s).String() == b.Zone {
				found, its := foresee(s, a.From, a.To, overrides.Settled(w.overrides.Of(tx, name)))
				a.Findings, shifts = append(a.Findings, found...), append(shifts, its...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	missing, err := w.unreachable(ctx, shifts)
	if err != nil {
		return nil, err
	}
	a.Findings = append(a.Findings, missing...)
	if missing, err = w.doubtful(ctx, now, shifts); err != nil {
		return nil, err
	}
	a.Findings = append(a.Findings, missing...)
	if len(a.Findings) > 0 || len(a.Quiet) > 0 || len(a.Silences) > 0 {
		shown := min(len(a.Findings), mostAhead)
		a.Findings, a.More = a.Findings[:shown], len(a.Findings)-shown
		if err := w.messenger.Tell(ctx, e.Key, Message{Since: b.At, PerhapsTold: e.PerhapsDone, What: a}); err != nil {
			return nil, err
		}
	}
	return func(tx store.Tx) error { return outbox.In(tx, now).Plan(j) }, nil
}

// foresee finds what is amiss with a schedule from one instant to another, and returns its shifts, which name the schedule in
// the place of their layer.
func foresee(s rotations.Schedule, from, to time.Time, overrides []rotations.Override) ([]Finding, []rotations.Shift) {
	var all []Finding
	shifts := s.Shifts(from, to, overrides)
	for _, gap := range s.Gaps(from, to, overrides) {
		if !gap.Meant && !usual(s, gap, overrides) {
			all = append(all, Finding{Schedule: s.Name, From: gap.From, To: gap.To})
		}
	}
	for n, o := range overrides {
		if !o.From.Before(to) || !from.Before(o.To) {
			continue
		}
		if idle(s, overrides, n) {
			all = append(all, Finding{Schedule: s.Name, From: o.From, To: o.To, Overrides: []rotations.Override{o}})
			continue
		}
		for _, before := range overrides[:n] {
			if f := meet(before, o); f.From.Before(f.To) && f.From.Before(to) && from.Before(f.To) {
				f.Schedule = s.Name
				all = append(all, f)
			}
		}
	}
	for i := range shifts {
		shifts[i].Layer = s.Name
	}
	return all, shifts
}

// usual reports whether nobody was on call at the same time of the week before, either: windows make such gaps on purpose.
func usual(s rotations.Schedule, gap rotations.Gap, overrides []rotations.Override) bool {
	from, to := gap.From.In(zoneOf(s)).AddDate(0, 0, -week), gap.To.In(zoneOf(s)).AddDate(0, 0, -week)
	return len(s.Shifts(from, to, overrides)) == 0 && !s.At(from, overrides).From.IsZero()
}

// idle reports whether an override changes nothing: without it the same people are on call.
func idle(s rotations.Schedule, overrides []rotations.Override, n int) bool {
	o := overrides[n]
	with := s.Shifts(o.From, o.To, overrides)
	without := s.Shifts(o.From, o.To, slices.Delete(slices.Clone(overrides), n, n+1))
	return slices.EqualFunc(joined(with), joined(without), func(a, b rotations.Shift) bool {
		return a.From.Equal(b.From) && a.To.Equal(b.To) && same(a.People, b.People)
	})
}

// joined makes one shift of those that touch and have the same people, for whatever reason.
func joined(shifts []rotations.Shift) []rotations.Shift {
	var all []rotations.Shift
	for _, s := range shifts {
		if n := len(all); n > 0 && all[n-1].To.Equal(s.From) && same(all[n-1].People, s.People) {
			all[n-1].To = s.To
		} else {
			all = append(all, s)
		}
	}
	return all
}

// meet returns where two overrides say different things about the same people. It is empty if they do not.
func meet(a, b rotations.Override) Finding {
	if a.Void != "" || b.Void != "" || a.Person == b.Person || a.For != "" && b.For != "" && a.For != b.For {
		return Finding{}
	}
	f := Finding{From: a.From, To: a.To, Overrides: []rotations.Override{a, b}}
	if b.From.After(f.From) {
		f.From = b.From
	}
	if b.To.Before(f.To) {
		f.To = b.To
	}
	return f
}

// unreachable finds those of the shifts' people whom Slack cannot reach at all. Do Not Disturb is not among that: it is
// looked at before each shift.
func (w *weekAhead) unreachable(ctx context.Context, shifts []rotations.Shift) ([]Finding, error) {
	first := firstOf(shifts)
	people := slices.Sorted(maps.Keys(first))
	var all []Finding
	for _, p := range people[:min(len(people), mostPeople)] {
		s := first[p]
		hindrances, err := w.messenger.Hindrances(ctx, p, s.From)
		if err != nil {
			return nil, err
		}
		for _, h := range hindrances {
			if h != DoNotDisturb {
				all = append(all, Finding{Schedule: s.Layer, From: s.From, To: s.To, Person: p, Hindrance: h})
			}
		}
	}
	return all, nil
}

// firstOf are the first shifts of people.
func firstOf(shifts []rotations.Shift) map[string]rotations.Shift {
	first := map[string]rotations.Shift{}
	for _, s := range shifts {
		for _, p := range s.People {
			if f, ok := first[p]; !ok || s.From.Before(f.From) {
				first[p] = s
			}
		}
	}
	return first
}

// doubtful finds those of the shifts' people of whose contacts nobody knows whether they are theirs.
func (w *weekAhead) doubtful(ctx context.Context, now time.Time, shifts []rotations.Shift) (all []Finding, err error) {
	if w.unproven == nil {
		return nil, nil
	}
	first := firstOf(shifts)
	err = w.store.View(ctx, func(tx store.Tx) error {
		all = nil
		for _, p := range slices.Sorted(maps.Keys(first)) {
			if unproven := w.unproven(tx, now, p); len(unproven) > 0 {
				s := first[p]
				all = append(all, Finding{Schedule: s.Layer, From: s.From, To: s.To, Person: p, Unproven: unproven})
			}
		}
		return nil
	})
	return all, err
}
