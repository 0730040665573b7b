package importing

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// rolling is a series of shifts in which groups take turns, as calendars have it: each shift begins at the start's time of day
// and lasts so many seconds.
type rolling struct {
	name     string
	start    time.Time // on the wall clock, as if that was UTC
	seconds  int64
	interval int64
	groups   [][]string
	weekday  time.Weekday       // on which a week begins, where days of it are named
	ends     civil.Time         // with its last shift; 0 for never
	terms    [][]rotations.Term // of the people of the groups, if they do not all end together
}

// ending is when the last shift of a series ends, on the wall clock as last is: none begins after that. step is after how many
// seconds the next shift can begin; where days of the week are named, that is each day.
func (r rolling) ending(last time.Time, step int64, named bool) civil.Time {
	if named && r.seconds <= day {
		step = day
	}
	k := floor(int64(last.Sub(r.start)/time.Second), step)
	return civil.Of(r.start) + civil.Time(k*step+r.seconds)
}

// most is how many turns, or weeks between turns, a rotation may have. Nobody's has more.
const most = 1000

// plain adds a layer of turns that follow each other from the start.
func (p *Plan) plain(s *schedule, r rolling, seconds int64, only []civil.Window) {
	shift, ok := length(seconds)
	if !ok {
		p.note("%s: %s has turns of %d seconds, which are not whole hours, and is left out", s.Name, r.name, seconds)
		return
	}
	p.layer(s, r.name, rotations.Layer{People: r.groups, Start: civil.Of(r.start), Shift: shift, Only: only, Terms: r.terms}, r.ends)
}

// weekly adds a series in which each group has a week of each interval: from the start on if no days are named, otherwise those
// days of a calendar week. It returns why that is not possible.
func (p *Plan) weekly(s *schedule, r rolling, days []time.Weekday) (why string) {
	if r.interval > most || len(r.groups) > most {
		return "has too many turns"
	}
	r.groups = spread(r.groups, r.interval, len(days) > 0 || r.seconds < r.interval*week)
	period := int64(week)
	if len(days) == 0 {
		if r.seconds > r.interval*week {
			return "has shifts that overlap"
		}
		if r.seconds > week && r.seconds < r.interval*week {
			return "pauses after more than a week"
		}
		if r.seconds == r.interval*week {
			period = r.seconds
		}
		days = []time.Weekday{r.start.Weekday()}
	} else {
		if r.seconds > day {
			return "has shifts that overlap"
		}
		defer p.since(s, r.name, r.start)
	}
	only, ok := windows(daily(days, secondOf(r.start), r.seconds))
	if !ok {
		return "has times that are not whole minutes"
	}
	if r.interval > 1 && period == week {
		p.note("%s: %s pauses for %d weeks between turns; that is nobody's turn here, which lower layers do not fill", s.Name, r.name, r.interval-1)
	}
	if len(days) > 1 || days[0] != r.start.Weekday() { // the week in which it starts
		r.start = r.start.AddDate(0, 0, -int(r.start.Weekday()-r.weekday+7)%7)
	}
	if period != week {
		only = nil
	}
	p.plain(s, r, period, only)
	return ""
}

// since notes that a layer of whole calendar weeks may begin earlier than it did, if that is still to come.
func (p *Plan) since(s *schedule, called string, start time.Time) {
	if civil.Of(start).In(s.Zone).After(p.now) {
		p.note("%s: %s begins at %s; here it begins with the calendar week of that", s.Name, called, start.Format(spoken))
	}
}

// spread puts pauses between groups, if they do not have the whole interval.
func spread(groups [][]string, interval int64, pauses bool) [][]string {
	if !pauses || interval == 1 {
		return groups
	}
	var all [][]string
	for _, g := range groups {
		all = append(all, g)
		for range interval - 1 {
			all = append(all, []string{nobody})
		}
	}
	return all
}

// daily adds a series in which the next group comes after so many shifts as the interval says. With days it takes the shifts
// of these days only, one after the other: each of the days is a layer of weeks then, with the groups in the order that comes
// of it. It returns why that is not possible.
func (p *Plan) daily(s *schedule, r rolling, days []time.Weekday) (why string) {
	if r.interval > most || len(r.groups) > most {
		return "has too many turns"
	}
	if r.seconds > day {
		return "has shifts that overlap"
	}
	if len(days) == 0 && r.interval > 1 {
		return "pauses for days between turns"
	}
	if len(days) == 0 || len(days) == 7 {
		only, ok := windows(daily(everyDay(), secondOf(r.start), r.seconds))
		if !ok {
			return "has times that are not whole minutes"
		}
		if r.seconds == day {
			only = nil
		}
		p.plain(s, r, r.interval*day, only)
		return ""
	}
	if len(r.groups) == 1 { // no turns: one layer for all days
		only, ok := windows(daily(days, secondOf(r.start), r.seconds))
		if !ok {
			return "has times that are not whole minutes"
		}
		p.plain(s, r, day, only)
		return ""
	}
	return p.dayByDay(s, r, days)
}

// dayByDay adds a layer for each day of the week. The k-th shift of all is had by group k/interval; on one of m days every
// m-th shift falls, so that its groups come round after a number of weeks.
func (p *Plan) dayByDay(s *schedule, r rolling, days []time.Weekday) (why string) {
	n, m := int64(len(r.groups)), int64(len(days))
	if n == 0 {
		return "has no people"
	}
	weeks := n * r.interval / gcd(n*r.interval, m)
	for j := range m {
		for !slices.Contains(days, r.start.Weekday()) {
			r.start = r.start.AddDate(0, 0, 1)
		}
		one := rolling{name: r.name + " " + r.start.Format("Mon"), start: r.start, ends: r.ends}
		for w := range weeks {
			one.groups = append(one.groups, r.groups[(w*m+j)/r.interval%n])
		}
		only, ok := windows(daily([]time.Weekday{r.start.Weekday()}, secondOf(r.start), r.seconds))
		if !ok {
			return "has times that are not whole minutes"
		}
		p.plain(s, one, week, only)
		r.start = r.start.AddDate(0, 0, 1)
	}
	return ""
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// begins lets a layer begin with the first handoff from which on nothing of it opens before a time. It reports false if
// something opens before and after that time between two handoffs: then the layer begins with the earlier one.
func begins(l *rotations.Layer, at civil.Time) bool {
	size := map[rotations.Unit]int64{rotations.Hour: hour, rotations.Day: day, rotations.Week: week}[l.Shift.Unit] * int64(l.Shift.N)
	if size == 0 || at <= l.Start {
		return true
	}
	k := int64(at-l.Start) / size
	first := (l.Start + civil.Time(k*size)).In(time.UTC)
	one := rotations.Schedule{Layers: []rotations.Layer{{People: rotations.Turns("somebody"), Start: l.Start, Shift: l.Shift, Only: l.Only}}}
	early, late := false, false
	for _, sh := range one.Shifts(first, first.Add(time.Duration(size)*time.Second), nil) {
		early, late = early || civil.Of(sh.From) < at, late || civil.Of(sh.From) >= at
	}
	if !late && early {
		k++
	}
	l.Start += civil.Time(k * size)
	l.People, l.Terms = turned(l.People, k), turned(l.Terms, k)
	return !early || !late
}
