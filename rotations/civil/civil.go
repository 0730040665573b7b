package civil

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Time is a date and time of day on a wall clock, without a zone: the seconds since 0001-01-01T00:00 on a calendar in which
// every day has 24 hours. The zero value stands for "not given".
type Time int64

// Lengths of time on a wall clock, in seconds.
const (
	Minute = 60
	Hour   = 60 * Minute
	Day    = 24 * Hour
)

// Bounds of what has no bound.
const (
	DistantPast   Time = math.MinInt64
	DistantFuture Time = math.MaxInt64
)

// epoch is 1970-01-01T00:00.
const epoch Time = 719162 * Day

// Form says to people what [Parse] reads.
const Form = "a date and time without a zone, such as 2026-01-05T09:00"

// Parse reads 2026-01-05T09:00 or 2026-01-05T09:00:30.
func Parse(s string) (Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if len(s) != len(layout) {
			continue // time.Parse would take fractions of a second, and hours of one digit
		}
		t, err := time.Parse(layout, s)
		switch {
		case err == nil && t.Year() > 0:
			return Of(t), nil
		case err != nil && strings.Contains(err.Error(), "out of range"):
			return 0, fmt.Errorf("%q does not exist in the calendar: expected %s", s, Form)
		}
	}
	return 0, fmt.Errorf("%q is not a local time: expected %s", s, Form)
}

// Of returns what a wall clock in t's own location shows at t, without fractions of a second.
func Of(t time.Time) Time {
	_, offset := t.Zone()
	return epoch + Time(t.Unix()) + Time(offset)
}

// In returns the instant at which a clock in the zone first shows c: in a fold the first occurrence, and if a clock change
// skips c, the first existing instant after it. [time.Date] promises neither.
func (c Time) In(zone *time.Location) time.Time {
	cal := Calendar{Zone: zone}
	return cal.Time(c)
}

// String returns the form that [Parse] reads.
func (c Time) String() string {
	if c%Minute != 0 {
		return c.utc().Format("2006-01-02T15:04:05")
	}
	return c.utc().Format("2006-01-02T15:04")
}

// Spoken is String for sentences: 2026-01-05 09:00.
func (c Time) Spoken() string { return strings.Replace(c.String(), "T", " ", 1) }

// utc returns the instant at which a clock in UTC shows c, to borrow the calendar of package time.
func (c Time) utc() time.Time { return time.Unix(int64(c-epoch), 0).UTC() }

// Midnight returns the begin of c's day.
func (c Time) Midnight() Time {
	over := c % Day
	if over < 0 {
		over += Day
	}
	return c - over
}

// Weekday returns c's day of the week. 0001-01-01 was a Monday.
func (c Time) Weekday() time.Weekday {
	w := (c.Midnight()/Day + 1) % 7
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// Month returns c's month counted from January of the year 0, for arithmetic.
func (c Time) Month() int {
	y, m, _ := c.utc().Date()
	return y*12 + int(m) - 1
}

// InMonth returns c moved to another month, counted as month does: the same day and time of day, or the month's last day if
// it has no such day.
func (c Time) InMonth(month int) Time {
	_, _, d := c.utc().Date()
	first := time.Date(0, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC)
	next := time.Date(0, time.Month(month+2), 1, 0, 0, 0, 0, time.UTC)
	days := int(next.Sub(first) / (Day * time.Second))
	return Of(first) + Time(min(d, days)-1)*Day + (c - c.Midnight())
}
