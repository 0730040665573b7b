package importing

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/oncalm/oncalm/rotations"
)

var errNoSpan = errors.New("it has no begin or no end")

// duration is how long an entry lasts: P2W, P7D, PT12H, P1DT12H30M.
var duration = regexp.MustCompile(`^\+?P(?:(\d{1,5})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?)$`)

// bounds reads when an entry begins and ends.
func (p *Plan) bounds(s *schedule, v *ics.VEvent) (from, to time.Time, err error) {
	start, end, lasts := v.GetProperty(ics.ComponentPropertyDtStart), v.GetProperty(ics.ComponentPropertyDtEnd), v.GetProperty(ics.ComponentPropertyDuration)
	if start != nil && !strings.Contains(start.Value, "T") {
		return allDay(v, s.Zone)
	}
	if start == nil || end == nil && lasts == nil {
		return from, to, errNoSpan
	}
	from, err = p.moment(s, start)
	switch {
	case err != nil:
	case end != nil:
		to, err = p.moment(s, end)
	default:
		to, err = after(from, lasts.Value)
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
		to = (rotations.CivilOf(from) + rotations.Civil(days)).In(from.Location())
	}
	return to.Add(time.Duration(n[2]*hour+n[3]*60+n[4]) * time.Second), nil
}

// moment reads a time of an entry. One that names no zone, or one that is unknown, is on the wall clock of the schedule; the clock
// of the machine has nothing to do with it.
func (p *Plan) moment(s *schedule, prop *ics.IANAProperty) (time.Time, error) {
	const form = "20060102T150405"
	if at, err := time.Parse(form+"Z", prop.Value); err == nil {
		return at, nil
	}
	at, err := time.Parse(form, prop.Value)
	if err != nil {
		return at, err
	}
	zone, named := s.Zone, strings.Join(prop.ICalParameters[string(ics.ParameterTzid)], "")
	if named != "" && named != s.Zone.String() {
		if other, err := time.LoadLocation(named); err == nil && named != "Local" {
			zone = other
		} else if named != s.lost {
			p.note("%s: the time zone %q is unknown; times in it are read as %s", s.Name, named, s.Zone)
		}
	}
	return rotations.CivilOf(at).In(zone), nil
}
