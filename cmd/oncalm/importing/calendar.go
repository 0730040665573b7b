package importing

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/ical"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A sheet is a calendar that is carried over.
type sheet struct {
	*Plan
	*schedule
	cal     *ical.Component
	zones   *ical.Zones
	zone    *time.Location // of times that name none
	titles  map[string]bool
	leveled bool // whether titles begin with levels
	onTitle bool // whether titles say who has a shift; else the attendees do

	series  []*event // that recur
	singles []*event // that do not
	changed []*event // occurrences that are other than their series says, and additional ones
	gone    []*event // that do not recur and are over
	past    tally    // of all that is over
}

// mostSeries is how many series a calendar may have. Each is compared with each.
const mostSeries = 400

// calendar carries over a calendar whose entries are shifts: each is called as who has it.
func (p *Plan) calendar(file string, data []byte) error {
	cal, err := ical.Parse(data)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	all := cal.Components("VEVENT")
	if len(all) == 0 {
		return fmt.Errorf("%w: the calendar has no entries", ErrNothing)
	}
	c := &sheet{Plan: p, cal: cal, zones: ical.NewZones(cal, p.now), titles: map[string]bool{}}
	name, zone, lost := c.names(file, all)
	c.schedule = p.schedule(name, zone)
	if lost != "" {
		c.lost = lost
		p.note("%s: its time zone %q is unknown; it is in UTC now", c.Name, lost)
	}
	all = c.newest(all)
	c.whose(all)
	c.unzoned(all)
	if err := c.entries(all); err != nil {
		return err
	}
	c.layers()
	c.single()
	c.corrected()
	c.verified()
	return nil
}

// names returns what a calendar is called, and the zone in which its shifts change: that of the series, which keep their time of
// day there, whatever zone it is shown in.
func (c *sheet) names(file string, all []*ical.Component) (name, zone, lost string) {
	name = cmp.Or(c.cal.Get("X-WR-CALNAME").Text(), c.cal.Get("NAME").Text(), strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
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
	for _, z := range append([]string{zone}, slices.Sorted(mapKeys(count))...) {
		if count[z] > most {
			zone, most = z, count[z]
		}
	}
	return name, zone, lost
}

// shown is the zone that the calendar itself names.
func (c *sheet) shown() string {
	return cmp.Or(c.cal.Get("X-WR-TIMEZONE").Text(), c.cal.Get("TIMEZONE-ID").Text())
}

// over reports whether a series has ended, as far as can be said without a look at its zone.
func (c *sheet) over(v *ical.Component) bool {
	until := ical.Rule(v.Get("RRULE").Value)["UNTIL"]
	if len(until) < 8 {
		return false
	}
	at, err := time.Parse("20060102", until[:8])
	return err == nil && at.AddDate(0, 2, 0).Before(c.now)
}

// zoneOf is the zone of a time: UTC, one that is named, or else that of the calendar.
func (c *sheet) zoneOf(p ical.Property) *time.Location {
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
	if c.schedule != nil && named != c.lost {
		c.note("%s: the time zone %q is unknown; times in it are read as %s", c.Name, named, c.zone)
	}
	return c.zone
}

// entries reads all entries, and puts the exceptions to the series that they are of.
func (c *sheet) entries(all []*ical.Component) error {
	masters := map[string]*event{}
	var exceptions []*ical.Component
	for _, v := range all {
		switch {
		case v.Get("RECURRENCE-ID").Value != "":
			exceptions = append(exceptions, v)
			continue
		case cancelled(v):
			c.note("%s: the entry %q at %s is cancelled there, and left out", c.Name, c.title(v), c.begins(v))
			continue
		}
		e, ok := c.event(v)
		switch {
		case !ok:
		case e.rule == nil && !e.to.After(c.now):
			c.gone = append(c.gone, e)
			c.past.add(e)
		case e.rule != nil && e.last.end(e).Before(c.now):
			c.past.add(e)
		case e.rule == nil:
			c.singles = append(c.singles, e)
		default:
			c.series = append(c.series, e)
			if e.uid != "" {
				masters[e.uid] = e
			}
		}
		if ok {
			c.dates(e, v)
		}
	}
	if len(c.series) > mostSeries {
		return fmt.Errorf("%w: the calendar has more than %d series", ErrForm, mostSeries)
	}
	for _, v := range exceptions {
		c.exception(masters[v.Get("UID").Value], v, &c.past)
	}
	return nil
}

func cancelled(v *ical.Component) bool { return strings.EqualFold(v.Get("STATUS").Value, "CANCELLED") }

// A tally counts entries that are over.
type tally struct {
	n    int
	last *event
}

func (t *tally) add(e *event) {
	if t.n++; t.last == nil || e.to.After(t.last.to) {
		t.last = e
	}
}

func (t *tally) note(c *sheet) {
	switch t.n {
	case 0:
	case 1:
		c.note("%s: the entry of %s from %s is over, and left out", c.Name, list(t.last.people), t.last.from.In(c.Zone).Format(spoken))
	default:
		c.note("%s: %d entries are over, and left out, among them that of %s from %s", c.Name, t.n, list(t.last.people), t.last.from.In(c.Zone).Format(spoken))
	}
}

// dates reads which occurrences of a series are not there, and which are there in addition.
func (c *sheet) dates(e *event, v *ical.Component) {
	for _, p := range v.All("EXDATE") {
		for at := range c.moments(p) {
			if e.rule == nil || !e.remove(at) {
				c.note("%s: %s is taken out of the entry of %s, which has nothing then", c.Name, at.In(c.Zone).Format(spoken), list(e.people))
			}
		}
	}
	for _, p := range v.All("RDATE") {
		for at := range c.moments(p) {
			more := *e
			more.rule, more.from = nil, at
			more.to = (civil.Of(at.In(e.zone)) + civil.Time(e.seconds)).In(e.zone)
			if e.rule == nil {
				c.singles = append(c.singles, &more)
			} else {
				c.changed = append(c.changed, &more)
			}
		}
	}
}

// exception carries over an entry that stands for an occurrence of a series.
func (c *sheet) exception(of *event, v *ical.Component, past *tally) {
	id := v.Get("RECURRENCE-ID")
	var at time.Time
	for at = range c.moments(id) {
		break
	}
	e, ok := c.event(v)
	switch {
	case at.IsZero():
		c.note("%s: the entry %q replaces the occurrence %s, which cannot be read, and is left out", c.Name, c.title(v), id.Value)
	case of == nil && cancelled(v) && at.After(c.now):
		c.note("%s: the entry %q at %s is cancelled there, and left out", c.Name, c.title(v), at.In(c.Zone).Format(spoken))
	case of == nil && cancelled(v):
		past.add(&event{people: []string{c.title(v)}, from: at, to: at})
	case of == nil && ok && !e.to.After(c.now):
		past.add(e)
	case of == nil && ok:
		c.singles = append(c.singles, e)
	case of == nil:
	case strings.EqualFold(id.Param("RANGE"), "THISANDFUTURE"):
		c.fromThenOn(of, e, at, ok && !cancelled(v))
	case !of.remove(at):
		c.note("%s: the entry %q replaces the occurrence at %s of the series of %s, which has none then, and is left out",
			c.Name, c.title(v), at.In(c.Zone).Format(spoken), list(of.people))
	case ok && !cancelled(v):
		c.changed = append(c.changed, e)
	}
}

// fromThenOn ends a series before an occurrence, and begins another one there.
func (c *sheet) fromThenOn(of, e *event, at time.Time, goesOn bool) {
	was := of.last
	of.until(at.Add(-time.Second))
	if !goesOn {
		c.note("%s: the series of %s ends before %s there", c.Name, list(of.people), at.In(c.Zone).Format(spoken))
		return
	}
	if e.rule == nil {
		e.rule, e.last = of.rule, was
	}
	c.series = append(c.series, e)
}
