package importing

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

const (
	hour = 3600
	day  = 24 * hour
	week = 7 * day
)

// unit is how long a day, week or hour is, by what exports call that which comes each of them; 0 for others, such as months.
func unit(frequency string) int64 {
	switch strings.ToLower(frequency) {
	case "hourly":
		return hour
	case "daily":
		return day
	case "weekly":
		return week
	}
	return 0
}

// length is a shift length of so many seconds on the wall clock.
func length(seconds int64) (rotations.Length, bool) {
	l := rotations.Length{}
	switch {
	case seconds <= 0:
		return l, false
	case seconds%week == 0:
		l = rotations.Length{N: int(seconds / week), Unit: rotations.Week}
	case seconds%day == 0:
		l = rotations.Length{N: int(seconds / day), Unit: rotations.Day}
	case seconds%hour == 0:
		l = rotations.Length{N: int(seconds / hour), Unit: rotations.Hour}
	}
	return l, l.N > 0 && l.N < 10000
}

// A span of the week: it begins on a day, so many seconds after midnight, and lasts so long.
type span struct {
	on      time.Weekday
	from    int64
	seconds int64
}

// windows are spans of the week as windows, those of the same hours together. ok is false if one is not in whole minutes.
// All of the week is no window.
func windows(spans []span) (all []civil.Window, ok bool) {
	for _, s := range spans {
		if s.seconds >= week {
			return nil, true
		}
		if s.seconds <= 0 || s.from%60 != 0 || s.seconds%60 != 0 || s.from < 0 || s.from >= day {
			return nil, false
		}
		for on, from, left := s.on, s.from, s.seconds; left > 0; on, from = (on+1)%7, 0 {
			part := min(left, day-from)
			if left < day && from > 0 { // one that passes midnight is one window
				part = left
			}
			all = merge(all, civil.Window{Days: 1 << on, From: civil.Clock(from), To: clock(from + part)})
			left -= part
		}
	}
	if len(all) == 1 && all[0] == (civil.Window{Days: civil.EveryDay, To: day}) {
		return nil, true
	}
	return all, true
}

// clock is a time of day, the next day's after midnight.
func clock(seconds int64) civil.Clock {
	if seconds > day {
		seconds -= day
	}
	return civil.Clock(seconds)
}

func merge(all []civil.Window, w civil.Window) []civil.Window {
	i := slices.IndexFunc(all, func(o civil.Window) bool { return o.From == w.From && o.To == w.To })
	if i < 0 {
		return append(all, w)
	}
	all[i].Days |= w.Days
	return all
}

// daily is the same span on each of some days.
func daily(days []time.Weekday, from, seconds int64) []span {
	var all []span
	for _, d := range days {
		all = append(all, span{d, from, seconds})
	}
	return all
}

// everyDay is the week, from Monday on.
func everyDay() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// secondOf is the time of day of a wall-clock time.
func secondOf(t time.Time) int64 { return int64(t.Hour()*hour + t.Minute()*60 + t.Second()) }

// end is an end that may not be there on the wall clock.
func end(at *time.Time, zone *time.Location) civil.Time {
	if at == nil {
		return 0
	}
	return local(*at, zone)
}

// wall is what the wall clock of a zone shows at t, as a time in UTC, with which one can reckon.
func wall(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}

// turned is a list that begins with another of its elements.
func turned[T any](list []T, first int64) []T {
	n := int64(len(list))
	if n == 0 {
		return nil
	}
	first = (first%n + n) % n
	return slices.Concat(list[first:], list[:first])
}
