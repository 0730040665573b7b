// Package opsgenie carries over schedules of Opsgenie, as its API answers them.
//
// A schedule there is rotations, all of which are on call at once where they overlap; here, of two layers that cover
// the same time only the later counts. So a schedule whose rotations overlap becomes several, one for each rotation.
// Overrides are not in what the API answers of schedules.
package opsgenie

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Schedule is one of Opsgenie, as GET /v2/schedules/{id} and ?expand=rotation answer it.
type Schedule struct {
	Name      string     `json:"name"`
	Timezone  string     `json:"timezone"`
	Enabled   *bool      `json:"enabled"`
	Rotations []rotation `json:"rotations"`

	// An override, as GET /v2/schedules/{id}/overrides answers it, has these instead.
	User  *user     `json:"user"`
	Start time.Time `json:"startDate"`
	End   time.Time `json:"endDate"`
}

// user is somebody who takes part: a person, or what stands for people, which cannot be carried over.
type user struct {
	Type     string `json:"type"` // user, team, escalation or none
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

// called is what notes call a participant.
func (u user) called() string { return cmp.Or(u.Username, u.Name, u.ID, u.Type) }

// rotation is one of a schedule's: participants take turns of Length units of Type, within its restrictions.
type rotation struct {
	Name         string     `json:"name"`
	StartDate    time.Time  `json:"startDate"`
	EndDate      *time.Time `json:"endDate"`
	Type         string     `json:"type"` // hourly, daily or weekly
	Length       int64      `json:"length"`
	Participants []user     `json:"participants"`
	Restriction  *struct {
		Type string  `json:"type"`
		One  *hours  `json:"restriction"`  // of time-of-day
		All  []hours `json:"restrictions"` // of weekday-and-time-of-day
	} `json:"timeRestriction"`
}

// hours is a part of each day or, with days, of the week, on the wall clock of the schedule.
type hours struct {
	StartDay  string `json:"startDay"`
	StartHour int64  `json:"startHour"`
	StartMin  int64  `json:"startMin"`
	EndDay    string `json:"endDay"`
	EndHour   int64  `json:"endHour"`
	EndMin    int64  `json:"endMin"`
}

// Into carries the schedule over into a plan. The answer about overrides has the same outer form, and no schedule in it: it
// is noted, and somebody adds it by hand.
func (in Schedule) Into(p *plan.Plan) {
	if in.User != nil {
		p.Note("the override of %s from %s to %s names no schedule that is known here; add it by hand",
			in.User.called(), in.Start.Format(plan.Spoken+" MST"), in.End.Format(plan.Spoken+" MST"))
		return
	}
	s := p.Begin(in.Name, in.Timezone)
	if len(in.Rotations) == 0 {
		s.Note("it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation")
		return
	}
	if in.Enabled != nil && !*in.Enabled {
		s.Note("the schedule is not enabled there")
	}
	for _, r := range in.Rotations {
		r.into(s)
	}
	s.Note("overrides are not in this export; add those that are still to come by hand")
	split(s)
}

// into adds the rotation to a schedule as a layer.
func (in rotation) into(s *plan.Schedule) {
	if in.EndDate != nil && !in.EndDate.After(s.Plan.Now) {
		var names []string
		for _, who := range in.Participants {
			names = append(names, who.called())
		}
		s.Note("rotation %s of %s ended at %s, and is left out", in.Name, plan.List(names), s.At(*in.EndDate))
		return
	}
	people := in.people(s)
	// a length of 0 is left out in the answer, and means 1
	shift, ok := wall.Length(max(in.Length, 1) * wall.Unit(in.Type))
	if !ok {
		s.Note("rotation %s of %s from %s is %s, which layers cannot express, and is left out",
			in.Name, plan.Listed(people), s.At(in.StartDate), cmp.Or(in.Type, "of no type"))
		return
	}
	only, ok := in.windows()
	if !ok {
		s.Note("the time restriction of rotation %s of %s from %s cannot be read, and the rotation is left out",
			in.Name, plan.Listed(people), s.At(in.StartDate))
		return
	}
	start, end := wall.Civil(in.StartDate, s.Zone), wall.End(in.EndDate, s.Zone)
	s.Layer(in.Name, rotations.Layer{People: people, Start: start, Shift: shift, Only: only}, end)
}

// people are the turns of a rotation.
func (in rotation) people(s *plan.Schedule) [][]string {
	var people [][]string
	for _, who := range in.Participants {
		switch who.Type {
		case "none":
			people = append(people, []string{plan.Nobody})
			s.Note("in rotation %s it is nobody's turn at times; lower layers do not fill such a turn", in.Name)
		case "user":
			people = append(people, []string{s.Plan.Person(who.ID, who.Username, who.Name)})
		default:
			name := s.Plan.Person(who.Type+" "+who.ID, who.Type+" "+who.Name)
			people = append(people, []string{name})
			s.Note("in rotation %s the %s %s has turns; put people in the place of %s",
				in.Name, who.Type, who.Name, name)
		}
	}
	return people
}

// windows are the time restrictions of the rotation. They may pass midnight, and over the end of a week.
func (in rotation) windows() ([]civil.Window, bool) {
	if in.Restriction == nil {
		return nil, true
	}
	hours := in.Restriction.All
	if in.Restriction.One != nil {
		hours = append(hours, *in.Restriction.One)
	}
	var spans []wall.Span
	for _, h := range hours {
		from, to := h.StartHour*wall.Hour+h.StartMin*60, h.EndHour*wall.Hour+h.EndMin*60
		if in.Restriction.Type == "time-of-day" {
			// it ends on the next day
			if to <= from {
				to += wall.Day
			}
			spans = append(spans, wall.Daily(wall.EveryDay(), from, to-from)...)
			continue
		}
		first, ok := wall.Weekday(h.StartDay)
		last, ok2 := wall.Weekday(h.EndDay)
		if !ok || !ok2 {
			return nil, false
		}
		seconds := int64((last-first+7)%7)*wall.Day + to - from
		if seconds <= 0 {
			seconds += wall.Week
		}
		spans = append(spans, wall.Span{On: first, From: from, Seconds: seconds})
	}
	return wall.Windows(spans)
}

// filled is a layer in which somebody has nobody's turns. A turn of nobody may become somebody's later, and then two would
// be on call.
func filled(l rotations.Layer) rotations.Layer {
	l.People = slices.Clone(l.People)
	for i, turn := range l.People {
		if slices.Contains(turn, plan.Nobody) {
			l.People[i] = []string{"somebody"}
		}
	}
	return l
}

// split gives each rotation a schedule of its own, if two of them can have people on call at once. There, both are
// paged; here, of two layers that cover the same time only the later counts. The names of the new schedules are in the
// note, since the escalation policy has to page all of them.
func split(s *plan.Schedule) {
	if len(s.Layers) > plan.MostPaired {
		s.Note("it has %d rotations; where they overlap, all are paged there, and here only the last", len(s.Layers))
		return
	}
	for i := range s.Layers {
		for j := range i {
			if _, both := s.Overlap(s.Layers[j], filled(s.Layers[i])); !both {
				continue
			}
			s.Note("its rotations overlap, and there all of them are paged at once; "+
				"each is a schedule now (%s): page all of them in a step",
				strings.Join(s.Apart(), ", "))
			return
		}
	}
}
