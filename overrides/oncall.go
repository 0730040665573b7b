package overrides

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// OnCall says who is on call in a schedule at t. An unknown schedule has nobody.
func (b *Book) OnCall(tx store.Tx, schedule string, t time.Time) []string {
	return b.OnCallIf(tx, schedule, t, nil)
}

// OnCallIf is [Book.OnCall] if only those are there who are there: overrides for others do not count. there may be nil.
func (b *Book) OnCallIf(tx store.Tx, schedule string, t time.Time, there func(person string) bool) []string {
	s, ok := b.Schedules[schedule]
	if !ok {
		return nil
	}
	return s.OnCall(t, Void(b.at(tx, schedule, t), there, func(string) time.Time { return time.Time{} }))
}

// During lists who is on call in a span, in the order of time, as if some overrides had not been made.
func (b *Book) During(tx store.Tx, schedule string, from, to time.Time, without ...Override) []string {
	all := slices.DeleteFunc(slices.Clone(b.Of(tx, schedule)), func(o rotations.Override) bool {
		return o.ID != "" && slices.ContainsFunc(without, func(w Override) bool { return w.ID == o.ID })
	})
	var people []string
	for _, s := range b.Schedules[schedule].Shifts(from, to, all) {
		for _, p := range s.People {
			if !slices.Contains(people, p) {
				people = append(people, p)
			}
		}
	}
	return people
}

// Holds reports whether a person is on call in a schedule all of the time.
func (b *Book) Holds(tx store.Tx, schedule, person string, from, to time.Time) bool {
	var held time.Duration
	for _, s := range b.Schedules[schedule].Shifts(from, to, b.Of(tx, schedule)) {
		if slices.Contains(s.People, person) {
			held += s.To.Sub(s.From)
		}
	}
	return held > 0 && held == to.Sub(from)
}

// Of returns the overrides of a schedule as they count: those of the configuration, then those that people made, in the order
// in which they were made. A later one wins. What is left of one for somebody who is no longer in the configuration is
// void (see [Void]).
func (b *Book) Of(tx store.Tx, schedule string) []rotations.Override {
	from, to := store.Under(part, schedule)
	return b.counting(tx, schedule, from, to)
}

// at returns the overrides of a schedule that can count at t: none is longer than [MaxOverride], so that those which began
// long before t need not be read.
func (b *Book) at(tx store.Tx, schedule string, t time.Time) []rotations.Override {
	_, to := store.Under(part, schedule)
	return b.counting(tx, schedule, store.Key(part, schedule, keyTime(t.Add(-MaxOverride-time.Minute))), to)
}

func (b *Book) counting(tx store.Tx, schedule, from, to string) []rotations.Override {
	all := slices.Clip(b.Planned[schedule])
	made := between(tx, from, to)
	for i := range made {
		if o := made[i].effective(); o.From.Before(o.To) {
			all = append(all, o)
		}
	}
	return Void(all, b.Known, func(person string) time.Time { return leftAt(tx, person) })
}
