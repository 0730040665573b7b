package importing

import (
	"errors"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/oncalm/oncalm/rotations"
)

// bounds reads when an entry begins and ends.
func (p *Plan) bounds(s *schedule, v *ics.VEvent) (from, to time.Time, err error) {
	start, end := v.GetProperty(ics.ComponentPropertyDtStart), v.GetProperty(ics.ComponentPropertyDtEnd)
	if start != nil && !strings.Contains(start.Value, "T") {
		return allDay(v, s.Zone)
	}
	if start == nil || end == nil {
		return from, to, errors.New("it has no begin or no end")
	}
	if from, err = p.moment(s, start); err == nil {
		to, err = p.moment(s, end)
	}
	return from, to, err
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
		} else {
			p.note("%s: the time zone %q is unknown; times in it are read as %s", s.Name, named, s.Zone)
		}
	}
	return rotations.CivilOf(at).In(zone), nil
}
