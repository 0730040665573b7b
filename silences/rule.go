package silences

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/store"
)

// A Rule is a maintenance of the configuration: once, from From to To, or in each Window on the clock of a zone.
type Rule struct {
	Name   string
	Covers []Cover
	Why    string
	End    End

	Zone   *time.Location
	Window civil.Window // not valid: once
	From   time.Time
	To     time.Time
}

// Once reports whether it takes place only once.
func (r Rule) Once() bool { return !r.Window.Valid() }

// String is when it takes place, for people.
func (r Rule) String() string {
	if r.Once() {
		return "once"
	}
	return r.Window.String() + " (" + r.Zone.String() + ")"
}

// Next is the first of its times that is not over at t. A time that a clock change skips comes right after the gap, and of one that
// comes twice the first counts; a window of which nothing is left by that is left out. ok is false if there is none.
func (r Rule) Next(t time.Time) (from, to time.Time, ok bool) {
	if r.Once() {
		return r.From, r.To, t.Before(r.To)
	}
	at := civil.Of(t.In(r.Zone)) - r.Window.Length() - civil.Day // where clocks go back they have shown later times
	const most = 60                                              // more than there are in so many days
	for range most {
		opens := r.Window.Next(at)
		from, to = opens.In(r.Zone), (opens + r.Window.Length()).In(r.Zone)
		if from.Before(to) && t.Before(to) {
			return from, to, true
		}
		at = opens + 1
	}
	return from, to, false
}

// window is the silence of one of its times.
func (r Rule) window(from, to time.Time) Silence {
	return Silence{
		ID:     fmt.Sprintf("%s.%s.%s", r.Name, from.UTC().Format("20060102T1504Z"), to.Sub(from)),
		Covers: r.Covers, Rule: r.Name, Why: r.Why, From: from.UTC(), To: to.UTC(), End: r.End, Calendar: true,
	}
}

// has reports whether a silence that stands in the store is one of the times of the rule as it is now.
func (r Rule) has(s Silence) bool {
	from, to, ok := r.Next(s.From)
	return ok && from.Equal(s.From) && to.Equal(s.To)
}

// Foreseen are the silences from one instant until another: those that stand in the store, and of each rule the first of its times
// there, unless somebody has ended that.
func (b *Book) Foreseen(tx store.Tx, from, to time.Time) []Silence {
	var all []Silence
	for _, s := range All(tx) {
		if s.Ended.IsZero() && s.From.Before(to) && (from.Before(s.To) || s.InForce(from)) {
			all = append(all, s)
		}
	}
	for _, r := range b.Rules {
		if slices.ContainsFunc(all, func(s Silence) bool { return s.Rule == r.Name }) {
			continue
		}
		for at := from; ; {
			begins, ends, ok := r.Next(at)
			if !ok || !begins.Before(to) {
				break
			}
			s := r.window(begins, ends)
			if tx.Get(overKey(s.ID)) == nil {
				all = append(all, s)
				break
			}
			at = ends
		}
	}
	slices.SortStableFunc(all, func(a, b Silence) int { return a.From.Compare(b.From) })
	return all
}

// At is the silence that covers a subject at a time to come, or now; nil if there is none.
func (b *Book) At(tx store.Tx, at time.Time, of Subject) *Silence {
	return longest(b.Foreseen(tx, at, at.Add(time.Nanosecond)), of, func(*Silence) bool { return true })
}

// longest is the one of silences that covers a subject, counts, and ends last.
func longest(all []Silence, of Subject, counts func(*Silence) bool) (last *Silence) {
	for n := range all {
		s := &all[n]
		if counts(s) && (last == nil || s.To.After(last.To)) && s.Covering(of) {
			last = s
		}
	}
	return last
}
