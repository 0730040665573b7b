package importing

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/oncalm/oncalm/rotations"
)

// event is an entry of a calendar.
type event struct {
	people   []string
	from, to time.Time
	begin    time.Time         // from on the wall clock of the schedule, as if that was UTC
	seconds  int64             // how long, on that clock
	rule     map[string]string // of its recurrence; nil if it is a single one
	ends     rotations.Civil   // when the last of a series does; 0 if none is the last
}

// calendar carries over a calendar whose entries are shifts: each is called as who has it.
func (p *Plan) calendar(file string, data []byte) error {
	cal, err := ics.ParseCalendar(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	name, zone := "", ""
	for _, prop := range cal.CalendarProperties {
		switch prop.IANAToken {
		case string(ics.PropertyXWRCalName), string(ics.PropertyName):
			name = cmp.Or(name, prop.Value)
		case string(ics.PropertyXWRTimezone):
			zone = prop.Value
		}
	}
	for _, v := range cal.Events() {
		if start := v.GetProperty(ics.ComponentPropertyDtStart); start != nil && zone == "" {
			zone = strings.Join(start.ICalParameters[string(ics.ParameterTzid)], "")
		}
	}
	if len(cal.Events()) == 0 {
		return fmt.Errorf("%w: the calendar has no entries", ErrNothing)
	}
	s := p.schedule(cmp.Or(name, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))), cmp.Or(zone, "UTC"))
	var single, series []event
	for _, v := range cal.Events() {
		e, ok := p.event(s, v)
		switch {
		case !ok:
		case e.rule == nil:
			single = append(single, e)
		default:
			series = append(series, e)
		}
	}
	p.series(s, series)
	p.singles(s, single)
	return nil
}

// event reads an entry. What it cannot read it notes.
func (p *Plan) event(s *schedule, v *ics.VEvent) (e event, ok bool) {
	text := func(name ics.ComponentProperty) string {
		if prop := v.GetProperty(name); prop != nil {
			return prop.Value
		}
		return ""
	}
	title := comment(text(ics.ComponentPropertySummary))
	if strings.EqualFold(text(ics.ComponentPropertyStatus), "CANCELLED") {
		return e, false
	}
	if text("RECURRENCE-ID") != "" || text("EXDATE") != "" || text("RDATE") != "" {
		p.note("%s: exceptions of the series %q are not carried over", s.Name, title)
		if text("RECURRENCE-ID") != "" {
			return e, false
		}
	}
	var err error
	e.from, e.to, err = p.bounds(s, v)
	if err != nil || !e.from.Before(e.to) {
		p.note("%s: the entry %q has no begin or no end, and is left out", s.Name, title)
		return e, false
	}
	for who := range strings.SplitSeq(strings.TrimSuffix(title, " on call: "+s.Name), ",") {
		if who = strings.TrimSpace(who); who != "" {
			e.people = append(e.people, p.person("", who))
		}
	}
	e.begin = wall(e.from, s.Zone)
	e.seconds = int64(wall(e.to, s.Zone).Sub(e.begin) / time.Second)
	return e, len(e.people) > 0 && p.rule(s, &e, text("RRULE"))
}

// rule reads by which rule an entry recurs, if it does. It returns false if that is over.
func (p *Plan) rule(s *schedule, e *event, text string) bool {
	if text == "" {
		return true
	}
	e.rule = map[string]string{}
	for part := range strings.SplitSeq(strings.ToUpper(text), ";") {
		key, value, _ := strings.Cut(part, "=")
		e.rule[key] = value
	}
	until := e.rule["UNTIL"]
	if until == "" {
		return true
	}
	last, ok := lastBegin(until, e.begin, s.Zone)
	every, counted := interval(*e)
	switch {
	case !ok:
		p.endsThere(s, *e)
	case counted && unit(e.rule["FREQ"]) > 0:
		e.ends = rolling{start: e.begin, seconds: e.seconds}.ending(last, every*unit(e.rule["FREQ"]), e.rule["BYDAY"] != "")
	}
	return !ok || last.Add(time.Duration(e.seconds)*time.Second).After(wall(p.now, s.Zone))
}

func (p *Plan) endsThere(s *schedule, e event) {
	p.note("%s: the series of %s ends at %s there; take it out then", s.Name, list(e.people), e.rule["UNTIL"])
}

// lastBegin reads after which time an entry does not begin any more, on the wall clock of a zone. A mere date says that of
// entries that begin at midnight only: programs do not agree on whether the day itself counts.
func lastBegin(text string, begin time.Time, zone *time.Location) (time.Time, bool) {
	if at, err := time.Parse("20060102T150405Z", text); err == nil {
		return wall(at, zone), true
	}
	if at, err := time.Parse("20060102T150405", text); err == nil {
		return at, true
	}
	at, err := time.Parse("20060102", text)
	return at, err == nil && secondOf(begin) == 0
}

// allDay reads an entry of whole days: they begin at midnight of the schedule's zone.
func allDay(v *ics.VEvent, zone *time.Location) (from, to time.Time, err error) {
	if from, err = v.GetAllDayStartAt(); err != nil {
		return from, to, err
	}
	lasts := v.GetProperty(ics.ComponentPropertyDuration)
	if to, err = v.GetAllDayEndAt(); err != nil && lasts != nil {
		if to, err = after(from, lasts.Value); err != nil {
			return from, to, err
		}
	} else if err != nil {
		to = from.AddDate(0, 0, 1)
	}
	local := func(t time.Time) time.Time {
		return rotations.CivilOf(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)).In(zone)
	}
	return local(from), local(to), nil
}

// singles carries over what does not recur: as overrides of what does, or else as the rotation that it shows.
func (p *Plan) singles(s *schedule, all []event) {
	slices.SortStableFunc(all, func(a, b event) int { return a.from.Compare(b.from) })
	if len(s.Layers) == 0 && len(all) > 0 {
		if p.inferred(s, all) {
			for _, e := range all {
				s.said = append(s.said, entry{e.people[0], e.from, e.to})
			}
			return
		}
		p.guessed(s, all)
	}
	for _, e := range all {
		if len(e.people) > 1 {
			p.note("%s: the entry of %s at %s has several people; here only %s stands in", s.Name, list(e.people), e.from.In(s.Zone).Format(spoken), e.people[0])
		}
		p.override(s, rotations.Override{Person: e.people[0], From: e.from, To: e.to})
	}
}

// inferred finds the rotation that shifts show: they follow each other without gaps, are equally long except for the first and
// the last, which may be cut, and the same people come again in the same order, twice at least.
func (p *Plan) inferred(s *schedule, all []event) bool {
	if len(all) < 4 {
		return false
	}
	inner := all[1 : len(all)-1]
	for i := range all[1:] {
		if !all[i+1].from.Equal(all[i].to) {
			return false
		}
	}
	for _, e := range inner {
		if e.seconds != inner[0].seconds {
			return false
		}
	}
	if all[0].seconds > inner[0].seconds || all[len(all)-1].seconds > inner[0].seconds {
		return false
	}
	for n := 1; 2*n <= len(all); n++ {
		if !repeats(all, n) {
			continue
		}
		var groups [][]string
		for _, e := range all[:n] {
			groups = append(groups, e.people)
		}
		first := inner[0].begin.Add(-time.Duration(inner[0].seconds) * time.Second) // before it was cut
		r := rolling{name: "rotation", start: first, groups: groups}
		p.plain(s, r, inner[0].seconds, nil)
		p.note("%s: the entries do not recur; that people take turns was read from them, from %s to %s", s.Name, all[0].begin.Format(spoken), all[len(all)-1].begin.Format(spoken))
		return len(s.Layers) > 0
	}
	return false
}

func repeats(all []event, n int) bool {
	for i := n; i < len(all); i++ {
		if !slices.Equal(all[i].people, all[i-n].people) {
			return false
		}
	}
	return true
}

// guessed makes a layer for what comes after single shifts, in which no order can be seen.
func (p *Plan) guessed(s *schedule, all []event) {
	var groups [][]string
	for _, e := range all {
		if !slices.ContainsFunc(groups, func(g []string) bool { return g[0] == e.people[0] }) {
			groups = append(groups, e.people[:1])
		}
	}
	p.plain(s, rolling{name: "rotation", start: all[0].begin, groups: groups}, week, nil)
	p.note("%s: no order can be seen in the entries: each is an override, and the layer below is a guess: correct its people, start and shift", s.Name)
}
