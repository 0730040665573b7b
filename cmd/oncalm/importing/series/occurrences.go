package series

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Occurrence is when an entry is there once.
type Occurrence struct{ From, To time.Time }

// counted is how many days a series is gone through to find its last. That is more than a hundred years.
const counted = 40_000

// on reports whether the series has an occurrence that begins on a day, midnights of the wall clock of its zone; as far
// as its rule, but for its end, says so. Rules that are not by days or weeks have none. Days are counted as dates: whether
// the clocks change in between does not matter.
func (e *Entry) on(day time.Time) bool {
	begin := wall.Of(e.From, e.Zone)
	first := begin.Truncate(24 * time.Hour)
	days := int(day.Sub(first) / (24 * time.Hour))
	every, ok := e.interval()
	if days < 0 || !ok {
		return false
	}
	named, ok := wall.Weekdays(splitDays(e.Rule["BYDAY"]))
	if !ok {
		return false
	}
	switch e.Rule["FREQ"] {
	case "DAILY":
		return days%int(every) == 0 && (len(named) == 0 || slices.Contains(named, day.Weekday()))
	case "WEEKLY":
		if len(named) == 0 {
			return days%(7*int(every)) == 0
		}
		starts := wall.FirstDay(e.Rule["WKST"])
		monday := first.AddDate(0, 0, -int(first.Weekday()-starts+7)%7)
		return int(day.Sub(monday)/(7*24*time.Hour))%int(every) == 0 && slices.Contains(named, day.Weekday())
	}
	return false
}

// splitDays are the days of BYDAY; none if there is none.
func splitDays(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// starting is the occurrence that begins on a day, midnight of the wall clock of the series' zone.
func (e *Entry) starting(day time.Time) (o Occurrence, ok bool) {
	if !e.on(day) {
		return o, false
	}
	begin := civil.Of(day) + civil.Time(wall.SecondOf(wall.Of(e.From, e.Zone)))
	o = Occurrence{begin.In(e.Zone), (begin + civil.Time(e.Seconds)).In(e.Zone)}
	return o, (e.Last.IsZero() || !o.From.After(e.Last)) && !e.Gone[o.From.Unix()]
}

// Within returns the occurrences of an entry that are there between two instants. It goes day by day, from the day before
// the first that could still last.
func (e *Entry) Within(from, to time.Time) []Occurrence {
	if e.Rule == nil {
		if e.From.Before(to) && from.Before(e.To) {
			return []Occurrence{{e.From, e.To}}
		}
		return nil
	}
	var all []Occurrence
	first := wall.Later(from.Add(-time.Duration(e.Seconds)*time.Second), e.From)
	day := wall.Of(first, e.Zone).Truncate(24*time.Hour).AddDate(0, 0, -1)
	for range counted {
		if civil.Of(day).In(e.Zone).After(to) {
			break
		}
		if o, ok := e.starting(day); ok && o.From.Before(to) && from.Before(o.To) {
			all = append(all, o)
		}
		day = day.AddDate(0, 0, 1)
	}
	return all
}

// Nth is when the n-th occurrence of a series begins.
func (e *Entry) Nth(n int) (time.Time, bool) {
	day := wall.Of(e.From, e.Zone).Truncate(24 * time.Hour)
	for range counted {
		if o, ok := e.starting(day); ok {
			if n--; n == 0 {
				return o.From, true
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}

// Remove takes an occurrence out of a series. It returns false if it has none that begins then.
func (e *Entry) Remove(at time.Time) bool {
	o, ok := e.starting(wall.Of(at, e.Zone).Truncate(24 * time.Hour))
	if !ok || !o.From.Equal(at) {
		return false
	}
	e.Gone[at.Unix()] = true
	return true
}
