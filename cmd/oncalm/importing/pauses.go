package importing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// gfWoven carries over the shifts of Grafana OnCall that recur as a calendar would have them, if some pause and meet others: each
// of their turns is a series then. It returns nil if none do, or if some are not the same as series.
func (p *Plan) gfWoven(g *grafana, s *schedule, shifts []gfShift) *sheet {
	c := &sheet{Plan: p, schedule: s, leveled: true}
	for _, sh := range shifts {
		all, ok := p.gfSeries(g, s, sh)
		if !ok {
			return nil
		}
		c.series = append(c.series, all...)
	}
	if len(c.series) == 0 || len(c.series) > mostSeries {
		return nil
	}
	several := func(group []cycle) bool {
		return slices.ContainsFunc(group, func(o cycle) bool { return o.uid != group[0].uid })
	}
	if !slices.ContainsFunc(c.woven(c.tiers()), several) {
		return nil
	}
	c.layers()
	c.verified()
	return c
}

// gfSeries makes a series of each turn of a shift that has begun.
func (p *Plan) gfSeries(g *grafana, s *schedule, sh gfShift) (all []*event, ok bool) {
	at, err := instant(sh.Start, s.Zone)
	groups, interval := p.gfGroups(g, sh), int(max(sh.Interval, 1))
	daily := sh.Frequency == "daily" && interval == 1 && (len(groups) == 1 || len(sh.ByDay) == 0)
	switch {
	case err != nil, sh.Seconds <= 0, len(groups) == 0, at.After(p.now), interval > most, len(groups) > most,
		sh.Since != "" && sh.Since != sh.Start, sh.TimeZone != "" && sh.TimeZone != s.Zone.String(),
		len(sh.ByMonth)+len(sh.ByMonthDay) > 0, sh.Frequency != "weekly" && !daily:
		return nil, false
	}
	days := interval
	if !daily {
		days *= 7
	}
	start := civil.Of(at.In(s.Zone)) + civil.Time(sh.firstDay(at.In(s.Zone).Weekday())*day)
	for i, turn := range groups {
		from := (start + civil.Time(i*days*day)).In(s.Zone)
		e := &event{uid: sh.ID, called: sh.Name, people: turn, level: sh.rank(), zone: s.Zone, from: from, begin: wall(from, s.Zone), seconds: sh.Seconds, gone: map[int64]bool{}}
		e.to = (civil.Of(from) + civil.Time(sh.Seconds)).In(s.Zone)
		e.rule = map[string]string{"FREQ": strings.ToUpper(sh.Frequency), "INTERVAL": fmt.Sprint(interval * len(groups))}
		if len(sh.ByDay) > 0 {
			e.rule["BYDAY"] = strings.Join(sh.ByDay, ",")
		}
		if sh.WeekStart != "" {
			e.rule["WKST"] = sh.WeekStart
		}
		if last, err := instant(sh.Until, s.Zone); err == nil {
			e.until(last)
		} else if sh.Until != "" {
			return nil, false
		}
		if _, whole := e.cycle(); !whole || from.After(p.now) || e.last.end(e).Before(p.now) || gap(turn) {
			return nil, false
		}
		all = append(all, e)
	}
	return all, true
}

// firstDay is how many days after that on which a shift starts the first of its days of a week is. Below zero that is before it
// began, which does not matter now.
func (sh gfShift) firstDay(start time.Weekday) int {
	named, ok := weekdays(sh.ByDay)
	if !ok || len(named) == 0 || sh.Frequency != "weekly" {
		return 0
	}
	monday, ok := weekday(sh.WeekStart)
	if !ok {
		monday = time.Monday
	}
	of := func(d time.Weekday) int { return int(d-monday+7) % 7 }
	first := slices.MinFunc(named, func(a, b time.Weekday) int { return of(a) - of(b) })
	return of(first) - of(start)
}

// nameOf is what the layer of some series is called: as they are, if that is the same, or else as a rotation.
func nameOf(all []*event) string {
	for _, e := range all {
		if e.called == "" || e.called != all[0].called {
			return "rotation"
		}
	}
	return all[0].called
}
