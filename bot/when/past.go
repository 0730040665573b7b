package when

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Passed is a text of which the beginning says when it was.
type Passed struct {
	At   time.Time // in the zone that counted
	Text string    // what follows the time
	// Note says what somebody may not expect, in a sentence without its full stop; empty if there is nothing.
	Note string
}

// tolerated is how far ahead of ours the clock may be that somebody reads the time from. Such a time counts as now.
const tolerated = 5 * time.Minute

// passedForm is a time at the beginning of a text: a day that may be left out, a time of day with a colon, and UTC for those who
// read it from a log. What has no colon is a number of something.
func passedForm() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:at\s+)?(?:(yesterday|today|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|\d{4}-\d\d-\d\d)[ ,]+)?` +
		`(?:at\s+)?(\d{1,2}):(\d\d)(?::(\d\d))?(z|\s*(?:am|pm)\b|\s*(?:utc|gmt)\b)?(?:[\s,;:.–—-]+|$)`)
}

// Timed reports whether a text begins with something that [Past] may read as a time.
func Timed(text string) bool { return passedForm().MatchString(text) }

// Past reads the time at the beginning of a text, as "14:02 rolled back" and "yesterday 23:50 the first call" have it: the last
// such time that is over. A text without one, or with one that there is not, is nothing but a text, and read is false. The error is an
// [Unclear]: the time is still to come.
//
// Without a day it is today's, or yesterday's if today's is still to come: at 00:10, "23:50" was twenty minutes ago.
func Past(text string, now time.Time, zone *time.Location) (p Passed, read bool, err error) {
	m := passedForm().FindStringSubmatch(text)
	if m == nil {
		return Passed{}, false, nil
	}
	day, half := strings.ToLower(m[1]), strings.ToLower(strings.TrimSpace(m[5]))
	if zone == nil || half == "utc" || half == "gmt" || half == "z" {
		zone = time.UTC
	}
	hour, minute, second := number(m[2]), number(m[3]), number(m[4])
	switch {
	case (half == "am" || half == "pm") && (hour < 1 || hour > 12), hour > 23, minute > 59, second > 59:
		return Passed{}, false, nil
	case half == "am" || half == "pm":
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	r := &reader{now: now, zone: zone}
	for _, d := range pastDays(day, now.In(zone)) {
		r.notes = nil
		at := r.instant(civil.Of(time.Date(d.year, d.month, d.day, hour, minute, second, 0, time.UTC)))
		if at.After(now.Add(tolerated)) {
			continue
		}
		if at.After(now) {
			at = now.In(zone)
		}
		return Passed{at, strings.TrimSpace(text[len(m[0]):]), strings.Join(r.notes, "; ")}, true, nil
	}
	// "sunny 12:00" names no day
	if day == "" || !validDay(day) {
		return Passed{}, false, nil
	}
	return Passed{}, true, unclear("%s is still to come", strings.TrimRight(m[0], " ,;:.–—-"))
}

// pastDays are the days that are meant, the latest first. A day of the week may be today, and a week ago.
func pastDays(day string, now time.Time) (days []civilDate) {
	if date, err := time.Parse(time.DateOnly, day); err == nil {
		return []civilDate{{date.Year(), date.Month(), date.Day()}}
	}
	from, most := 0, 1
	switch {
	case day == "yesterday":
		from, most = 1, 1
	case day == "":
		most = 2
	case day != "today":
		most = 8
	}
	for n := from; n < from+most; n++ {
		d := time.Date(now.Year(), now.Month(), now.Day()-n, 12, 0, 0, 0, time.UTC)
		if most == 8 && !strings.HasPrefix(strings.ToLower(d.Weekday().String()), day) {
			continue
		}
		days = append(days, civilDate{d.Year(), d.Month(), d.Day()})
	}
	return days
}

// validDay tells a day from a word that begins as one, such as sunny.
func validDay(day string) bool {
	return len(pastDays(day, time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))) > 0
}

// number is what digits say; 0 of none.
func number(digits string) int {
	n, _ := strconv.Atoi(digits) // two digits at most
	return n
}
