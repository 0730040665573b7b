// Package holidays reads which days are holidays for a schedule: dates, and the events of a calendar (RFC 5545) that last
// whole days.
//
// Only what is certain is taken from a calendar. An event with a rule that is not understood is an error and not left out:
// a holiday that is missing puts somebody on call who is away.
package holidays

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/ical"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// holidayYears is how many years ahead the yearly events of a calendar are holidays. A configuration is read anew at each
// start and reload, so that is always far enough ahead.
const holidayYears = 12

// Read reads a list of dates and of calendars. A day that stands in both is one holiday.
func Read(v reading.Value) []rotations.Holiday {
	const wanted = "dates such as 2026-12-25, and .ics files"
	var all []rotations.Holiday
	v.List(wanted, func(v reading.Value) {
		s, ok := v.Filled("one of " + wanted)
		if !ok {
			return
		}
		if date, err := time.Parse(time.DateOnly, s); err == nil {
			all = append(all, rotations.Holiday{Date: civil.Of(date)})
			return
		}
		if !strings.HasSuffix(strings.ToLower(s), ".ics") {
			v.Errorf("expected "+wanted, "%s is neither a date nor a calendar", reading.Quote(v.Text()))
			return
		}
		// relative to the configuration's folder, as all paths
		if text, ok := v.Content(s); ok {
			all = append(all, calendar(v, text)...)
		}
	})
	return rotations.SortHolidays(all)
}

// calendar returns the days of a calendar's events that last whole days.
func calendar(v reading.Value, text string) []rotations.Holiday {
	cal, err := ical.Parse([]byte(text))
	if err != nil {
		v.Errorf("export the calendar again as iCalendar",
			"%s is not a calendar: %s",
			reading.Quote(v.Text()), strings.TrimPrefix(err.Error(), ical.ErrForm.Error()+": "))
		return nil
	}
	var all []rotations.Holiday
	for _, event := range cal.Components("VEVENT") {
		days, err := daysOf(event, v.File.Now)
		if err != nil {
			v.Errorf("list its dates instead, and take it out of the calendar", "%s: %v", reading.Quote(v.Text()), err)
		}
		all = append(all, days...)
	}
	if len(all) == 0 && !v.Faulty() {
		v.Warnf("its events must last whole days", "%s has no holidays", reading.Quote(v.Text()))
	}
	return all
}

// daysOf returns the days of an event: none if it was cancelled, or begins at a time of day other than midnight. An error
// names the event as the calendar calls it, so that it can be found there.
func daysOf(event *ical.Component, now time.Time) ([]rotations.Holiday, error) {
	name := event.Get("SUMMARY").Text()
	begin, ok := wholeDay(event, "DTSTART")
	if !ok || strings.EqualFold(event.Get("STATUS").Value, "CANCELLED") {
		return nil, nil // not an event of whole days
	}
	days := 1
	if end, ok := wholeDay(event, "DTEND"); ok {
		// DTEND is not part of the event (RFC 5545, 3.6.1). Both are dates without a zone here, so all days have 24 hours.
		days = max(1, int(end.Sub(begin)/(24*time.Hour)))
	}
	begins, err := yearly(begin, event.Get("RRULE").Value, now)
	// these add single days, leave them out or move them
	for _, other := range []string{"RDATE", "EXDATE", "RECURRENCE-ID"} {
		if event.Get(other).Value != "" {
			err = errors.New("it changes single days of a repeated event")
		}
	}
	if err != nil || days > 366 {
		return nil, fmt.Errorf("the event %s of %s cannot be read: %w",
			reading.Quote(name), begin.Format(time.DateOnly), orTooLong(err))
	}
	var all []rotations.Holiday
	for _, first := range begins {
		for n := range days {
			all = append(all, rotations.Holiday{Date: civil.Of(first.AddDate(0, 0, n)), Name: name})
		}
	}
	return all, nil
}

// orTooLong is the error that was found, or that of an event that is too long.
func orTooLong(err error) error {
	if err != nil {
		return err
	}
	return errors.New("it is longer than a year")
}

// wholeDay returns the date of a property: a mere date, or a local midnight, which is how some programs write that an
// event lasts all day.
func wholeDay(event *ical.Component, name string) (time.Time, bool) {
	p := event.Get(name)
	for _, form := range []string{"20060102", "20060102T000000"} {
		if at, err := time.Parse(form, p.Value); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// yearly returns when an event happens: once, or by a rule on the same date of each
// year. Other rules are errors. It knows the parts of a rule (RFC 5545, 3.3.10) that say the same as the date of the event;
// each other part changes on which days it is.
func yearly(begin time.Time, rule string, now time.Time) ([]time.Time, error) {
	if rule == "" {
		return []time.Time{begin}, nil
	}
	last, count, every, freq := now.AddDate(holidayYears, 0, 0), 0, 1, ""
	for part := range strings.SplitSeq(rule, ";") {
		key, val, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(val)
		switch {
		case key == "FREQ":
			freq = val
		// when a week begins means nothing to a year
		case key == "WKST":
		case key == "COUNT" && err == nil && n > 0:
			count = n
		case key == "INTERVAL" && err == nil && n > 0:
			every = n
		case key == "BYMONTH" && n == int(begin.Month()), key == "BYMONTHDAY" && n == begin.Day():
		case key == "UNTIL" && len(val) >= 8:
			until, err := time.Parse("20060102", val[:8])
			if err != nil {
				return nil, fmt.Errorf("its rule %s has no date that could be read", reading.Quote(rule))
			}
			if until.Before(last) {
				last = until
			}
		default:
			return nil, fmt.Errorf("its rule %s is not understood", reading.Quote(rule))
		}
	}
	if freq != "YEARLY" {
		return nil, fmt.Errorf("its rule %s is not yearly", reading.Quote(rule))
	}
	var all []time.Time
	for year := 0; count == 0 || len(all) < count; year += every {
		at := begin.AddDate(year, 0, 0)
		if at.After(last) {
			break
		}
		if at.Day() == begin.Day() { // 29 February
			all = append(all, at)
		}
	}
	return all, nil
}
