package silences

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Book keeps silences. Its fields are set before it is used and not changed afterwards.
type Book struct {
	Incidents *incidents.Book
	// Rules are the maintenance of the configuration.
	Rules []Rule
	// Known reports whether a person is in the configuration; nil: everybody is.
	Known func(person string) bool
	// Opens is the incident that an alarm would open by itself, and PagesNobody reports whether one of that severity is quiet. They are
	// for alarms that are part of an incident which others have opened; without them each is as the incident.
	Opens       func(*incidents.Alarm) incidents.Raised
	PagesNobody func(severity string) bool
	// Followers learn of each change, in this order.
	Followers []Follower
	Clock     *clocks.Clock // nil is for tests
}

// A Follower writes what follows from a change. It runs in the change's transaction, after the change was written, and may read tx
// and write debts into it (package outbox), but make no other change. It may run more than once.
type Follower func(tx store.Tx, now time.Time, c Change)

// Change is what happened to a silence.
type Change struct {
	What    What
	Silence Silence
	By      string // who did it; "" if only time has passed
	Reason  string // why it has ended
	// Incidents are those that it silences then, and that still fire.
	Incidents []string
}

// What happened in a change.
type What string

// What can happen.
const (
	Made   What = "made"   // somebody made it
	Began  What = "began"  // its time has come
	Ending What = "ending" // it is about to end
	Ended  What = "ended"  // it is over
	Left   What = "left"   // whoever made it is not in the configuration any more
)

func (b *Book) follow(tx store.Tx, now time.Time, c Change) Change {
	for _, f := range b.Followers {
		f(tx, now, c)
	}
	return c
}

// Over is what silences a subject now, as an incident has it; nil if nothing does. Of several it is the one that ends last. Without a
// book nothing is silenced.
func (b *Book) Over(tx store.Tx, now time.Time, of Subject) *incidents.Silence {
	if b == nil {
		return nil
	}
	s := longest(All(tx), of, func(s *Silence) bool { return s.InForce(now) })
	if s == nil {
		return nil
	}
	return s.Said()
}

// Make makes a silence for a person. One that begins now takes hold of what is open as well: of the incidents of which all that
// fires is covered. Errors: see there.
func (b *Book) Make(tx store.Tx, now time.Time, s Silence) (Change, error) {
	s.Made, s.From, s.To = now.Round(0).UTC(), s.From.UTC().Truncate(time.Second), s.To.UTC().Truncate(time.Second)
	s.Calendar = s.From.After(now)
	if !s.Calendar {
		s.From, s.Begun = s.Made, s.Made
	}
	if err := b.Check(tx, now, s); err != nil {
		return Change{}, err
	}
	c := Change{What: Made, Silence: s, By: s.By}
	if !s.Begun.IsZero() {
		c.Incidents = b.within(tx, s)
	}
	if s.Clear && len(c.Incidents) == 0 {
		return Change{}, ErrClear // before anything was written: whoever asks may keep the transaction
	}
	save(tx, key(s.ID), s)
	b.plan(tx, now, s)
	if err := b.hold(tx, now, s, c.Incidents); err != nil {
		return Change{}, err
	}
	return b.follow(tx, now, c), nil
}

// Check says why a silence cannot be made, or nothing.
func (b *Book) Check(tx store.Tx, now time.Time, s Silence) error {
	if len(s.Covers) == 0 {
		return ErrNothing
	}
	for _, c := range s.Covers {
		if err := c.Check(); err != nil {
			return err
		}
	}
	_, made := Get(tx, s.ID)
	switch {
	case made:
		return ErrMade
	case !now.Before(s.To):
		return ErrOver
	case !s.From.Before(s.To):
		return ErrBackwards
	case s.To.Sub(s.From) > Longest:
		return ErrTooLong
	case s.From.Sub(now) > MaxAhead:
		return ErrTooFar
	case len(All(tx)) >= Most:
		return ErrTooMany
	}
	return nil
}

// Lift ends a silence now, for whoever asks. What still fires is let go right after. Errors: [ErrNoSilence].
func (b *Book) Lift(tx store.Tx, now time.Time, by, id string) (Change, error) {
	s, ok := Get(tx, id)
	if !ok || !s.Ended.IsZero() {
		return Change{}, ErrNoSilence
	}
	return b.end(tx, now, s, by, by+" ended it"), nil
}

// end makes a silence silence nothing any more, and enqueues that its incidents are let go.
func (b *Book) end(tx store.Tx, now time.Time, s Silence, by, why string) Change {
	s.Ended, s.EndedBy = now.Round(0).UTC(), by
	save(tx, key(s.ID), s)
	outbox.In(tx, now).Soon(s.entry(doEnd, now))
	return b.follow(tx, now, Change{What: Ended, Silence: s, By: by, Reason: why, Incidents: b.silencedBy(tx, now, s)})
}

// Clear looks, when an alarm is OK, whether silences that wait for that are over.
func (b *Book) Clear(tx store.Tx, now time.Time, of Subject) {
	if b == nil {
		return
	}
	for _, s := range All(tx) {
		if s.Clear && s.InForce(now) && s.Covering(of) {
			outbox.In(tx, now).Soon(s.entry(doLook, now))
		}
	}
}

// Plan sees, once at the start, that the store has what the configuration has: the window of each maintenance that is open or next
// stands there as it is in the configuration, and what is not in that any more ends. What should have begun while nobody was there begins.
func (b *Book) Plan(tx store.Tx, now time.Time) {
	for _, s := range All(tx) {
		switch {
		case !s.Ended.IsZero():
			outbox.In(tx, now).Soon(s.entry(doEnd, now))
		case b.stale(s):
			if s.Begun.IsZero() && now.Before(s.From) {
				tx.Delete(key(s.ID)) // nobody has been told of it
				continue
			}
			b.end(tx, now, s, "", "the configuration does not have it any more")
		case s.By != "" && b.Known != nil && b.Known(s.By) == s.Left:
			if s.Left = !s.Left; s.Left {
				b.follow(tx, now, Change{What: Left, Silence: s})
			}
			save(tx, key(s.ID), s)
		}
	}
	for _, r := range b.Rules {
		b.planNext(tx, now, r)
	}
}

// stale reports whether a silence is of a maintenance that the configuration does not have any more, or has at other times.
func (b *Book) stale(s Silence) bool {
	return s.Rule != "" && !slices.ContainsFunc(b.Rules, func(r Rule) bool { return r.Name == s.Rule && r.has(s) })
}

// planNext writes the window of a rule that is open or next, unless it is there.
func (b *Book) planNext(tx store.Tx, now time.Time, r Rule) {
	from, to, ok := r.Next(now)
	for ok {
		s := r.window(from, to)
		known, there := Get(tx, s.ID)
		switch {
		case there && known.EndedBy != "": // somebody has ended it
			from, to, ok = r.Next(to)
			continue
		case there && known.Ended.IsZero():
			s.Made, s.Begun = known.Made, known.Begun
		default:
			s.Made = now.Round(0).UTC()
		}
		tx.Delete(overKey(s.ID))
		save(tx, key(s.ID), s)
		b.plan(tx, now, s)
		return
	}
}
