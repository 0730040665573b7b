package wording

import (
	"fmt"
	"math"
	"time"
)

// Took is a length of time in words.
func Took(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "−", -d
	}
	switch {
	case 0 < d && d < 50*time.Millisecond:
		return sign + "under 0.1 s"
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%s%g s", sign, math.Round(d.Seconds()*10)/10)
	case d.Round(time.Second) < time.Minute:
		return fmt.Sprintf("%s%d s", sign, d.Round(time.Second)/time.Second)
	case d.Round(time.Second) < time.Hour:
		d = d.Round(time.Second)
		return sign + two(d, time.Minute, "min", time.Second, "s")
	case d.Round(time.Minute) < 24*time.Hour:
		return sign + two(d.Round(time.Minute), time.Hour, "h", time.Minute, "min")
	}
	return sign + two(d.Round(time.Hour), 24*time.Hour, "d", time.Hour, "h")
}

// two writes a length of time in two units; the lesser only if there is some of it.
func two(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	s := fmt.Sprintf("%d %s", d/large, largeName)
	if rest := d % large / small; rest > 0 {
		s += fmt.Sprintf(" %d %s", rest, smallName)
	}
	return s
}

// Layouts of times. They are read by people across days and zones: the order is that
// of ISO 8601, and texts and headings say that it is UTC.
const (
	LayoutDay  = "2006-01-02"
	LayoutTime = "15:04:05"
	LayoutFull = LayoutDay + " " + LayoutTime
)

// NotRecorded is said of what no event tells.
const NotRecorded = "not recorded"

// Moment writes a time in full.
func Moment(t time.Time) string {
	if t.IsZero() {
		return NotRecorded
	}
	return t.UTC().Format(LayoutFull)
}

// Span writes two times; the second without its day if that is the same.
func Span(from, to time.Time) string {
	if from.UTC().Format(LayoutDay) == to.UTC().Format(LayoutDay) {
		return Moment(from) + " and " + to.UTC().Format(LayoutTime)
	}
	return Moment(from) + " and " + Moment(to)
}

// Clock writes a time without its day, if that is the day of the other time.
func Clock(t, other time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Format(LayoutDay) == other.Format(LayoutDay):
		return t.Format(LayoutTime)
	}
	return Moment(t)
}

// Times says how often something was.
func Times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
