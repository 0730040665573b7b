package importing

import (
	"errors"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/ical"
	"github.com/oncalm/oncalm/rotations/civil"
)

var errNoSpan = errors.New("it has no begin or no end")

// duration is how long an entry lasts: P2W, P7D, PT12H, P1DT12H30M.
var duration = regexp.MustCompile(`^\+?P(?:(\d{1,5})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?)$`)

// bounds reads when an entry begins and ends.
func (c *sheet) bounds(v *ical.Component) (from, to time.Time, err error) {
	start, end, lasts := v.Get("DTSTART"), v.Get("DTEND"), v.Get("DURATION")
	if from, err = c.moment(start); err != nil {
		return from, to, err
	}
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

// after is when an entry ends that begins at a time and lasts as long as a duration says: weeks and days are those of the
// calendar, however long the clocks make them; hours and less are exact (RFC 5545, section 3.3.6).
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
	if days := n[0]*week + n[1]*day; days > 0 {
		to = (civil.Of(from) + civil.Time(days)).In(from.Location())
	}
	return to.Add(time.Duration(n[2]*hour+n[3]*60+n[4]) * time.Second), nil
}

// moment reads a time of an entry. A mere date is its midnight. One that names no zone, or one that is unknown, is on the wall
// clock of the calendar; the clock of the machine has nothing to do with it.
func (c *sheet) moment(p ical.Property) (time.Time, error) {
	for _, form := range []string{"20060102T150405", "20060102T150405Z", "20060102"} {
		if at, err := time.Parse(form, p.Value); err == nil {
			return civil.Of(at).In(c.zoneOf(p)), nil
		}
	}
	return time.Time{}, errNoSpan
}

// moments reads a list of times. What cannot be read is noted.
func (c *sheet) moments(p ical.Property) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for one := range strings.SplitSeq(p.Value, ",") {
			one, _, _ = strings.Cut(one, "/") // of a period its begin
			at, err := c.moment(ical.Property{Params: p.Params, Value: strings.TrimSpace(one)})
			if err != nil {
				c.note("%s: the time %q of %s cannot be read, and is left out", c.Name, one, p.Name)
				continue
			}
			if !yield(at) {
				return
			}
		}
	}
}
