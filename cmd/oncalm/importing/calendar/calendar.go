// Package calendar reads calendars (.ics, RFC 5545) whose entries are shifts: each is called as who has it, or lists
// them as those who attend.
//
// What calendar programs write differs: zones have names of their own, entries are sent again in newer versions,
// occurrences of a series are moved or cancelled by entries that name them, lists of people are titles with commas.
// [Read] makes of it a sheet, and carries that over. A [clock] knows on whose wall clock a time is; a [reader] makes
// entries.
package calendar

import (
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/sheet"
	"github.com/oncalm/oncalm/ical"
)

// A reader makes a sheet of a calendar. What it cannot read it notes and leaves out: of a calendar of many years somebody
// wants the rest.
type reader struct {
	s       *plan.Schedule
	sheet   *sheet.Sheet
	clock   *clock
	titles  map[string]bool
	onTitle bool // whether titles say who has a shift; else the attendees do
}

// Read carries over a calendar. Without a name of its own it is called as the file. Errors wrap [plan.ErrForm] or
// [plan.ErrNothing]. The order matters: the name is known before anything is noted; versions are dropped before anything is
// counted; whose shifts they are is seen on all entries together.
func Read(p *plan.Plan, file string, data []byte) error {
	cal, err := ical.Parse(data)
	if err != nil {
		return fmt.Errorf("%w: %w", plan.ErrForm, err)
	}
	all := cal.Components("VEVENT")
	if len(all) == 0 {
		return fmt.Errorf("%w: the calendar has no entries", plan.ErrNothing)
	}
	at := &clock{cal: cal, zones: ical.NewZones(cal, p.Now), now: p.Now}
	name, zone, lost := at.names(file, all)
	s := p.Begin(name, zone)
	if at.s = s; lost != "" {
		s.Unzoned(lost)
	}
	r := &reader{s: s, sheet: &sheet.Sheet{Schedule: s}, clock: at, titles: map[string]bool{}}
	all = r.newest(all)
	r.whose(all)
	r.unzoned(all)
	if err := r.entries(all); err != nil {
		return err
	}
	r.sheet.CarryOver()
	return nil
}

// entries reads all entries, and puts the exceptions to the series that they are of. Exceptions may stand before their
// series, so they are read at the end.
func (r *reader) entries(all []*ical.Component) error {
	masters := map[string]*series.Entry{}
	var exceptions []*ical.Component
	for _, v := range all {
		switch {
		case v.Get("RECURRENCE-ID").Value != "":
			exceptions = append(exceptions, v)
			continue
		case cancelled(v):
			r.s.Note("the entry %q at %s is cancelled there, and left out", r.title(v), r.begins(v))
			continue
		}
		e, ok := r.event(v)
		switch {
		case !ok:
		case e.Rule == nil && !e.To.After(r.s.Plan.Now):
			r.sheet.Gone = append(r.sheet.Gone, e)
			r.sheet.Over(e)
		case e.Rule != nil && e.LastEnd().Before(r.s.Plan.Now):
			r.sheet.Over(e)
		case e.Rule == nil:
			r.sheet.Singles = append(r.sheet.Singles, e)
		default:
			r.sheet.Series = append(r.sheet.Series, e)
			if e.UID != "" {
				masters[e.UID] = e
			}
		}
		if ok {
			r.dates(e, v)
		}
	}
	if len(r.sheet.Series) > series.Most {
		return fmt.Errorf("%w: the calendar has more than %d series", plan.ErrForm, series.Most)
	}
	for _, v := range exceptions {
		r.exception(masters[v.Get("UID").Value], v)
	}
	return nil
}

// cancelled reports whether an entry is only there to say that it is not (RFC 5545, 3.8.1.11).
func cancelled(v *ical.Component) bool { return strings.EqualFold(v.Get("STATUS").Value, "CANCELLED") }

// dates reads which occurrences of a series are not there, and which are there in addition.
func (r *reader) dates(e *series.Entry, v *ical.Component) {
	for _, p := range v.All("EXDATE") {
		for at := range r.clock.moments(p) {
			if e.Rule == nil || !e.Remove(at) {
				r.s.Note("%s is taken out of the entry of %s, which has nothing then", r.s.At(at), plan.List(e.People))
			}
		}
	}
	for _, p := range v.All("RDATE") {
		for at := range r.clock.moments(p) {
			// an occurrence by itself, which lasts as long as the others
			more := *e
			more.Rule, more.From = nil, at
			more.To = e.EndOf(at)
			if e.Rule == nil {
				r.sheet.Singles = append(r.sheet.Singles, &more)
			} else {
				r.sheet.Changed = append(r.sheet.Changed, &more)
			}
		}
	}
}

// exception carries over an entry that stands for an occurrence of a series.
//
// One whose series is not in the file, or is over, stands for itself. One that is cancelled takes its occurrence away and
// puts nothing there.
func (r *reader) exception(of *series.Entry, v *ical.Component) {
	id := v.Get("RECURRENCE-ID")
	var at time.Time
	for at = range r.clock.moments(id) {
		break
	}
	e, ok := r.event(v)
	switch {
	case at.IsZero():
		r.s.Note("the entry %q replaces the occurrence %s, which cannot be read, and is left out", r.title(v), id.Value)
	case of == nil && cancelled(v) && at.After(r.s.Plan.Now):
		r.s.Note("the entry %q at %s is cancelled there, and left out", r.title(v), r.s.At(at))
	case of == nil && cancelled(v):
		r.sheet.Over(&series.Entry{People: []string{r.title(v)}, From: at, To: at})
	case of == nil && ok && !e.To.After(r.s.Plan.Now):
		r.sheet.Over(e)
	case of == nil && ok:
		r.sheet.Singles = append(r.sheet.Singles, e)
	case of == nil:
	case strings.EqualFold(id.Param("RANGE"), "THISANDFUTURE"):
		r.fromThenOn(of, e, at, ok && !cancelled(v))
	case !of.Remove(at):
		r.s.Note("the entry %q replaces the occurrence at %s of the series of %s, which has none then, and is left out",
			r.title(v), r.s.At(at), plan.List(of.People))
	case ok && !cancelled(v):
		r.sheet.Changed = append(r.sheet.Changed, e)
	}
}

// fromThenOn ends a series before an occurrence, and begins another one there. Calendar programs write it when somebody
// changes "this and all that follow" (RFC 5545, 3.2.13).
func (r *reader) fromThenOn(of, e *series.Entry, at time.Time, goesOn bool) {
	was := of.Last
	// the last begin that counts is one before that
	of.Until(at.Add(-time.Second))
	if !goesOn {
		r.s.Note("the series of %s ends before %s there", plan.List(of.People), r.s.At(at))
		return
	}
	if e.Rule == nil {
		e.Rule, e.Last = of.Rule, was
	}
	r.sheet.Series = append(r.sheet.Series, e)
}
