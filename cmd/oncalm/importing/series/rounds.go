package series

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/rolling"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// round makes a layer of series that follow each other; several in one place are on call together.
func (c layering) round(r []*Entry) {
	every, _ := r[0].period()
	places := make([][]*Entry, every/r[0].Seconds)
	for _, e := range r {
		at := int64(e.Begin.Sub(r[0].Begin)/time.Second) / e.Seconds % int64(len(places))
		places[at] = append(places[at], e)
	}
	if len(r) == 1 && len(places) > 1 {
		c.alone(r[0])
		return
	}
	out := rolling.Shifts{Name: nameOf(r), Start: r[0].Begin}
	ends, all := together(r, every)
	terms := [][]rotations.Term{}
	for _, place := range places {
		if all { // they are there from the first turn on, and end together
			place = slices.Clone(place)
			for i, e := range place {
				same := *e
				same.ends, place[i] = 0, &same
			}
		}
		turn, term, ok := placed(place, r[0].Begin, every)
		if !ok {
			c.s.Note("some come and go more than once in the turns of %s; here they stay", plan.List(turn))
		}
		out.Groups, terms = append(out.Groups, turn), append(terms, term)
	}
	if slices.ContainsFunc(places, func(place []*Entry) bool { return len(place) == 0 }) {
		c.s.Note("there are pauses between the turns of %s; they are nobody's turns here", plan.List(out.Groups[0]))
	}
	if all {
		out.Ends = ends
	} else {
		out.Terms = terms
	}
	out.Plain(c.s, r[0].Seconds, nil)
}

// placed returns who has the turns of a place, and from when until when; nobody has them where there are pauses.
func placed(place []*Entry, first time.Time, every int64) (people []string, terms []rotations.Term, ok bool) {
	slices.SortStableFunc(place, func(a, b *Entry) int { return a.Begin.Compare(b.Begin) })
	ok = true
	add := func(who string, t rotations.Term) {
		if i := slices.Index(people, who); i < 0 {
			people, terms = append(people, who), append(terms, t)
		} else if terms[i].Until == t.From && t.From != 0 {
			terms[i].Until = t.Until
		} else if terms[i].From <= t.From && (terms[i].Until == 0 || t.Until != 0 && t.Until <= terms[i].Until) {
			return // they are there by another series
		} else {
			ok = false
		}
	}
	covered := civil.Time(0) // until when somebody has the turns; 0 for ever
	for i, e := range place {
		t := rotations.Term{Until: e.ends}
		if e.Begin.Sub(first) >= time.Duration(every)*time.Second {
			t.From = civil.Of(e.Begin)
		}
		// The one before comes last a turn before the next begins: in between others have their turns.
		if i == 0 && t.From != 0 {
			add(plan.Nobody, rotations.Term{Until: t.From})
		}
		if i > 0 && covered != 0 && t.From > covered {
			if t.From >= covered+civil.Time(every) {
				add(plan.Nobody, rotations.Term{From: covered, Until: t.From})
			} else {
				for j := range terms {
					if terms[j].Until == covered {
						terms[j].Until = t.From
					}
				}
			}
		}
		for _, who := range e.People {
			add(who, t)
		}
		if i == 0 || covered != 0 && (t.Until == 0 || t.Until > covered) {
			covered = t.Until
		}
	}
	switch {
	case len(place) == 0:
		add(plan.Nobody, rotations.Term{})
	case covered != 0:
		add(plan.Nobody, rotations.Term{From: covered})
	}
	return people, terms, ok
}

// together is when a round ends: with the last of its series, if none of the others would come again before that, and
// none begins later than the first turns.
func together(r []*Entry, every int64) (ends civil.Time, all bool) {
	for _, e := range r {
		ends = max(ends, e.ends)
	}
	for _, e := range r {
		if e.Begin.Sub(r[0].Begin) >= time.Duration(every)*time.Second {
			return 0, false
		}
		if ends == 0 {
			continue
		}
		if next := e.ends + civil.Time(every-e.Seconds); e.ends == 0 || next < ends {
			return 0, false
		}
	}
	return ends, true
}

// alone makes a layer of one series.
func (c layering) alone(e *Entry) {
	every, _ := e.interval()
	r := rolling.Shifts{
		Name: cmp.Or(e.Called, plan.List(e.People)), Start: e.Begin, Seconds: e.Seconds, Interval: every,
		Groups: [][]string{e.People}, Weekday: wall.FirstDay(e.Rule["WKST"]), Ends: e.ends,
	}
	days, ok := wall.Weekdays(splitDays(e.Rule["BYDAY"]))
	why := "is by the month"
	switch {
	case !ok:
	case e.Rule["FREQ"] == "WEEKLY":
		why = r.Weekly(c.s, days)
	case e.Rule["FREQ"] == "DAILY" && (r.Interval == 1 || len(days) == 0):
		why = r.Daily(c.s, days)
	default:
		why = "repeats " + strings.ToLower(e.Rule["FREQ"])
	}
	if why != "" {
		c.leave(e, why)
	}
}

// nameOf is what the layer of some series is called: as they are, if that is the same, or else as a rotation.
func nameOf(all []*Entry) string {
	for _, e := range all {
		if e.Called == "" || e.Called != all[0].Called {
			return "rotation"
		}
	}
	return all[0].Called
}
