package civil

import (
	"math"
	"time"
)

// lookback is more than any fold is long and more than any zone is away from UTC, in seconds. The longest fold on record is
// Alaska's of 1867: it lived one day twice when it changed sides of the date line.
const lookback = 36 * Hour

// A Calendar turns wall-clock times of a zone into instants and back. The two directions agree:
//
//	instant(c) <= u  exactly if  reached(u) >= c
//
// It remembers the stretch it looked up last, so one that goes forward in time is cheap. It is not safe for concurrent use;
// make one where it is needed.
type Calendar struct {
	Zone    *time.Location // nil is UTC
	stretch stretch
}

// A stretch of time in which the zone's offset stays the same, in seconds since 1970 UTC. Its start may be later, and its
// end earlier than they could be: only that the offset is constant in between is certain.
type stretch struct{ start, end, offset int64 }

// at returns a stretch that holds u.
func (k *Calendar) at(u int64) stretch {
	if u < k.stretch.start || u >= k.stretch.end {
		k.stretch = stretchAt(k.Zone, u)
	}
	return k.stretch
}

func stretchAt(zone *time.Location, u int64) stretch {
	if zone == nil {
		zone = time.UTC
	}
	t := time.Unix(u, 0).In(zone)
	_, offset := t.Zone()
	// Of the bounds only the end is used: after a zone's last recorded change, package time gives the begin of the year as
	// the start even where that change came later.
	_, end := t.ZoneBounds()
	s := stretch{start: u, end: math.MaxInt64, offset: int64(offset)}
	if !end.IsZero() {
		s.end = end.Unix()
	}
	if s.end <= u {
		// Beyond a zone's table of changes package time ends every year after 365 days, which on the last day of a leap year
		// is over. No zone changes any more on that day.
		s.end = u - u%Day + Day
	}
	return s
}

// instant returns the first instant at which the local clock has reached c, in seconds since 1970 UTC.
func (k *Calendar) instant(c Time) int64 {
	local := int64(c - epoch)
	from := local - lookback // too early for any zone to have reached c
	for {
		s := k.at(from)
		if u := max(from, local-s.offset); u < s.end {
			return u
		}
		from = s.end
	}
}

// Reached returns the latest time that the local clock has shown up to and including u, seconds since 1970 UTC: what it shows
// now, or while a fold is lived through for the second time, what it showed just before it was set back.
func (k *Calendar) Reached(u int64) Time {
	latest := int64(math.MinInt64)
	s := k.at(u - lookback)
	for s.end <= u {
		latest = max(latest, s.end-1+s.offset)
		s = k.at(s.end)
	}
	return epoch + Time(max(latest, u+s.offset))
}

// Time is instant as a time.Time of the zone. The bounds of what has no bound become the zero time and [Endless].
func (k *Calendar) Time(c Time) time.Time {
	switch c {
	case DistantPast:
		return time.Time{}
	case DistantFuture:
		return Endless()
	}
	if k.Zone == nil {
		return time.Unix(k.instant(c), 0).UTC()
	}
	return time.Unix(k.instant(c), 0).In(k.Zone)
}

// Endless is an instant after all others, so that spans without an end compare like all spans.
func Endless() time.Time { return time.Unix(1<<50, 0) }
