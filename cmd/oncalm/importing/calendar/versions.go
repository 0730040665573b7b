package calendar

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/ical"
)

// newest drops entries of which there is a newer version: one with the same id, for the same occurrence, with a higher
// number. Programs that send invitations keep all of them (SEQUENCE: RFC 5545, 3.8.7.4).
func (r *reader) newest(all []*ical.Component) []*ical.Component {
	newest := map[string]int{}
	for _, v := range all {
		if id, n := r.version(v); id != "" {
			newest[id] = max(newest[id], n)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(v *ical.Component) bool {
		id, n := r.version(v)
		if id == "" || n == newest[id] {
			return false
		}
		r.s.Note("the entry %q at %s has a newer version there (%d instead of %d), which counts here",
			r.title(v), r.begins(v), newest[id], n)
		return true
	})
}

// version returns what an entry is a version of, nothing if it says nothing of that, and its number.
func (r *reader) version(v *ical.Component) (id string, n int) {
	if v.Get("UID").Value == "" {
		return "", 0
	}
	n, _ = strconv.Atoi(v.Get("SEQUENCE").Value) // without a number it is the first
	id = v.Get("UID").Value
	if of := v.Get("RECURRENCE-ID"); of.Value != "" {
		at, err := r.clock.moment(of)
		if err != nil {
			return "", 0
		}
		id += "\n" + strconv.FormatInt(at.Unix(), 10)
	}
	return id, max(n, 0)
}

// begins is when an entry begins, as far as that can be read.
func (r *reader) begins(v *ical.Component) string {
	start := v.Get("DTSTART")
	at, err := r.clock.moment(start)
	if err != nil {
		return plan.Line(start.Value)
	}
	return r.s.At(at)
}

// unzoned notes in which zone times are read that name none, if the calendar itself names none.
func (r *reader) unzoned(all []*ical.Component) {
	if r.clock.shown() != "" || r.s.Lost() != "" {
		return
	}
	for _, v := range all {
		start := v.Get("DTSTART")
		if start.Value == "" || start.Param("TZID") != "" || strings.HasSuffix(start.Value, "Z") || r.clock.over(v) {
			continue
		}
		r.s.Note("the calendar names no time zone, and neither does the entry %q at %s; "+
			"such times are read as %s: correct zone: and start: if that is wrong",
			r.title(v), r.begins(v), r.clock.zone)
		return
	}
}
