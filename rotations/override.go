package rotations

import (
	"slices"
	"time"
)

// Override puts somebody on call for a span of time.
type Override struct {
	ID       string // the caller's; may be empty
	Schedule string // the schedule's name; empty is any schedule it is given to
	Person   string // who stands in; [Nobody] takes people off call
	// For is whose place Person takes, for as long as they are on call in the span. Empty: Person replaces everybody, and is on
	// call in a gap too.
	For      string
	From, To time.Time // half-open
	// Void says why the override does not count, though it is there; empty if it does.
	Void string
}

// active reports whether the override counts at t. One with an error in it, which [Override.Validate] names, never does.
func (o *Override) active(schedule string, t time.Time) bool {
	return t.Before(o.To) && !t.Before(o.From) && o.usable(schedule)
}

// usable reports whether the override ever counts in a schedule.
func (o *Override) usable(schedule string) bool {
	return o.Void == "" && o.wellFormed(schedule)
}

// wellFormed reports whether the override would count in a schedule, were it not void.
func (o *Override) wellFormed(schedule string) bool {
	return o.Person != "" && o.Person != o.For && o.For != Nobody && o.From.Before(o.To) &&
		(o.Schedule == "" || o.Schedule == schedule)
}

// Voided returns those overrides of a schedule that would have a part between two instants, were they not void.
func (s Schedule) Voided(from, to time.Time, overrides []Override) []Override {
	var all []Override
	for _, o := range overrides {
		if o.Void != "" && o.wellFormed(s.Name) && o.From.Before(to) && from.Before(o.To) {
			all = append(all, o)
		}
	}
	return all
}

// replace returns who is on call with the override in force, and whether that makes a difference. It leaves people as it is.
func (o *Override) replace(people []string) ([]string, bool) {
	if o.For == "" && o.Person == Nobody {
		return nil, true
	}
	if o.For == "" {
		return []string{o.Person}, true
	}
	i := slices.Index(people, o.For)
	if i < 0 {
		return people, false
	}
	if o.Person == Nobody || slices.Contains(people, o.Person) { // who is on call anyway is so for both
		return slices.Delete(slices.Clone(people), i, i+1), true
	}
	people = slices.Clone(people)
	people[i] = o.Person
	return people, true
}
