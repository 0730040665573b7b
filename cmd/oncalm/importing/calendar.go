package importing

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
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
	if e.from, err = v.GetStartAt(); err == nil {
		e.to, err = v.GetEndAt()
	}
	if start := v.GetProperty(ics.ComponentPropertyDtStart); start != nil && !strings.Contains(start.Value, "T") {
		e.from, e.to, err = allDay(v, s.Zone)
	}
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
	if rule := text("RRULE"); rule != "" {
		e.rule = map[string]string{}
		for part := range strings.SplitSeq(strings.ToUpper(rule), ";") {
			key, value, _ := strings.Cut(part, "=")
			e.rule[key] = value
		}
	}
	return e, len(e.people) > 0
}

// allDay reads an entry of whole days: they begin at midnight of the schedule's zone.
func allDay(v *ics.VEvent, zone *time.Location) (from, to time.Time, err error) {
	if from, err = v.GetAllDayStartAt(); err != nil {
		return from, to, err
	}
	if to, err = v.GetAllDayEndAt(); err != nil {
		to = from.AddDate(0, 0, 1)
	}
	local := func(t time.Time) time.Time {
		return rotations.CivilOf(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)).In(zone)
	}
	return local(from), local(to), nil
}

// series carries over what recurs: series of the same length that fill each other's pauses are one layer in which people take
// turns, and every other is a layer of its own.
func (p *Plan) series(s *schedule, all []event) {
	slices.SortStableFunc(all, func(a, b event) int { return a.begin.Compare(b.begin) })
	var rounds [][]event
	var others []event
	for _, e := range all {
		period, why := p.period(s, e)
		if why == over {
			continue
		}
		if why != "" {
			p.note("%s: the series of %s %s, which layers cannot express, and is left out", s.Name, list(e.people), why)
			continue
		}
		if period < e.seconds || period%e.seconds != 0 || period/e.seconds > most {
			others = append(others, e)
			continue
		}
		i := slices.IndexFunc(rounds, func(r []event) bool {
			other, _ := p.period(s, r[0])
			return other == period && r[0].seconds == e.seconds && int64(e.begin.Sub(r[0].begin)/time.Second)%e.seconds == 0
		})
		if i < 0 {
			rounds = append(rounds, []event{e})
			continue
		}
		rounds[i] = append(rounds[i], e)
	}
	for _, r := range rounds {
		p.round(s, r)
	}
	for _, e := range others {
		p.alone(s, e)
	}
	for i := range s.Layers {
		for j := range i {
			if !p.apart(s, s.Layers[j], s.Layers[i]) {
				p.note("%s: %s and %s overlap; where they do, only %s is on call here", s.Name, s.Layers[j].Name, s.Layers[i].Name, s.Layers[i].Name)
			}
		}
	}
}

// over is why a series is left out that nobody will miss.
const over = "is over"

// period is after how many seconds a series comes again, 0 if only some days of the week count; or why it cannot be carried over.
func (p *Plan) period(s *schedule, e event) (seconds int64, why string) {
	units := map[string]int64{"HOURLY": hour, "DAILY": day, "WEEKLY": week}
	unit := units[e.rule["FREQ"]]
	for key := range e.rule {
		if !slices.Contains([]string{"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL"}, key) {
			return 0, "has " + key
		}
	}
	if unit == 0 {
		return 0, "is " + strings.ToLower(e.rule["FREQ"])
	}
	if text := e.rule["UNTIL"]; text != "" {
		if until, err := time.Parse("20060102", text[:min(8, len(text))]); err == nil && until.Before(p.now) {
			return 0, over
		}
		p.note("%s: the series of %s ends at %s there; take it out then", s.Name, list(e.people), text)
	}
	if days := e.rule["BYDAY"]; days != "" && (len(days) != 2 || unit != week) {
		return 0, ""
	}
	return interval(e) * unit, ""
}

func interval(e event) int64 {
	n, err := strconv.ParseInt(e.rule["INTERVAL"], 10, 32)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// round makes a layer of series that follow each other; several in one place are on call together.
func (p *Plan) round(s *schedule, r []event) {
	period, _ := p.period(s, r[0])
	places := make([][]string, period/r[0].seconds)
	for _, e := range r {
		at := int64(e.begin.Sub(r[0].begin)/time.Second) / e.seconds % int64(len(places))
		places[at] = append(places[at], e.people...)
	}
	if slices.ContainsFunc(places, func(turn []string) bool { return len(turn) == 0 }) {
		if len(r) == 1 {
			p.alone(s, r[0])
			return
		}
		for i := range places {
			if len(places[i]) == 0 {
				places[i] = []string{nobody}
			}
		}
		p.note("%s: there are pauses between the turns of %s; they are nobody's turns here", s.Name, list(places[0]))
	}
	if late := r[len(r)-1].begin; rotations.CivilOf(late).In(s.Zone).After(p.now) && late.Sub(r[0].begin) >= time.Duration(period)*time.Second {
		p.note("%s: some of the series begin later than others; here all take turns from %s on", s.Name, r[0].begin.Format(spoken))
	}
	p.plain(s, rolling{name: "rotation", start: r[0].begin, groups: places}, r[0].seconds, nil)
}

// alone makes a layer of one series.
func (p *Plan) alone(s *schedule, e event) {
	r := rolling{name: list(e.people), start: e.begin, seconds: e.seconds, interval: interval(e), groups: [][]string{e.people}, weekday: time.Monday}
	if first, ok := weekday(e.rule["WKST"]); ok {
		r.weekday = first
	}
	var names []string
	if e.rule["BYDAY"] != "" {
		names = strings.Split(e.rule["BYDAY"], ",")
	}
	days, ok := weekdays(names)
	why := "is by the month"
	switch {
	case !ok:
	case e.rule["FREQ"] == "WEEKLY":
		why = p.weekly(s, r, days)
	case e.rule["FREQ"] == "DAILY" && (r.interval == 1 || len(days) == 0):
		why = p.daily(s, r, days)
	default:
		why = "repeats " + strings.ToLower(e.rule["FREQ"])
	}
	if why != "" {
		p.note("%s: the series of %s %s, which layers cannot express, and is left out", s.Name, list(e.people), why)
	}
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
