package ical

import (
	_ "embed"
	"path"
	"strconv"
	"strings"
	"time"
)

// Zones finds time zones by the names that a calendar gives them. It remembers what it has found: a calendar names few
// zones in many lines.
type Zones struct {
	rules map[string]rules // by TZID
	known map[string]*time.Location
	about int // the year for which zones are compared, and the one after it
}

// NewZones returns the zones of a calendar. The rules of one with a name of its own are compared as they are around now.
func NewZones(cal *Component, now time.Time) *Zones {
	z := &Zones{rules: map[string]rules{}, known: map[string]*time.Location{}, about: now.Year()}
	for _, c := range cal.Components("VTIMEZONE") {
		z.rules[c.Get("TZID").Text()] = rulesOf(c)
	}
	return z
}

// Find returns the zone that a TZID means: one of the tz database, one of Windows, or one that goes by the same rules as the
// calendar gives. It returns nil if there is none.
func (z *Zones) Find(id string) *time.Location {
	id = strings.Trim(Unescape(id), `" `)
	if zone, ok := z.known[id]; ok {
		return zone
	}
	zone := z.find(id)
	z.known[id] = zone
	return zone
}

// find looks the name up: as it is, by its last two parts ("/freeassociation.sourceforge.net/Europe/Berlin" is one), and
// among the names of Windows. If none of these is a zone, the rules of the calendar are compared with those of the zones
// that Windows knows.
func (z *Zones) find(id string) *time.Location {
	if id == "" {
		return nil
	}
	r, described := z.rules[id]
	described = described && len(r) > 0
	for _, name := range []string{id, path.Join(path.Base(path.Dir(id)), path.Base(id)), windows(id)} {
		// A name of the tz database is what it says; that of Windows may have been given other rules.
		if zone := load(name); zone != nil && (name == id || !described || r.agree(zone, z.about)) {
			return zone
		}
	}
	if !described {
		return nil
	}
	for line := range strings.Lines(windowsZones) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if zone := load(name); zone != nil && r.agree(zone, z.about) {
			return zone
		}
	}
	return nil
}

// load is a zone of the tz database. "Local" is that of this machine, and never meant.
func load(name string) *time.Location {
	if name == "" || name == "Local" || name == "." {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// windowsZones has a line for each zone of Windows: its name, a tab, and the zone of the tz database.
//
//go:embed windows.txt
var windowsZones string

// windows is the zone of the tz database for a name of Windows; empty if it is none.
func windows(id string) string {
	for line := range strings.Lines(windowsZones) {
		if name, zone, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && strings.EqualFold(name, id) {
			return zone
		}
	}
	return ""
}

// rules say from when on a zone has which offset.
type rules []rule

// rule is a part of a VTIMEZONE.
type rule struct {
	begin    time.Time // on the wall clock, as if that was UTC
	from, to int       // offsets in seconds, before and from then on
	yearly   bool
	month    time.Month
	nth      int // of the weekday in the month; negative from its end
	weekday  time.Weekday
	until    time.Time
}

// rulesOf are the parts of a VTIMEZONE, STANDARD and DAYLIGHT, each with the offset that it leads to.
func rulesOf(c *Component) rules {
	var all rules
	for _, part := range c.Inner {
		r := rule{from: offset(part.Get("TZOFFSETFROM").Value), to: offset(part.Get("TZOFFSETTO").Value)}
		r.begin, _ = time.Parse("20060102T150405", part.Get("DTSTART").Value)
		for key, value := range Rule(part.Get("RRULE").Value) {
			switch key {
			case "FREQ":
				r.yearly = value == "YEARLY"
			case "BYMONTH":
				n, _ := strconv.Atoi(value)
				r.month = time.Month(n)
			case "BYDAY":
				r.nth, r.weekday = nthDay(value)
			case "UNTIL":
				r.until, _ = time.Parse("20060102T150405Z", value)
			}
		}
		r.yearly = r.yearly && r.month > 0 && r.nth != 0
		all = append(all, r)
	}
	return all
}

// Rule returns the parts of a recurrence, in capital letters.
func Rule(text string) map[string]string {
	parts := map[string]string{}
	if text == "" {
		return parts
	}
	for part := range strings.SplitSeq(strings.ToUpper(text), ";") {
		key, value, _ := strings.Cut(part, "=")
		parts[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return parts
}

// offset reads +0100 or -023000, in seconds.
func offset(text string) int {
	sign := 1
	if strings.HasPrefix(text, "-") {
		sign = -1
	}
	digits := strings.TrimLeft(text, "+-") + "000000"
	n := func(s string) int { v, _ := strconv.Atoi(s); return v }
	return sign * (n(digits[:2])*3600 + n(digits[2:4])*60 + n(digits[4:6]))
}

// nthDay reads 2SU or -1SU.
func nthDay(text string) (int, time.Weekday) {
	if len(text) < 3 {
		return 0, 0
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(text[:len(text)-2], "+"))
	return n, time.Weekday(strings.Index("SUMOTUWETHFRSA", text[len(text)-2:]) / 2)
}

// onset is when the rule takes effect last, before or at an instant. Rules of a VTIMEZONE go on for ever, unless they have
// an end.
func (r rule) onset(at time.Time) (time.Time, bool) {
	first := r.begin.Add(-time.Duration(r.from) * time.Second)
	if first.After(at) {
		return first, false
	}
	if !r.yearly {
		return first, true
	}
	for year := at.Year() + 1; year >= r.begin.Year(); year-- {
		t := r.in(year)
		if !t.After(at) && !t.Before(first) && (r.until.IsZero() || !t.After(r.until)) {
			return t, true
		}
		if year < at.Year()-1 && r.until.IsZero() {
			break
		}
	}
	return first, true
}

// in is when the rule takes effect in a year.
func (r rule) in(year int) time.Time {
	day := time.Date(year, r.month, 1, r.begin.Hour(), r.begin.Minute(), r.begin.Second(), 0, time.UTC)
	if r.nth > 0 {
		day = day.AddDate(0, 0, int(r.weekday-day.Weekday()+7)%7+7*(r.nth-1))
	} else {
		day = day.AddDate(0, 1, -1)
		day = day.AddDate(0, 0, -int(day.Weekday()-r.weekday+7)%7+7*(r.nth+1))
	}
	return day.Add(-time.Duration(r.from) * time.Second)
}

// at returns the offset at an instant, in seconds. It is that of the rule that took effect last.
func (rs rules) at(t time.Time) int {
	best, offset := time.Time{}, rs[0].to
	for _, r := range rs {
		if on, ok := r.onset(t); ok && !on.Before(best) {
			best, offset = on, r.to
		}
	}
	return offset
}

// agree reports whether a zone has these offsets in a year and in the one after it. Each day at half past twelve UTC: no
// zone changes its clocks twice within a day. Two years show a zone that has ceased to change.
func (rs rules) agree(zone *time.Location, year int) bool {
	for t := time.Date(year, 1, 1, 12, 30, 0, 0, time.UTC); t.Year() < year+2; t = t.Add(24 * time.Hour) {
		if _, have := t.In(zone).Zone(); have != rs.at(t) {
			return false
		}
	}
	return true
}
