package grafana

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/rolling"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/sheet"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations/civil"
)

// woven carries over the shifts of Grafana OnCall that recur as a calendar would have them, if some pause and meet
// others: each of their turns is a series then. It returns nil if none do, or if some are not the same as series.
//
// A layer of Oncalm that pauses has nobody's turns, which keep the layers below off call; there, a pause lets lower levels
// through. See package series.
func (c carrier) woven(shifts []Shift) *sheet.Sheet {
	w := &sheet.Sheet{Schedule: c.s, Leveled: true}
	for _, sh := range shifts {
		all, ok := c.series(sh)
		if !ok {
			return nil
		}
		w.Series = append(w.Series, all...)
	}
	if len(w.Series) == 0 || len(w.Series) > series.Most || !series.Woven(c.s, w.Series) {
		return nil
	}
	w.CarryOver()
	return w
}

// series makes a series of each turn of a shift that has begun. What is not the same as a series is refused rather than
// bent: the caller then makes layers with notes.
func (c carrier) series(sh Shift) (all []*series.Entry, ok bool) {
	at, err := wall.Instant(sh.Start, c.s.Zone)
	groups, interval := c.groups(sh), int(max(sh.Interval, 1))
	daily := sh.Frequency == "daily" && interval == 1 && (len(groups) == 1 || len(sh.ByDay) == 0)
	switch {
	case err != nil, sh.Seconds <= 0, len(groups) == 0, at.After(c.s.Plan.Now),
		interval > rolling.Most, len(groups) > rolling.Most,
		sh.Since != "" && sh.Since != sh.Start, sh.TimeZone != "" && sh.TimeZone != c.s.Zone.String(),
		len(sh.ByMonth)+len(sh.ByMonthDay) > 0, sh.Frequency != "weekly" && !daily:
		return nil, false
	}
	days := interval
	if !daily {
		days *= 7
	}
	start := civil.Of(at.In(c.s.Zone)) + civil.Time(sh.firstDay(at.In(c.s.Zone).Weekday())*wall.Day)
	for i, turn := range groups {
		// the turns follow each other, each a whole interval later
		from := (start + civil.Time(i*days*wall.Day)).In(c.s.Zone)
		e := &series.Entry{
			UID: sh.ID, Called: sh.Name, People: turn, Level: sh.rank(), Zone: c.s.Zone,
			From: from, Begin: wall.Of(from, c.s.Zone), Seconds: sh.Seconds, Gone: map[int64]bool{},
			Rule: map[string]string{
				"FREQ": strings.ToUpper(sh.Frequency), "INTERVAL": fmt.Sprint(interval * len(groups)),
			},
		}
		e.To = e.EndOf(from)
		if len(sh.ByDay) > 0 {
			e.Rule["BYDAY"] = strings.Join(sh.ByDay, ",")
		}
		if sh.WeekStart != "" {
			e.Rule["WKST"] = sh.WeekStart
		}
		if last, err := wall.Instant(sh.Until, c.s.Zone); err == nil {
			e.Until(last)
		} else if sh.Until != "" {
			return nil, false
		}
		if !e.Cyclic() || from.After(c.s.Plan.Now) || e.LastEnd().Before(c.s.Plan.Now) || plan.Gap(turn) {
			return nil, false
		}
		all = append(all, e)
	}
	return all, true
}

// firstDay is how many days after that on which a shift starts the first of its days of a week is. Below zero that is
// before it began, which does not matter now.
func (sh Shift) firstDay(start time.Weekday) int {
	named, ok := wall.Weekdays(sh.ByDay)
	if !ok || len(named) == 0 || sh.Frequency != "weekly" {
		return 0
	}
	monday := wall.FirstDay(sh.WeekStart)
	of := func(d time.Weekday) int { return int(d-monday+7) % 7 }
	first := slices.MinFunc(named, func(a, b time.Weekday) int { return of(a) - of(b) })
	return of(first) - of(start)
}
