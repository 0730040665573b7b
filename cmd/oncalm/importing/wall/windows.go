package wall

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// A Span of the week begins on a day, so many seconds after midnight, and lasts so long.
type Span struct {
	On      time.Weekday
	From    int64
	Seconds int64
}

// Daily is the same span on each of some days.
func Daily(days []time.Weekday, from, seconds int64) []Span {
	var all []Span
	for _, d := range days {
		all = append(all, Span{d, from, seconds})
	}
	return all
}

// Windows are spans of the week as windows, those of the same hours together. ok is false if one is not in whole
// minutes. All of the week is no window.
func Windows(spans []Span) (all []civil.Window, ok bool) {
	for _, s := range spans {
		if s.Seconds >= Week {
			return nil, true
		}
		if s.Seconds <= 0 || s.From%60 != 0 || s.Seconds%60 != 0 || s.From < 0 || s.From >= Day {
			return nil, false
		}
		for on, from, left := s.On, s.From, s.Seconds; left > 0; on, from = (on+1)%7, 0 {
			part := min(left, Day-from)
			if left < Day && from > 0 { // one that passes midnight is one window
				part = left
			}
			all = merge(all, civil.Window{Days: 1 << on, From: civil.Clock(from), To: clock(from + part)})
			left -= part
		}
	}
	if len(all) == 1 && all[0] == (civil.Window{Days: civil.EveryDay, To: Day}) {
		return nil, true
	}
	return all, true
}

// clock is a time of day, the next day's after midnight.
func clock(seconds int64) civil.Clock {
	if seconds > Day {
		seconds -= Day
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
