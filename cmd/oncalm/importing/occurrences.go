package importing

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// An occurrence is when an entry is there once.
type occurrence struct{ from, to time.Time }

// counted is how many days a series is gone through to find its last.
const counted = 40_000

// on reports whether the series has an occurrence that begins on a day, midnights of the wall clock of its zone; as far as its
// rule, but for its end, says so. Rules that are not by days or weeks have none.
func (e *event) on(day time.Time) bool {
	begin := wall(e.from, e.zone)
	first := begin.Truncate(24 * time.Hour)
	days := int(day.Sub(first) / (24 * time.Hour))
	every, ok := interval(e)
	if days < 0 || !ok {
		return false
	}
	named, ok := weekdays(splitDays(e.rule["BYDAY"]))
	if !ok {
		return false
	}
	switch e.rule["FREQ"] {
	case "DAILY":
		return days%int(every) == 0 && (len(named) == 0 || slices.Contains(named, day.Weekday()))
	case "WEEKLY":
		if len(named) == 0 {
			return days%(7*int(every)) == 0
		}
		starts := time.Monday
		if d, ok := weekday(e.rule["WKST"]); ok {
			starts = d
		}
		monday := first.AddDate(0, 0, -int(first.Weekday()-starts+7)%7)
		return int(day.Sub(monday)/(7*24*time.Hour))%int(every) == 0 && slices.Contains(named, day.Weekday())
	}
	return false
}

func splitDays(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// starting is the occurrence that begins on a day, midnight of the wall clock of the series' zone.
func (e *event) starting(day time.Time) (o occurrence, ok bool) {
	if !e.on(day) {
		return o, false
	}
	begin := civil.Of(day) + civil.Time(secondOf(wall(e.from, e.zone)))
	o = occurrence{begin.In(e.zone), (begin + civil.Time(e.seconds)).In(e.zone)}
	return o, (e.last.IsZero() || !o.from.After(e.last.Time)) && !e.gone[o.from.Unix()]
}

// within returns the occurrences of an entry that are there between two instants.
func (e *event) within(from, to time.Time) []occurrence {
	if e.rule == nil {
		if e.from.Before(to) && from.Before(e.to) {
			return []occurrence{{e.from, e.to}}
		}
		return nil
	}
	var all []occurrence
	day := wall(later(from.Add(-time.Duration(e.seconds)*time.Second), e.from), e.zone).Truncate(24*time.Hour).AddDate(0, 0, -1)
	for range counted {
		if civil.Of(day).In(e.zone).After(to) {
			break
		}
		if o, ok := e.starting(day); ok && o.from.Before(to) && from.Before(o.to) {
			all = append(all, o)
		}
		day = day.AddDate(0, 0, 1)
	}
	return all
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// nth is when the n-th occurrence of a series begins.
func (e *event) nth(n int) (time.Time, bool) {
	day := wall(e.from, e.zone).Truncate(24 * time.Hour)
	for range counted {
		if o, ok := e.starting(day); ok {
			if n--; n == 0 {
				return o.from, true
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}

// remove takes an occurrence out of a series. It returns false if it has none that begins then.
func (e *event) remove(at time.Time) bool {
	o, ok := e.starting(wall(at, e.zone).Truncate(24 * time.Hour))
	if !ok || !o.from.Equal(at) {
		return false
	}
	e.gone[at.Unix()] = true
	return true
}

// there returns who is on call at an instant as the calendar says: those of the highest level, all of them. Of one level, what
// does not recur stands in for what does.
func (c *sheet) there(at time.Time) []string {
	var people []string
	best := -1
	for i, list := range [][]*event{c.series, c.changed, c.singles} {
		for _, e := range list {
			rank := 2 * e.level
			if i == 2 {
				rank++
			}
			if e.lost || rank < best || len(e.within(at, at.Add(1))) == 0 {
				continue
			}
			if rank > best {
				people, best = nil, rank
			}
			for _, who := range e.people {
				if !slices.Contains(people, who) {
					people = append(people, who)
				}
			}
		}
	}
	return people
}

// corrected makes overrides of what the exceptions of series change.
func (c *sheet) corrected() {
	var spans []occurrence
	for _, e := range c.series {
		if e.lost && len(e.gone) > 0 {
			c.note("%s: the exceptions of the series of %s are left out with it", c.Name, list(e.people))
		}
		for begin := range e.gone {
			from := time.Unix(begin, 0).In(c.Zone)
			spans = append(spans, occurrence{from, (civil.Of(from.In(e.zone)) + civil.Time(e.seconds)).In(e.zone)})
		}
	}
	for _, e := range c.changed {
		spans = append(spans, occurrence{e.from, e.to})
	}
	spans = slices.DeleteFunc(spans, func(o occurrence) bool { return !o.to.After(c.now) })
	var borders []time.Time
	for _, o := range spans {
		borders = append(borders, c.borders(o.from, o.to)...)
	}
	borders = ordered(borders)
	before := slices.Clone(c.overrides) // of what does not recur
	var last *rotations.Override
	for i := range max(len(borders)-1, 0) {
		from, to := borders[i], borders[i+1]
		middle := from.Add(to.Sub(from) / 2)
		if !slices.ContainsFunc(spans, func(o occurrence) bool { return !middle.Before(o.from) && middle.Before(o.to) }) {
			last = nil
			continue
		}
		want, have := c.there(middle), c.OnCall(middle, before)
		single := slices.ContainsFunc(c.singles, func(e *event) bool { return len(e.within(middle, middle.Add(1))) > 0 })
		if alike(want, have) || single && part(have, want) {
			last = nil
			continue
		}
		last = c.instead(want, from, to, last)
	}
}

// instead adds an override for who is on call other than the layers say, or makes the last one longer.
func (c *sheet) instead(want []string, from, to time.Time, last *rotations.Override) *rotations.Override {
	who := nobody
	if len(want) > 0 {
		who = want[0]
	}
	if len(want) > 1 {
		c.note("%s: at %s %s are on call there; here only %s stands in", c.Name, from.In(c.Zone).Format(spoken), list(want), who)
	}
	if last != nil && last.Person == who && last.To.Equal(from) {
		last.To = to
		return last
	}
	if len(want) == 0 {
		c.note("%s: at %s the shift of %s is cancelled or moved there, and nobody is on call", c.Name, from.In(c.Zone).Format(spoken), list(c.missing(from)))
	}
	before := len(c.overrides)
	c.override(c.schedule, rotations.Override{Person: who, From: from, To: to})
	if len(c.overrides) == before {
		return nil
	}
	return &c.overrides[len(c.overrides)-1]
}

// missing returns whose shift at an instant is not there.
func (c *sheet) missing(at time.Time) []string {
	var people []string
	for _, e := range c.series {
		for begin := range e.gone {
			from := time.Unix(begin, 0)
			if !at.Before(from) && at.Before(from.Add(time.Duration(e.seconds)*time.Second)) && !slices.Contains(people, e.people[0]) {
				people = append(people, e.people...)
			}
		}
	}
	slices.Sort(people)
	return people
}

// borders are the instants in a span at which something begins or ends.
func (c *sheet) borders(from, to time.Time) []time.Time {
	all := []time.Time{from, to}
	for _, list := range [][]*event{c.series, c.changed, c.singles} {
		for _, e := range list {
			for _, o := range e.within(from, to) {
				for _, at := range []time.Time{o.from, o.to} {
					if at.After(from) && at.Before(to) {
						all = append(all, at)
					}
				}
			}
		}
	}
	return all
}

func ordered(all []time.Time) []time.Time {
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// alike reports whether the same people are in two lists; nobody is no person.
func alike(a, b []string) bool {
	clean := func(list []string) []string {
		list = slices.DeleteFunc(slices.Clone(list), func(who string) bool { return who == nobody })
		slices.Sort(list)
		return list
	}
	return slices.Equal(clean(a), clean(b))
}

// part reports whether some of those who are on call there, where several are, are so here. That has been noted.
func part(have, want []string) bool {
	return len(want) > 1 && len(have) > 0 && !slices.ContainsFunc(have, func(who string) bool { return !slices.Contains(want, who) })
}

var aDay = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// named reports whether notes with a date name all who are on call there and not here.
func (c *sheet) named(want, have []string) bool {
	for _, who := range want {
		if !slices.Contains(have, who) && !slices.ContainsFunc(c.Notes, func(note string) bool { return strings.Contains(note, who) && aDay.MatchString(note) }) {
			return false
		}
	}
	return true
}

// mostCompared is how many spans of the year to come are compared, and mostTold how many differences are told one by one.
const (
	mostCompared = 3000
	mostTold     = 5
)

// verified compares the schedule with the calendar over a year, and notes where they differ.
func (c *sheet) verified() {
	if len(c.Layers) == 0 || len(c.series) == 0 { // what was read from single shifts goes on after them
		return
	}
	borders := ordered(c.borders(c.now, c.now.AddDate(1, 0, 0)))
	told := map[string]int{}
	wrong := 0
	for i := range min(len(borders)-1, mostCompared) {
		middle := borders[i].Add(borders[i+1].Sub(borders[i]) / 2)
		want, have := c.there(middle), c.OnCall(middle, c.overrides)
		key := list(want) + " " + list(have)
		if alike(want, have) {
			continue
		}
		if part(have, want) {
			if told[key]++; told[key] == 1 && len(told) <= mostTold && !c.named(want, have) {
				c.note("%s: at %s %s are on call there; here only %s", c.Name, borders[i].In(c.Zone).Format(spoken), list(want), list(have))
			}
			continue
		}
		wrong++
		if told[key]++; told[key] == 1 && len(told) <= mostTold {
			c.note("%s: at %s the calendar has %s on call, and this has %s: compare them", c.Name, borders[i].In(c.Zone).Format(spoken), list(want), list(have))
		}
	}
	if wrong > mostTold {
		c.note("%s: so it is in %d of the %d spans of a year", c.Name, wrong, len(borders)-1)
	}
}
