package calendar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/ical"
	"github.com/oncalm/oncalm/rotations/civil"
)

// level is a title's beginning that says what wins: "[L0]" to "[L9]". It is how Grafana OnCall writes them in the calendars
// that it exports.
var level = regexp.MustCompile(`(?i)^\s*\[L(\d)\]\s*`)

// longestTitle is how much of a title is looked at.
const longestTitle = 100

// title is what an entry is called, without its level.
func (r *reader) title(v *ical.Component) string {
	title := []rune(plan.Line(level.ReplaceAllString(v.Get("SUMMARY").Text(), "")))
	if len(title) > longestTitle {
		title = append(title[:longestTitle], '…')
	}
	return string(title)
}

// whose finds out what says who has a shift: the titles, or, if all are the same, who attends. One title for all is what
// the calendar is about, and says nothing of people.
func (r *reader) whose(all []*ical.Component) {
	attended := 0
	for _, v := range all {
		r.titles[strings.ToLower(r.title(v))] = true
		if len(attendees(v)) > 0 {
			attended++
		}
	}
	r.onTitle = len(r.titles) > 1 || attended == 0
	if len(r.titles) == 1 && len(all) > 1 && attended == 0 {
		r.s.Note("all entries are called %q: who has which shift cannot be seen", r.title(all[0]))
	}
}

// attendees are the names of those who attend. Rooms and mailing lists are none (CUTYPE), and neither is who has declined
// (RFC 5545, 3.8.4.1).
func attendees(v *ical.Component) []string {
	var all []string
	for _, p := range v.All("ATTENDEE") {
		is := func(param, value string) bool { return strings.EqualFold(p.Param(param), value) }
		noPerson := p.Param("CUTYPE") != "" && !is("CUTYPE", "INDIVIDUAL")
		if noPerson || is("ROLE", "NON-PARTICIPANT") || is("PARTSTAT", "DECLINED") {
			continue
		}
		name := p.Param("CN")
		if address, ok := strings.CutPrefix(strings.ToLower(p.Value), "mailto:"); name == "" && ok {
			name = address
		}
		if name = plan.Line(ical.Unescape(name)); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// peopleOf returns who has a shift. A comma that is not escaped parts two names; one that is escaped belongs to the
// text, and parts names only where these stand alone elsewhere, or can be nothing else.
func (r *reader) peopleOf(v *ical.Component) []string {
	var names []string
	raw := level.ReplaceAllString(v.Get("SUMMARY").Value, "")
	// a feed of Oncalm itself: its titles are "ana, bo on call: main"
	raw, ours := strings.CutSuffix(raw, " on call: "+r.s.Name)
	switch {
	case !r.onTitle && len(attendees(v)) > 0:
		names = attendees(v)
	default:
		for part := range strings.SplitSeq(strings.ReplaceAll(raw, `\,`, "\x00"), ",") {
			text := plan.Line(ical.Unescape(strings.ReplaceAll(part, "\x00", `\,`)))
			parts := strings.Split(text, ",")
			known := len(parts) > 1
			for i := range parts {
				parts[i] = strings.TrimSpace(parts[i])
				known = known && (ours || strings.Contains(parts[i], "@") || r.titles[strings.ToLower(parts[i])])
			}
			if !known {
				parts = []string{text}
			}
			names = append(names, parts...)
		}
	}
	var people []string
	for _, who := range names {
		if who = strings.TrimSpace(who); who == "" {
			continue
		}
		if name := r.somebody(who); !slices.Contains(people, name) {
			people = append(people, name)
		}
	}
	return people
}

// somebody returns the name of a person who is called so. Neither case nor the domain of an address make another one.
func (r *reader) somebody(called string) string {
	short, _, _ := strings.Cut(strings.ToLower(called), "@")
	return r.s.Plan.Person(short, called)
}

// event reads an entry. What it cannot read it notes. The length is that on the wall clock, since a night shift that the
// clocks lengthen is still from nine to five.
func (r *reader) event(v *ical.Component) (*series.Entry, bool) {
	e := &series.Entry{UID: v.Get("UID").Value, Zone: r.clock.zoneOf(v.Get("DTSTART")), Gone: map[int64]bool{}}
	if m := level.FindStringSubmatch(v.Get("SUMMARY").Value); m != nil {
		e.Level, _ = strconv.Atoi(m[1])
		r.sheet.Leveled = true
	}
	var err error
	e.From, e.To, err = r.clock.bounds(v)
	if err != nil || !e.From.Before(e.To) {
		r.s.Note("the entry %q has no begin or no end, and is left out", r.title(v))
		return e, false
	}
	e.Begin = wall.Of(e.From, r.s.Zone)
	rule := v.Get("RRULE").Value
	clock := e.Zone
	if rule == "" {
		clock = r.s.Zone // feeds write single shifts in UTC
	}
	e.Seconds = int64(wall.Of(e.To, clock).Sub(wall.Of(e.From, clock)) / time.Second)
	if e.People = r.peopleOf(v); len(e.People) == 0 {
		r.s.Note("the entry at %s names nobody, and is left out", r.s.At(e.From))
		return e, false
	}
	if rule != "" && e.Seconds <= 0 { // it begins and ends in an hour that the clocks repeat
		r.s.Note("the series of %s at %s has no length by the clock, and is left out",
			plan.List(e.People), r.s.At(e.From))
		return e, false
	}
	if rule != "" {
		r.recurs(e, ical.Rule(rule))
		r.onlyRule(e, v)
	}
	return e, true
}

// onlyRule notes by what else an entry recurs there, or does not.
func (r *reader) onlyRule(e *series.Entry, v *ical.Component) {
	for _, p := range append(v.All("RRULE")[1:], v.All("EXRULE")...) {
		r.s.Note("the series of %s from %s has a second rule, which is left out: %s %s",
			plan.List(e.People), r.s.At(e.From), p.Name, plan.Line(p.Value))
	}
}

// recurs reads by which rule an entry recurs. A count is turned into an end, which a layer can have. One that cannot be
// counted stays in the rule, so that the series is refused for it.
func (r *reader) recurs(e *series.Entry, rule map[string]string) {
	e.Rule = rule
	text := rule["UNTIL"]
	switch at, ok := lastBegin(text, e.Zone); {
	case ok:
		e.Until(at)
	case text != "":
		r.s.Note("the series of %s ends at %s there; take it out then", plan.List(e.People), text)
	}
	delete(rule, "UNTIL")
	if count, err := strconv.Atoi(rule["COUNT"]); err == nil && count > 0 {
		delete(rule, "COUNT")
		if last, ok := e.Nth(count); ok {
			e.Until(last)
		} else {
			rule["COUNT"] = strconv.Itoa(count)
		}
	}
	r.elsewhere(e)
}

// elsewhere notes that a series is in a zone whose clocks change otherwise than those of the schedule. Two years show each
// change that the two zones have.
func (r *reader) elsewhere(e *series.Entry) {
	if e.Zone.String() == r.s.Zone.String() {
		return
	}
	apart := func(at time.Time) time.Duration { return wall.Of(at, e.Zone).Sub(wall.Of(at, r.s.Zone)) }
	for at := r.s.Plan.Now; at.Before(r.s.Plan.Now.AddDate(2, 0, 0)); at = at.AddDate(0, 0, 1) {
		if apart(at) != apart(e.From) {
			r.s.Note("the series of %s is in the zone %s; in %s its handoffs are right only "+
				"until the clocks change on %s",
				plan.List(e.People), e.Zone, r.s.Zone, at.Format(time.DateOnly))
			return
		}
	}
}

// lastBegin reads after which instant an entry does not begin any more. A mere date is all of that day.
func lastBegin(text string, zone *time.Location) (time.Time, bool) {
	if at, err := time.Parse("20060102T150405Z", text); err == nil {
		return at, true
	}
	if at, err := time.Parse("20060102T150405", text); err == nil {
		return civil.Of(at).In(zone), true
	}
	at, err := time.Parse("20060102", text)
	return civil.Of(at.AddDate(0, 0, 1)).In(zone).Add(-time.Second), err == nil
}
