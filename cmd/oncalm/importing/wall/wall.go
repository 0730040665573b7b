// Package wall reckons with times as exports have them: on the wall clock of a zone.
//
// A day there has 24 hours and a week seven days, whatever the clocks do. [Of] is what a wall clock shows, as a time in
// UTC, with which one can reckon; [Civil] is the same as a schedule has it. A [Span] is a part of the week, and
// [Windows] are spans as a layer has them.
package wall

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Hour, Day and Week are how long these are, in seconds.
const (
	Hour = 3600
	Day  = 24 * Hour
	Week = 7 * Day
)

// Unit is how long a day, week or hour is, by what exports call that which comes each of them; 0 for others, such as
// months.
func Unit(frequency string) int64 {
	switch strings.ToLower(frequency) {
	case "hourly":
		return Hour
	case "daily":
		return Day
	case "weekly":
		return Week
	}
	return 0
}

// Length is a shift length of so many seconds.
func Length(seconds int64) (rotations.Length, bool) {
	l := rotations.Length{}
	switch {
	case seconds <= 0:
		return l, false
	case seconds%Week == 0:
		l = rotations.Length{N: int(seconds / Week), Unit: rotations.Week}
	case seconds%Day == 0:
		l = rotations.Length{N: int(seconds / Day), Unit: rotations.Day}
	case seconds%Hour == 0:
		l = rotations.Length{N: int(seconds / Hour), Unit: rotations.Hour}
	}
	return l, l.N > 0 && l.N < 10000
}

// Of is what the wall clock of a zone shows at t, as a time in UTC, with which one can reckon.
func Of(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}

// Civil is what the wall clock of a zone shows at t.
func Civil(t time.Time, zone *time.Location) civil.Time { return civil.Of(t.In(zone)) }

// End is an end that may not be there; 0 if it is not.
func End(at *time.Time, zone *time.Location) civil.Time {
	if at == nil {
		return 0
	}
	return Civil(*at, zone)
}

// Instant reads a time of an export: with an offset, or on the wall clock of a zone.
func Instant(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	c, err := civil.Parse(text)
	if err != nil {
		return time.Time{}, err
	}
	return c.In(zone), nil
}

// SecondOf is the time of day of a wall-clock time.
func SecondOf(t time.Time) int64 { return int64(t.Hour()*Hour + t.Minute()*60 + t.Second()) }

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Past is how many seconds after a time of the week, or of another unit, another one comes.
func Past(from, to time.Time, unit int64) int64 {
	return ((to.Unix()-from.Unix())%unit + unit) % unit
}

// EveryDay is the week, from Monday on.
func EveryDay() []time.Weekday {
	return []time.Weekday{
		time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
	}
}

// Weekday reads a day by its name, or by two letters or more of it.
func Weekday(name string) (time.Weekday, bool) {
	name = strings.ToLower(name)
	for _, d := range EveryDay() {
		if len(name) >= 2 && strings.HasPrefix(strings.ToLower(d.String()), name) {
			return d, true
		}
	}
	return 0, false
}

// Weekdays reads MO, TU and so on.
func Weekdays(names []string) ([]time.Weekday, bool) {
	var all []time.Weekday
	for _, n := range names {
		d, ok := Weekday(strings.TrimSpace(n))
		if !ok {
			return nil, false
		}
		all = append(all, d)
	}
	return all, true
}

// FirstDay is the day with which a week begins: that of a name, or Monday.
func FirstDay(name string) time.Weekday {
	if d, ok := Weekday(name); ok {
		return d
	}
	return time.Monday
}

// Floor divides, downwards also below zero.
func Floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// GCD is the greatest common divisor of two numbers.
func GCD(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Turned is a list that begins with another of its elements.
func Turned[T any](list []T, first int64) []T {
	n := int64(len(list))
	if n == 0 {
		return nil
	}
	first = (first%n + n) % n
	return slices.Concat(list[first:], list[:first])
}
