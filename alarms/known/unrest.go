package known

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record"
)

// A Flap says when an alarm flaps: when it changes more than so many times within a time. It flaps until it has not changed for
// as long as that. With no changes, no alarm ever does.
type Flap struct {
	Changes int
	Within  time.Duration
}

// Unrest is how an alarm changed lately: as a whole, from a state in which something of it fires to one in which nothing does, and
// back, by its own time.
type Unrest struct {
	// Lately are the newest changes within the time of a [Flap]; of an alarm that flaps only the last one.
	Lately []Change `json:"lately,omitempty"`
	// Since is when what is now flapping began; zero if it does not flap.
	Since time.Time `json:"since,omitzero"`
	// Times is how often it has changed since then.
	Times int `json:"times,omitempty"`
	// Told is when somebody learnt last, as far as it was looked for, that the alarm's incident was there.
	Told time.Time `json:"told,omitzero"`
}

// A Change is one of an alarm as a whole.
type Change struct {
	At time.Time `json:"at"`
}

func (u *Unrest) fields(o *record.Object) {
	record.OptList(o, "lately", &u.Lately, (*Change).fields)
	o.OptTime("since", &u.Since)
	o.OptInt("times", &u.Times)
	o.OptTime("told", &u.Told)
}

func (c *Change) fields(o *record.Object) { o.Time("at", &c.At) }

// With is the unrest with one more change.
func (u *Unrest) With(at time.Time, f Flap) *Unrest {
	if f.Changes <= 0 {
		return nil
	}
	if u == nil {
		u = &Unrest{}
	}
	at = at.Round(0).UTC()
	if n := len(u.Lately); n > 0 && at.Before(u.Lately[n-1].At) {
		at = u.Lately[n-1].At // of two contributors, whose messages crossed
	}
	from := at.Add(-f.Within)
	lately := slices.DeleteFunc(slices.Clone(u.Lately), func(c Change) bool { return c.At.Before(from) })
	lately = append(lately, Change{at})
	if !u.Since.IsZero() && len(lately) > 1 {
		return &Unrest{lately[len(lately)-1:], u.Since, u.Times + 1, u.Told}
	}
	if len(lately) > f.Changes {
		return &Unrest{lately[len(lately)-1:], lately[0].At, len(lately), u.Told}
	}
	return &Unrest{Lately: lately, Told: u.Told}
}

// Flaps reports whether the alarm flaps.
func (u *Unrest) Flaps() bool { return u != nil && !u.Since.IsZero() }

// Began is when the changes began that count now, and how many there were.
func (u *Unrest) Began() (since time.Time, changes int) {
	switch {
	case u.Flaps():
		return u.Since, u.Times
	case u == nil || len(u.Lately) == 0:
		return time.Time{}, 0
	}
	return u.Lately[0].At, len(u.Lately)
}

// Learnt notes when somebody learnt of the alarm's incident.
func (u *Unrest) Learnt(at time.Time) {
	if u != nil && at.After(u.Told) {
		u.Told = at
	}
}

// Known reports whether somebody has learnt of the alarm's incident since these changes began.
func (u *Unrest) Known() bool {
	since, changes := u.Began()
	return changes > 0 && !u.Told.Before(since)
}

// Worsen says that the alarm is worse than what was learnt of it.
func (u *Unrest) Worsen() {
	if u != nil {
		u.Told = time.Time{}
	}
}

// Fires reports whether anything of the alarm fires.
func (r *Record) Fires() bool {
	for _, last := range r.Series {
		if last.State == incidents.AlarmFiring {
			return true
		}
	}
	return false
}
