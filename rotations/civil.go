package rotations

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Civil is a date and time of day on a wall clock, without a zone: the seconds since 0001-01-01T00:00 on a calendar in which
// every day has 24 hours. The zero value stands for "not given".
type Civil int64

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour

	// epoch is 1970-01-01T00:00.
	epoch Civil = 719162 * day

	// Bounds of what has no bound.
	distantPast   Civil = math.MinInt64
	distantFuture Civil = math.MaxInt64
)

const civilWanted = "a date and time without a zone, such as 2026-01-05T09:00"

// ParseCivil reads 2026-01-05T09:00 or 2026-01-05T09:00:30.
func ParseCivil(s string) (Civil, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if len(s) != len(layout) {
			continue // time.Parse would take fractions of a second, and hours of one digit
		}
		t, err := time.Parse(layout, s)
		switch {
		case err == nil && t.Year() > 0:
			return CivilOf(t), nil
		case err != nil && strings.Contains(err.Error(), "out of range"):
			return 0, fmt.Errorf("%q does not exist in the calendar: expected %s", s, civilWanted)
		}
	}
	return 0, fmt.Errorf("%q is not a local time: expected %s", s, civilWanted)
}

// CivilOf returns what a wall clock in t's own location shows at t, without fractions of a second.
func CivilOf(t time.Time) Civil {
	_, offset := t.Zone()
	return epoch + Civil(t.Unix()) + Civil(offset)
}

// In returns the instant at which a clock in the zone first shows c: in a fold the first occurrence, and if a clock change
// skips c, the first existing instant after it. [time.Date] promises neither.
func (c Civil) In(zone *time.Location) time.Time {
	cal := calendar{zone: zone}
	return cal.time(c)
}

// String returns the form that [ParseCivil] reads.
func (c Civil) String() string {
	if c%minute != 0 {
		return c.utc().Format("2006-01-02T15:04:05")
	}
	return c.utc().Format("2006-01-02T15:04")
}

// spoken is String for sentences.
func (c Civil) spoken() string { return strings.Replace(c.String(), "T", " ", 1) }

// utc returns the instant at which a clock in UTC shows c, to borrow the calendar of package time.
func (c Civil) utc() time.Time { return time.Unix(int64(c-epoch), 0).UTC() }

// midnight returns the begin of c's day.
func (c Civil) midnight() Civil {
	over := c % day
	if over < 0 {
		over += day
	}
	return c - over
}

// weekday returns c's day of the week. 0001-01-01 was a Monday.
func (c Civil) weekday() time.Weekday {
	w := (c.midnight()/day + 1) % 7
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// month returns c's month counted from January of the year 0, for arithmetic.
func (c Civil) month() int {
	y, m, _ := c.utc().Date()
	return y*12 + int(m) - 1
}

// inMonth returns c moved to another month, counted as month does: the same day and time of day, or the month's last day if
// it has no such day.
func (c Civil) inMonth(month int) Civil {
	_, _, d := c.utc().Date()
	first := time.Date(0, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC)
	next := time.Date(0, time.Month(month+2), 1, 0, 0, 0, 0, time.UTC)
	days := int(next.Sub(first) / (day * time.Second))
	return CivilOf(first) + Civil(min(d, days)-1)*day + (c - c.midnight())
}
