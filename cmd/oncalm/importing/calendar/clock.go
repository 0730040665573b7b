package calendar

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/ical"
	"github.com/oncalm/oncalm/rotations/civil"
)

// errNoSpan says that an entry cannot be placed in time. Its text is not shown.
var errNoSpan = errors.New("it has no begin or no end")

// duration is how long an entry lasts: P2W, P7D, PT12H, P1DT12H30M.
var duration = regexp.MustCompile(
	`^\+?P(?:(\d{1,5})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?)$`)

// A clock knows on which wall clock the times of a calendar are.
type clock struct {
	s     *plan.Schedule // nil until it is known what that is called
	cal   *ical.Component
	zones *ical.Zones
	zone  *time.Location // of times that name none
	now   time.Time
}

// names returns what a calendar is called, and the zone in which its shifts change: that of the series, which keep
// their time of day there, whatever zone it is shown in.
//
// X-WR-TIMEZONE is only for looking at the calendar. A schedule with another zone than its series would hand off an hour
// off for half of the year, so the zone of most series that are not over counts.
func (c *clock) names(file string, all []*ical.Component) (name, zone, lost string) {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	name = cmp.Or(c.cal.Get("X-WR-CALNAME").Text(), c.cal.Get("NAME").Text(), base)
	shown := c.shown()
	if shown == "" {
		for _, v := range all {
			shown = cmp.Or(shown, v.Get("DTSTART").Param("TZID"))
		}
	}
	c.zone = c.zones.Find(shown)
	if c.zone == nil {
		c.zone, lost = time.UTC, shown
	}
	count, most := map[string]int{}, 0
	for _, v := range all {
		if v.Get("RRULE").Value != "" && !c.over(v) {
			count[c.zoneOf(v.Get("DTSTART")).String()]++
		}
	}
	zone = c.zone.String()
	for _, z := range append([]string{zone}, slices.Sorted(maps.Keys(count))...) {
		if count[z] > most {
			zone, most = z, count[z]
		}
	}
	return name, zone, lost
}

// shown is the zone that the calendar itself names.
func (c *clock) shown() string {
	return cmp.Or(c.cal.Get("X-WR-TIMEZONE").Text(), c.cal.Get("TIMEZONE-ID").Text())
}

// over reports whether a series has ended, as far as can be said without a look at its zone. Two months are more than any
// zone, and any shift, can make up.
func (c *clock) over(v *ical.Component) bool {
	until := ical.Rule(v.Get("RRULE").Value)["UNTIL"]
	if len(until) < 8 {
		return false
	}
	at, err := time.Parse("20060102", until[:8])
	return err == nil && at.AddDate(0, 2, 0).Before(c.now)
}

// zoneOf is the zone of a time: UTC, one that is named, or else that of the calendar. TZID names a zone of the calendar's
// own (VTIMEZONE), which [ical.Zones] matches with one that is known.
func (c *clock) zoneOf(p ical.Property) *time.Location {
	if strings.HasSuffix(p.Value, "Z") {
		return time.UTC
	}
	named := p.Param("TZID")
	if named == "" {
		return c.zone
	}
	if z := c.zones.Find(named); z != nil {
		return z
	}
	if c.s != nil && named != c.s.Lost() {
		c.s.Note("the time zone %q is unknown; times in it are read as %s", named, c.zone)
	}
	return c.zone
}

// bounds reads when an entry begins and ends.
func (c *clock) bounds(v *ical.Component) (from, to time.Time, err error) {
	start, end, lasts := v.Get("DTSTART"), v.Get("DTEND"), v.Get("DURATION")
	if from, err = c.moment(start); err != nil {
		return from, to, err
	}
	// the zone goes along, since the length is worked out on its clock
	from = from.In(c.zoneOf(start))
	switch {
	case end.Value != "":
		to, err = c.moment(end)
	case lasts.Value != "":
		to, err = after(from, lasts.Value)
	case !strings.Contains(start.Value, "T"): // a day
		to, err = after(from, "P1D")
	default:
		err = errNoSpan
	}
	return from, to, err
}

// after is when an entry ends that begins at a time and lasts as long as a duration says: weeks and days are those of
// the calendar, however long the clocks make them; hours and less are exact (RFC 5545, section 3.3.6).
func after(from time.Time, lasts string) (time.Time, error) {
	m := duration.FindStringSubmatch(lasts)
	if m == nil {
		return from, errNoSpan
	}
	var n [5]int64
	for i := range n {
		n[i], _ = strconv.ParseInt(m[i+1], 10, 64) // what is left out is 0
	}
	to := from
	if days := n[0]*wall.Week + n[1]*wall.Day; days > 0 {
		to = (civil.Of(from) + civil.Time(days)).In(from.Location())
	}
	return to.Add(time.Duration(n[2]*wall.Hour+n[3]*60+n[4]) * time.Second), nil
}

// moment reads a time of an entry. A mere date is its midnight. One that names no zone, or one that is unknown, is on
// the wall clock of the calendar; the clock of the machine has nothing to do with it.
func (c *clock) moment(p ical.Property) (time.Time, error) {
	for _, form := range []string{"20060102T150405", "20060102T150405Z", "20060102"} {
		if at, err := time.Parse(form, p.Value); err == nil {
			return civil.Of(at).In(c.zoneOf(p)), nil
		}
	}
	return time.Time{}, errNoSpan
}

// moments reads a list of times. What cannot be read is noted.
func (c *clock) moments(p ical.Property) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for one := range strings.SplitSeq(p.Value, ",") {
			one, _, _ = strings.Cut(one, "/") // of a period its begin
			at, err := c.moment(ical.Property{Params: p.Params, Value: strings.TrimSpace(one)})
			if err != nil {
				c.s.Note("the time %q of %s cannot be read, and is left out", one, p.Name)
				continue
			}
			if !yield(at) {
				return
			}
		}
	}
}
