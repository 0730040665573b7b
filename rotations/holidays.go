package rotations

import (
	"slices"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Holiday is a day that is not like its weekday, from midnight to midnight on the schedule's wall clock.
type Holiday struct {
	Date civil.Time // its midnight
	Name string     // may be empty
}

// DayRule says on which days a layer applies, as far as holidays are concerned.
type DayRule string

// The rules there are, written as in the configuration.
const (
	AnyDay         DayRule = ""
	HolidaysOnly   DayRule = "only"
	HolidaysExcept DayRule = "except" // on all days but holidays
)

func (r DayRule) valid() bool { return r == AnyDay || r == HolidaysOnly || r == HolidaysExcept }

// SortHolidays returns holidays as a [Schedule] wants them: in the order of their dates, each date once. Of two with the same
// date the first with a name stays.
func SortHolidays(days []Holiday) []Holiday {
	sorted := slices.Clone(days)
	slices.SortStableFunc(sorted, func(a, b Holiday) int {
		switch {
		case a.Date != b.Date:
			return int(max(min(a.Date-b.Date, 1), -1))
		case (a.Name == "") == (b.Name == ""):
			return 0
		case a.Name == "":
			return 1
		}
		return -1
	})
	return slices.CompactFunc(sorted, func(a, b Holiday) bool { return a.Date == b.Date })
}

// Holiday returns the holiday of the day that holds c, and false if it is none.
func (s Schedule) Holiday(c civil.Time) (Holiday, bool) {
	if i := holidayAt(s.Holidays, c); i >= 0 && c < s.Holidays[i].Date+civil.Day {
		return s.Holidays[i], true
	}
	return Holiday{}, false
}

// holidayAt returns the index of the last holiday that has begun at c, or -1.
func holidayAt(days []Holiday, c civil.Time) int {
	i, found := slices.BinarySearchFunc(days, c, func(h Holiday, c civil.Time) int {
		switch {
		case h.Date < c:
			return -1
		case h.Date > c:
			return 1
		}
		return 0
	})
	if found {
		return i
	}
	return i - 1
}

// dayRun returns a span around c that is a holiday as a whole, or holds none.
func dayRun(days []Holiday, c civil.Time) (from, to civil.Time, holiday bool) {
	from, to = civil.DistantPast, civil.DistantFuture
	i := holidayAt(days, c)
	if i >= 0 {
		begins, ends := days[i].Date, days[i].Date+civil.Day
		if c < ends {
			return begins, ends, true
		}
		from = ends
	}
	if i+1 < len(days) {
		to = days[i+1].Date
	}
	return from, to, false
}

// applies reports whether the rule lets a layer apply at c, and a span around c in which that stays so.
func (r DayRule) applies(days []Holiday, c civil.Time) (from, to civil.Time, applies bool) {
	if r == AnyDay {
		return civil.DistantPast, civil.DistantFuture, true
	}
	from, to, holiday := dayRun(days, c)
	return from, to, holiday == (r == HolidaysOnly)
}
