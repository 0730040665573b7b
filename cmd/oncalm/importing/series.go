package importing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// series carries over what recurs: series of the same length that fill each other's pauses are one layer in which people take
// turns, and every other is a layer of its own.
func (p *Plan) series(s *schedule, all []event) {
	slices.SortStableFunc(all, func(a, b event) int { return a.begin.Compare(b.begin) })
	var rounds [][]event
	var others []event
	for _, e := range all {
		every, why := period(e)
		if why != "" {
			p.note("%s: the series of %s %s, which layers cannot express, and is left out", s.Name, list(e.people), why)
			continue
		}
		if every < e.seconds || every%e.seconds != 0 || every/e.seconds > most {
			others = append(others, e)
			continue
		}
		i := slices.IndexFunc(rounds, func(r []event) bool {
			other, _ := period(r[0])
			return other == every && r[0].seconds == e.seconds && int64(e.begin.Sub(r[0].begin)/time.Second)%e.seconds == 0
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

// period is after how many seconds a series comes again, 0 if only some days of the week count; or why it cannot be carried over.
func period(e event) (seconds int64, why string) {
	size := unit(e.rule["FREQ"])
	for key := range e.rule {
		if !slices.Contains([]string{"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL"}, key) {
			return 0, "has " + key
		}
	}
	every, ok := interval(e)
	if !ok {
		return 0, "has INTERVAL=" + e.rule["INTERVAL"]
	}
	if size == 0 {
		return 0, "is " + strings.ToLower(e.rule["FREQ"])
	}
	if days := e.rule["BYDAY"]; days != "" && (len(days) != 2 || size != week) {
		return 0, ""
	}
	return every * size, ""
}

// interval is how many units of its frequency are from one entry of a series to the next. It reports false if the series names
// one that is none.
func interval(e event) (n int64, ok bool) {
	text, given := e.rule["INTERVAL"]
	if !given {
		return 1, true
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return n, err == nil && n > 0
}

// round makes a layer of series that follow each other; several in one place are on call together.
func (p *Plan) round(s *schedule, r []event) {
	every, _ := period(r[0])
	places := make([][]string, every/r[0].seconds)
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
	if late := r[len(r)-1].begin; rotations.CivilOf(late).In(s.Zone).After(p.now) && late.Sub(r[0].begin) >= time.Duration(every)*time.Second {
		p.note("%s: some of the series begin later than others; here all take turns from %s on", s.Name, r[0].begin.Format(spoken))
	}
	p.plain(s, rolling{name: "rotation", start: r[0].begin, groups: places, ends: p.together(s, r, every)}, r[0].seconds, nil)
}

// together is when a round ends: with the last of its series, if none of the others would come again before that.
func (p *Plan) together(s *schedule, r []event, every int64) (ends rotations.Civil) {
	for _, e := range r {
		ends = max(ends, e.ends)
	}
	for _, e := range r {
		if next := e.ends + rotations.Civil(every-e.seconds); e.ends != 0 && next >= ends {
			continue
		}
		for _, e := range r {
			if e.ends != 0 {
				p.endsThere(s, e)
			}
		}
		return 0
	}
	return ends
}

// alone makes a layer of one series.
func (p *Plan) alone(s *schedule, e event) {
	every, _ := interval(e)
	r := rolling{name: list(e.people), start: e.begin, seconds: e.seconds, interval: every, groups: [][]string{e.people}, weekday: time.Monday, ends: e.ends}
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
