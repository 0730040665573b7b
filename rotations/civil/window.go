package civil

import (
	"fmt"
	"strings"
	"time"
)

// Window is a part of each of some days of the week, on the wall clock. If To is not after From it passes midnight, and Days
// are the days on which it begins.
type Window struct {
	Days Days
	From Clock // before 24:00
	To   Clock // 24:00 is the end of the day
}

// Valid reports whether the window is open at all, and within its days.
func (w Window) Valid() bool {
	return w.Days != 0 && w.Days <= EveryDay && w.From != w.To && w.From >= 0 && w.From < 24*Hour && w.To >= 0 &&
		w.To <= 24*Hour
}

// String returns the window for people: mon-fri 22:00-06:00.
func (w Window) String() string { return fmt.Sprintf("%s %s-%s", w.Days, w.From, w.To) }

// Length returns how long the window is open, in wall-clock seconds.
func (w Window) Length() Time {
	if w.To > w.From {
		return Time(w.To - w.From)
	}
	return Time(w.To-w.From) + Day
}

// Holding returns the span of the window that holds c.
func (w Window) Holding(c Time) (from, to Time, ok bool) {
	begins := c.Midnight()
	today := begins.Weekday()
	if from = begins + Time(w.From); from <= c && w.Days.Has(today) {
		to = from + w.Length()
		return from, to, c < to
	}
	from = from - Day // since yesterday
	to = from + w.Length()
	return from, to, c < to && w.Days.Has((today+6)%7)
}

// Next returns when the window opens next, at c or later.
func (w Window) Next(c Time) Time {
	from := c.Midnight() + Time(w.From)
	on := from.Weekday()
	for range 8 {
		if from >= c && w.Days.Has(on) {
			return from
		}
		from, on = from+Day, (on+1)%7
	}
	return DistantFuture // it is on no day
}

// Last returns when the window closed last, at c or earlier.
func (w Window) Last(c Time) Time {
	from := c.Midnight() + Time(w.From)
	on, length := from.Weekday(), w.Length()
	for range 9 { // one that passes midnight may still be open today, and again a week ago
		if from+length <= c && w.Days.Has(on) {
			return from + length
		}
		from, on = from-Day, (on+6)%7
	}
	return DistantPast
}

// Closes returns when the window closes next, at c or later.
func (w Window) Closes(c Time) Time {
	return w.Next(c-w.Length()) + w.Length()
}

// Clock is a time of day on a wall clock, in seconds after midnight, up to 24:00.
type Clock int

// ParseClock reads a time of day from 00:00 to 24:00.
func ParseClock(s string) (Clock, error) {
	var h, m int
	if len(s) == 5 && s[2] == ':' && number(s[:2], &h) && number(s[3:], &m) && m < 60 && h*60+m <= 24*60 {
		return Clock(h*Hour + m*Minute), nil
	}
	return 0, fmt.Errorf("%q is not a time of day: expected one from 00:00 to 24:00, such as 09:00", s)
}

func number(s string, n *int) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
		*n = *n*10 + int(c-'0')
	}
	return true
}

// String returns the form that [ParseClock] reads.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/Hour, int(c)/Minute%60) }

// Days is a set of days of the week: bit n is [time.Weekday] n.
type Days uint8

// EveryDay is the whole week.
const EveryDay Days = 1<<7 - 1

// Has reports whether a day is in the set.
func (d Days) Has(w time.Weekday) bool { return d&(1<<w) != 0 }

const daysWanted = "days such as mon-fri or sat,sun"

// ParseDays reads days of the week, separated by commas: mon-fri, sat,sun or mon,wed-fri. A range may pass the end of the
// week: fri-mon. Days may be written in full.
func ParseDays(s string) (Days, error) {
	var all Days
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := parseDay(first)
		if err != nil {
			return 0, fmt.Errorf("%w: expected %s", err, daysWanted)
		}
		to := from
		if isRange {
			if to, err = parseDay(last); err != nil {
				return 0, fmt.Errorf("%w: expected %s", err, daysWanted)
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			all |= 1 << d
			if d == to {
				break
			}
		}
	}
	return all, nil
}

func parseDay(s string) (time.Weekday, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	for d := range time.Weekday(7) {
		name := strings.ToLower(d.String())
		if s == name || s == name[:3] {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week", s)
}

// String returns the form that [ParseDays] reads, in the order of a week that begins on Monday.
func (d Days) String() string {
	var parts []string
	for i := 1; i <= 7; i++ {
		first := i
		for i < 7 && d.Has(time.Weekday(i)) && d.Has(time.Weekday((i+1)%7)) {
			i++
		}
		switch {
		case !d.Has(time.Weekday(i % 7)):
		case i == first:
			parts = append(parts, short(i))
		default:
			parts = append(parts, short(first)+"-"+short(i))
		}
	}
	return strings.Join(parts, ",")
}

func short(day int) string { return strings.ToLower(time.Weekday(day % 7).String()[:3]) }
