// Package rolling makes layers of shifts in which groups take turns, as calendars and Grafana OnCall have them: each
// shift begins at one time of day and lasts so long, and comes again each so many weeks or days, on some days of the
// week or on all.
//
// Our layers know turns that follow each other, and windows of the week in which they count. [Shifts.Weekly] and
// [Shifts.Daily] find the layers that mean the same, or say why there are none.
package rolling

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Shifts are a series of shifts in which groups take turns: each begins at the start's time of day and lasts so many
// seconds.
type Shifts struct {
	Name     string
	Start    time.Time // on the wall clock, as if that was UTC
	Seconds  int64
	Interval int64
	Groups   [][]string
	Weekday  time.Weekday       // on which a week begins, where days of it are named
	Ends     civil.Time         // with its last shift; 0 for never
	Terms    [][]rotations.Term // of the people of the groups, if they do not all end together
}

// Ending is when the last shift of a series ends, on the wall clock as last is: none begins after that. step is after
// how many seconds the next shift can begin; where days of the week are named, that is each day.
func (r Shifts) Ending(last time.Time, step int64, named bool) civil.Time {
	if named && r.Seconds <= wall.Day {
		step = wall.Day
	}
	k := wall.Floor(int64(last.Sub(r.Start)/time.Second), step)
	return civil.Of(r.Start) + civil.Time(k*step+r.Seconds)
}

// Most is how many turns, or weeks between turns, a rotation may have. Nobody's has more.
const Most = 1000

// Plain adds a layer of turns that follow each other from the start.
func (r Shifts) Plain(s *plan.Schedule, seconds int64, only []civil.Window) {
	shift, ok := wall.Length(seconds)
	if !ok {
		s.Note("%s has turns of %d seconds, which are not whole hours, and is left out", r.Name, seconds)
		return
	}
	start := civil.Of(r.Start)
	s.Layer(r.Name, rotations.Layer{People: r.Groups, Start: start, Shift: shift, Only: only, Terms: r.Terms}, r.Ends)
}

// Weekly adds a series in which each group has a week of each interval: from the start on if no days are named,
// otherwise those days of a calendar week. It returns why that is not possible.
func (r Shifts) Weekly(s *plan.Schedule, days []time.Weekday) (why string) {
	if r.Interval > Most || len(r.Groups) > Most {
		return "has too many turns"
	}
	r.Groups = spread(r.Groups, r.Interval, len(days) > 0 || r.Seconds < r.Interval*wall.Week)
	period := int64(wall.Week)
	if len(days) == 0 {
		if r.Seconds > r.Interval*wall.Week {
			return "has shifts that overlap"
		}
		if r.Seconds > wall.Week && r.Seconds < r.Interval*wall.Week {
			return "pauses after more than a week"
		}
		if r.Seconds == r.Interval*wall.Week {
			period = r.Seconds
		}
		days = []time.Weekday{r.Start.Weekday()}
	} else {
		if r.Seconds > wall.Day {
			return "has shifts that overlap"
		}
		defer since(s, r.Name, r.Start)
	}
	only, ok := wall.Windows(wall.Daily(days, wall.SecondOf(r.Start), r.Seconds))
	if !ok {
		return "has times that are not whole minutes"
	}
	if r.Interval > 1 && period == wall.Week {
		s.Note("%s pauses for %d weeks between turns; that is nobody's turn here, which lower layers do not fill",
			r.Name, r.Interval-1)
	}
	if len(days) > 1 || days[0] != r.Start.Weekday() { // the week in which it starts
		r.Start = r.Start.AddDate(0, 0, -int(r.Start.Weekday()-r.Weekday+7)%7)
	}
	if period != wall.Week {
		only = nil
	}
	r.Plain(s, period, only)
	return ""
}

// since notes that a layer of whole calendar weeks may begin earlier than it did, if that is still to come.
func since(s *plan.Schedule, called string, start time.Time) {
	if civil.Of(start).In(s.Zone).After(s.Plan.Now) {
		s.Note("%s begins at %s; here it begins with the calendar week of that", called, start.Format(plan.Spoken))
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
			all = append(all, []string{plan.Nobody})
		}
	}
	return all
}

// Daily adds a series in which the next group comes after so many shifts as the interval says. With days it takes the
// shifts of these days only, one after the other: each of the days is a layer of weeks then, with the groups in the
// order that comes of it. It returns why that is not possible.
func (r Shifts) Daily(s *plan.Schedule, days []time.Weekday) (why string) {
	if r.Interval > Most || len(r.Groups) > Most {
		return "has too many turns"
	}
	if r.Seconds > wall.Day {
		return "has shifts that overlap"
	}
	if len(days) == 0 && r.Interval > 1 {
		return "pauses for days between turns"
	}
	if len(days) == 0 || len(days) == 7 {
		only, ok := wall.Windows(wall.Daily(wall.EveryDay(), wall.SecondOf(r.Start), r.Seconds))
		if !ok {
			return "has times that are not whole minutes"
		}
		if r.Seconds == wall.Day {
			only = nil
		}
		r.Plain(s, r.Interval*wall.Day, only)
		return ""
	}
	if len(r.Groups) == 1 { // no turns: one layer for all days
		only, ok := wall.Windows(wall.Daily(days, wall.SecondOf(r.Start), r.Seconds))
		if !ok {
			return "has times that are not whole minutes"
		}
		r.Plain(s, wall.Day, only)
		return ""
	}
	return r.dayByDay(s, days)
}

// dayByDay adds a layer for each day of the week. The k-th shift of all is had by group k/interval; on one of m days
// every m-th shift falls, so that its groups come round after a number of weeks.
func (r Shifts) dayByDay(s *plan.Schedule, days []time.Weekday) (why string) {
	n, m := int64(len(r.Groups)), int64(len(days))
	if n == 0 {
		return "has no people"
	}
	weeks := n * r.Interval / wall.GCD(n*r.Interval, m)
	for j := range m {
		for !slices.Contains(days, r.Start.Weekday()) {
			r.Start = r.Start.AddDate(0, 0, 1)
		}
		one := Shifts{Name: r.Name + " " + r.Start.Format("Mon"), Start: r.Start, Ends: r.Ends}
		for w := range weeks {
			one.Groups = append(one.Groups, r.Groups[(w*m+j)/r.Interval%n])
		}
		only, ok := wall.Windows(wall.Daily([]time.Weekday{r.Start.Weekday()}, wall.SecondOf(r.Start), r.Seconds))
		if !ok {
			return "has times that are not whole minutes"
		}
		one.Plain(s, wall.Week, only)
		r.Start = r.Start.AddDate(0, 0, 1)
	}
	return ""
}

// Begins lets a layer begin with the first handoff from which on nothing of it opens before a time. It reports false if
// something opens before and after that time between two handoffs: then the layer begins with the earlier one.
func Begins(l *rotations.Layer, at civil.Time) bool {
	units := map[rotations.Unit]int64{rotations.Hour: wall.Hour, rotations.Day: wall.Day, rotations.Week: wall.Week}
	size := units[l.Shift.Unit] * int64(l.Shift.N)
	if size == 0 || at <= l.Start {
		return true
	}
	k := int64(at-l.Start) / size
	first := (l.Start + civil.Time(k*size)).In(time.UTC)
	one := rotations.Schedule{Layers: []rotations.Layer{
		{People: rotations.Turns("somebody"), Start: l.Start, Shift: l.Shift, Only: l.Only},
	}}
	early, late := false, false
	for _, sh := range one.Shifts(first, first.Add(time.Duration(size)*time.Second), nil) {
		early, late = early || civil.Of(sh.From) < at, late || civil.Of(sh.From) >= at
	}
	if !late && early {
		k++
	}
	l.Start += civil.Time(k * size)
	l.People, l.Terms = wall.Turned(l.People, k), wall.Turned(l.Terms, k)
	return !early || !late
}
