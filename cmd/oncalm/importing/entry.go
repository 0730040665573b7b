package importing

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/ical"
	"github.com/oncalm/oncalm/rotations/civil"
)

// event is an entry of a calendar.
type event struct {
	uid      string
	called   string // what the layers of it are called; nothing if it has no name of its own
	people   []string
	level    int // the higher wins
	zone     *time.Location
	from, to time.Time
	begin    time.Time         // from on the wall clock of the schedule, as if that was UTC
	seconds  int64             // how long: a series on the clock of its own zone, what does not recur on that of the schedule
	rule     map[string]string // of its recurrence; nil if it is a single one
	ends     civil.Time        // when the last of a series does; 0 if none is the last
	last     until
	gone     map[int64]bool // begins of occurrences that are not there, in seconds of Unix
	lost     bool           // it is no part of the schedule
}

// until is the last instant at which an occurrence may begin; the zero time if there is none.
type until struct{ time.Time }

// end is when the last occurrence ends, at the latest.
func (u until) end(e *event) time.Time {
	if u.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return u.Add(time.Duration(e.seconds) * time.Second)
}

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// level is a title's beginning that says what wins: [L0] to [L9].
var level = regexp.MustCompile(`(?i)^\s*\[L(\d)\]\s*`)

// longestTitle is how much of a title is looked at.
const longestTitle = 100

// title is what an entry is called, without its level.
func (c *sheet) title(v *ical.Component) string {
	title := []rune(comment(level.ReplaceAllString(v.Get("SUMMARY").Text(), "")))
	if len(title) > longestTitle {
		title = append(title[:longestTitle], '…')
	}
	return string(title)
}

// whose finds out what says who has a shift: the titles, or, if all are the same, who attends.
func (c *sheet) whose(all []*ical.Component) {
	attended := 0
	for _, v := range all {
		c.titles[strings.ToLower(c.title(v))] = true
		if len(attendees(v)) > 0 {
			attended++
		}
	}
	c.onTitle = len(c.titles) > 1 || attended == 0
	if len(c.titles) == 1 && len(all) > 1 && attended == 0 {
		c.note("%s: all entries are called %q: who has which shift cannot be seen", c.Name, c.title(all[0]))
	}
}

// attendees are the names of those who attend.
func attendees(v *ical.Component) []string {
	var all []string
	for _, p := range v.All("ATTENDEE") {
		kind, role, answer := p.Param("CUTYPE"), p.Param("ROLE"), p.Param("PARTSTAT")
		if kind != "" && !strings.EqualFold(kind, "INDIVIDUAL") || strings.EqualFold(role, "NON-PARTICIPANT") || strings.EqualFold(answer, "DECLINED") {
			continue
		}
		name := p.Param("CN")
		if address, is := strings.CutPrefix(strings.ToLower(p.Value), "mailto:"); name == "" && is {
			name = address
		}
		if name = comment(ical.Unescape(name)); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// peopleOf returns who has a shift. A comma that is not escaped parts two names; one that is escaped belongs to the text, and
// parts names only where these stand alone elsewhere, or can be nothing else.
func (c *sheet) peopleOf(v *ical.Component) []string {
	var names []string
	raw := level.ReplaceAllString(v.Get("SUMMARY").Value, "")
	raw, ours := strings.CutSuffix(raw, " on call: "+c.Name)
	switch {
	case !c.onTitle && len(attendees(v)) > 0:
		names = attendees(v)
	default:
		for part := range strings.SplitSeq(strings.ReplaceAll(raw, `\,`, "\x00"), ",") {
			text := comment(ical.Unescape(strings.ReplaceAll(part, "\x00", `\,`)))
			parts := strings.Split(text, ",")
			known := len(parts) > 1
			for i := range parts {
				parts[i] = strings.TrimSpace(parts[i])
				known = known && (ours || strings.Contains(parts[i], "@") || c.titles[strings.ToLower(parts[i])])
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
		if name := c.somebody(who); !slices.Contains(people, name) {
			people = append(people, name)
		}
	}
	return people
}

// somebody returns the name of a person who is called so. Neither case nor the domain of an address make another one.
func (c *sheet) somebody(called string) string {
	short, _, _ := strings.Cut(strings.ToLower(called), "@")
	return c.person(short, called)
}

// event reads an entry. What it cannot read it notes.
func (c *sheet) event(v *ical.Component) (*event, bool) {
	e := &event{uid: v.Get("UID").Value, zone: c.zoneOf(v.Get("DTSTART")), gone: map[int64]bool{}}
	if m := level.FindStringSubmatch(v.Get("SUMMARY").Value); m != nil {
		e.level, _ = strconv.Atoi(m[1])
		c.leveled = true
	}
	var err error
	e.from, e.to, err = c.bounds(v)
	if err != nil || !e.from.Before(e.to) {
		c.note("%s: the entry %q has no begin or no end, and is left out", c.Name, c.title(v))
		return e, false
	}
	e.begin = wall(e.from, c.Zone)
	rule := v.Get("RRULE").Value
	clock := e.zone
	if rule == "" {
		clock = c.Zone // feeds write single shifts in UTC
	}
	e.seconds = int64(wall(e.to, clock).Sub(wall(e.from, clock)) / time.Second)
	if e.people = c.peopleOf(v); len(e.people) == 0 {
		c.note("%s: the entry at %s names nobody, and is left out", c.Name, e.from.In(c.Zone).Format(spoken))
		return e, false
	}
	if rule != "" && e.seconds <= 0 { // it begins and ends in an hour that the clocks repeat
		c.note("%s: the series of %s at %s has no length by the clock, and is left out", c.Name, list(e.people), e.from.In(c.Zone).Format(spoken))
		return e, false
	}
	if rule != "" {
		c.recurs(e, ical.Rule(rule))
		c.onlyRule(e, v)
	}
	return e, true
}

// onlyRule notes by what else an entry recurs there, or does not.
func (c *sheet) onlyRule(e *event, v *ical.Component) {
	for _, p := range append(v.All("RRULE")[1:], v.All("EXRULE")...) {
		c.note("%s: the series of %s from %s has a second rule, which is left out: %s %s",
			c.Name, list(e.people), e.from.In(c.Zone).Format(spoken), p.Name, comment(p.Value))
	}
}

// recurs reads by which rule an entry recurs.
func (c *sheet) recurs(e *event, rule map[string]string) {
	e.rule = rule
	text := rule["UNTIL"]
	switch at, ok := lastBegin(text, e.zone); {
	case ok:
		e.until(at)
	case text != "":
		c.note("%s: the series of %s ends at %s there; take it out then", c.Name, list(e.people), text)
	}
	delete(rule, "UNTIL")
	if count, err := strconv.Atoi(rule["COUNT"]); err == nil && count > 0 {
		delete(rule, "COUNT")
		if last, ok := e.nth(count); ok {
			e.until(last)
		} else {
			rule["COUNT"] = strconv.Itoa(count)
		}
	}
	c.elsewhere(e)
}

// elsewhere notes that a series is in a zone whose clocks change otherwise than those of the schedule.
func (c *sheet) elsewhere(e *event) {
	if e.zone.String() == c.Zone.String() {
		return
	}
	for at := c.now; at.Before(c.now.AddDate(2, 0, 0)); at = at.AddDate(0, 0, 1) {
		if diff := wall(at, e.zone).Sub(wall(at, c.Zone)); diff != wall(e.from, e.zone).Sub(wall(e.from, c.Zone)) {
			c.note("%s: the series of %s is in the zone %s; in %s its handoffs are right only until the clocks change on %s",
				c.Name, list(e.people), e.zone, c.Zone, at.Format(time.DateOnly))
			return
		}
	}
}

// until sets the last instant at which an occurrence may begin.
func (e *event) until(at time.Time) {
	if e.last.IsZero() || at.Before(e.last.Time) {
		e.last = until{at}
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
