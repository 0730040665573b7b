// Package pagerduty carries over schedules of PagerDuty, as its API answers them.
//
// A schedule there is layers, the strongest first, and overrides. A layer has turns of so many seconds on the wall
// clock, counted from a virtual start, and restrictions to parts of a day or week: our layers are made likewise, so
// nearly all can be carried over. The answer also says who is on call when, with which the plan is compared.
package pagerduty

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Schedule is one of PagerDuty, as GET /schedules/{id} answers it.
type Schedule struct {
	Name      string  `json:"name"`
	Summary   string  `json:"summary"`
	TimeZone  string  `json:"time_zone"`
	Layers    []layer `json:"schedule_layers"` // the strongest first
	Overrides entries `json:"overrides_subschedule"`
	Final     entries `json:"final_schedule"`
}

// entries are shifts that the API has worked out for the span that it was asked for.
type entries struct {
	Entries []struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
		User  user      `json:"user"`
	} `json:"rendered_schedule_entries"`
}

// layer is a rotation. Turns are counted from the virtual start, in seconds on the wall clock, also where it begins later.
type layer struct {
	Name         string     `json:"name"`
	Start        time.Time  `json:"start"`
	End          *time.Time `json:"end"`
	VirtualStart time.Time  `json:"rotation_virtual_start"`
	TurnSeconds  int64      `json:"rotation_turn_length_seconds"`
	Users        []struct {
		User user `json:"user"`
	} `json:"users"`
	Restrictions []struct {
		Type     string `json:"type"`
		Start    string `json:"start_time_of_day"`
		Seconds  int64  `json:"duration_seconds"`
		StartDay int    `json:"start_day_of_week"` // 1 is Monday
	} `json:"restrictions"`
}

// user is a person. The name is in "summary" where only a reference was answered.
type user struct {
	ID      string `json:"id"`
	Summary string `json:"summary"`
	Name    string `json:"name"`
	Email   string `json:"email"`
}

// Into carries the schedule over into a plan.
func (in Schedule) Into(p *plan.Plan) {
	s := p.Begin(cmp.Or(in.Name, in.Summary), in.TimeZone)
	// here the last layer is the strongest
	for _, l := range slices.Backward(in.Layers) {
		l.into(s)
	}
	for _, e := range in.Overrides.Entries {
		who := e.User.person(p)
		s.OverBy(who, e.Start, e.End)
		s.Override(rotations.Override{Person: who, From: e.Start, To: e.End})
	}
	if len(in.Overrides.Entries) == 0 {
		s.Note("overrides are in the export only if it was asked for with since and until; it has none")
	}
	// what PagerDuty itself makes of all that, for [plan.Plan.Finish] to compare
	for _, e := range in.Final.Entries {
		s.Says(e.User.person(p), e.Start, e.End)
	}
}

// person is their name in the plan; the first that is not empty counts.
func (u user) person(p *plan.Plan) string { return p.Person(u.ID, u.Name, u.Summary, u.Email) }

// into adds the layer to a schedule.
func (in layer) into(s *plan.Schedule) {
	var people [][]string
	for _, u := range in.Users {
		people = append(people, []string{u.User.person(s.Plan)})
	}
	called := fmt.Sprintf("layer %s of %s from %s", in.Name, plan.Listed(people), s.At(in.Start))
	if in.End != nil && !in.End.After(s.Plan.Now) {
		s.Note("%s ended at %s, and is left out", called, s.At(*in.End)) // as those did that were edited since
		return
	}
	shift, ok := wall.Length(in.TurnSeconds)
	if !ok {
		s.Note("%s has turns of %d seconds, which are not whole hours, and is left out", called, in.TurnSeconds)
		return
	}
	if in.VirtualStart.IsZero() {
		in.VirtualStart = in.Start
	}
	// The layer begins with the handoff at or before its start; whose turn it is goes by the virtual start.
	begin, start := wall.Of(in.VirtualStart, s.Zone), wall.Of(in.Start, s.Zone)
	k := wall.Floor(int64(start.Sub(begin)/time.Second), in.TurnSeconds)
	begin = begin.Add(time.Duration(k*in.TurnSeconds) * time.Second)
	if in.Start.After(s.Plan.Now) && begin.Before(start) {
		s.Note("layer %s begins at %s there, in the middle of a turn; here at %s",
			in.Name, start.Format(plan.Spoken), begin.Format(plan.Spoken))
	}
	only, ok := in.windows()
	if !ok {
		s.Note("a restriction of %s cannot be read, and the layer is left out", called)
		return
	}
	s.Layer(in.Name, rotations.Layer{
		People: wall.Turned(people, k), Start: civil.Of(begin), Shift: shift, Only: only,
	}, wall.End(in.End, s.Zone))
}

// windows are the restrictions of the layer.
func (in layer) windows() ([]civil.Window, bool) {
	var spans []wall.Span
	for _, r := range in.Restrictions {
		at, err := time.Parse("15:04:05", r.Start)
		if err != nil {
			return nil, false
		}
		switch r.Type {
		case "daily_restriction":
			// all of each day: no restriction
			if r.Seconds >= wall.Day {
				return nil, true
			}
			spans = append(spans, wall.Daily(wall.EveryDay(), wall.SecondOf(at), r.Seconds)...)
		case "weekly_restriction":
			if r.StartDay < 1 || r.StartDay > 7 {
				return nil, false
			}
			// time.Sunday is 0, there it is 7
			on := time.Weekday(r.StartDay % 7)
			spans = append(spans, wall.Span{On: on, From: wall.SecondOf(at), Seconds: r.Seconds})
		default:
			return nil, false
		}
	}
	return wall.Windows(spans)
}
