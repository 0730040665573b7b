package actions

import "time"

// When people are told of what is not urgent: at nine, never at night, and on working days.
const (
	nine    = 9
	morning = 8  // earlier is night
	evening = 20 // later is night
)

const (
	// ahead is how many days before an item is due its owner is reminded first, and again how many days after it each time.
	ahead = 3
	again = 7
)

// dayOf is the day on which something is due, for somebody who lives in a zone. A day is due at its last minute where whoever named
// it lives, which is the next day elsewhere; half a day before is the day that was meant, and early enough where a time was.
func dayOf(due time.Time, zone *time.Location) time.Time { return due.Add(-12 * time.Hour).In(zone) }

// at is nine on a day of a zone, so many days after the one of t.
func at(t time.Time, zone *time.Location, days int) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day()+days, nine, 0, 0, 0, zone)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// workday is the working day nearest to t: step days before it, or after it, at the same time of day.
func workday(t time.Time, step int) time.Time {
	for weekend(t) {
		t = t.AddDate(0, 0, step)
	}
	return t
}

// Next is when somebody is reminded, after a time, of what is due at another: three days before, on the day, and each week after it. What
// falls on a weekend comes on the Friday before while there is time, and on the Monday after it when it is late.
func Next(due, after time.Time, zone *time.Location) time.Time {
	day := dayOf(due, zone)
	for _, days := range []int{-ahead, 0} {
		if t := workday(at(day, zone, days), -1); t.After(after) {
			return t
		}
	}
	weeks := max(1, int(after.Sub(due)/(again*24*time.Hour)))
	for ; ; weeks++ {
		if t := workday(at(day, zone, weeks*again), 1); t.After(after) {
			return t
		}
	}
}

// Awake is how long to wait until nobody is woken: 0 at a time when people work.
func Awake(now time.Time, zone *time.Location) time.Duration {
	l := now.In(zone)
	if h := l.Hour(); h >= morning && h < evening && !weekend(l) {
		return 0
	}
	next := at(now, zone, 0)
	if !next.After(now) {
		next = at(now, zone, 1)
	}
	return workday(next, 1).Sub(now)
}
