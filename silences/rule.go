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

// Foresee are the silences from one instant until another: those that are known and not over, and of each rule the first of its
// times there, unless somebody has ended that.
func Foresee(known []Silence, rules []Rule, from, to time.Time) []Silence {
	var all []Silence
	over := map[string]bool{}
	for _, s := range known {
		over[s.ID] = !s.Ended.IsZero()
		if !over[s.ID] && s.From.Before(to) && from.Before(s.To) {
			all = append(all, s)
		}
	}
	for _, r := range rules {
		if slices.ContainsFunc(all, func(s Silence) bool { return s.Rule == r.Name }) {
			continue
		}
		for begins, ends, ok := r.Next(from); ok && begins.Before(to); begins, ends, ok = r.Next(ends) {
			if s := r.window(begins, ends); !over[s.ID] {
				all = append(all, s)
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Silence) int { return a.From.Compare(b.From) })
	return all
}

// Foreseen is [Foresee] of what stands in the store and in the configuration.
func (b *Book) Foreseen(tx store.Tx, from, to time.Time) []Silence {
	return Foresee(Known(tx), b.Rules, from, to)
}

// At is the silence that covers a subject at a time to come, or now; nil if there is none.
func (b *Book) At(tx store.Tx, at time.Time, of Subject) *Silence {
	return At(Known(tx), b.Rules, at, of)
}

// At is the silence that covers a subject at a time, as far as that is known; nil if there is none.
func At(known []Silence, rules []Rule, at time.Time, of Subject) *Silence {
	return longest(Foresee(known, rules, at, at.Add(time.Nanosecond)), of, func(*Silence) bool { return true })
}

// Times says when the maintenance takes place that a silence is of; of one that a person made it is empty.
func (b *Book) Times(s Silence) string {
	for _, r := range b.Rules {
		if s.Rule == r.Name && !r.Once() {
			return r.String()
		}
	}
	return ""
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
