package importing

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A schedule of PagerDuty, as GET /schedules/{id} answers it.
type pdSchedule struct {
	Name      string        `json:"name"`
	Summary   string        `json:"summary"`
	TimeZone  string        `json:"time_zone"`
	Layers    []pdLayer     `json:"schedule_layers"` // the strongest first
	Overrides pdSubschedule `json:"overrides_subschedule"`
	Final     pdSubschedule `json:"final_schedule"`
}

type pdSubschedule struct {
	Entries []struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
		User  pdUser    `json:"user"`
	} `json:"rendered_schedule_entries"`
}

type pdLayer struct {
	Name         string     `json:"name"`
	Start        time.Time  `json:"start"`
	End          *time.Time `json:"end"`
	VirtualStart time.Time  `json:"rotation_virtual_start"`
	TurnSeconds  int64      `json:"rotation_turn_length_seconds"`
	Users        []struct {
		User pdUser `json:"user"`
	} `json:"users"`
	Restrictions []struct {
		Type     string `json:"type"`
		Start    string `json:"start_time_of_day"`
		Seconds  int64  `json:"duration_seconds"`
		StartDay int    `json:"start_day_of_week"` // 1 is Monday
	} `json:"restrictions"`
}

type pdUser struct {
	ID      string `json:"id"`
	Summary string `json:"summary"`
	Name    string `json:"name"`
	Email   string `json:"email"`
}

func (p *Plan) pagerDuty(data []byte) error {
	in, err := decode[pdSchedule](data)
	if err != nil {
		return err
	}
	name := in.Name
	if name == "" {
		name = in.Summary
	}
	s := p.schedule(name, in.TimeZone)
	for _, l := range slices.Backward(in.Layers) {
		p.pdLayer(s, l)
	}
	for _, e := range in.Overrides.Entries {
		who := p.pdPerson(e.User)
		p.overBy(s, who, e.Start, e.End)
		p.override(s, rotations.Override{Person: who, From: e.Start, To: e.End})
	}
	if len(in.Overrides.Entries) == 0 {
		p.note("%s: overrides are in the export only if it was asked for with since and until; it has none", s.Name)
	}
	for _, e := range in.Final.Entries {
		s.said = append(s.said, entry{p.pdPerson(e.User), e.Start, e.End})
	}
	return nil
}

func (p *Plan) pdPerson(u pdUser) string { return p.person(u.ID, u.Name, u.Summary, u.Email) }

func (p *Plan) pdLayer(s *schedule, in pdLayer) {
	var people [][]string
	for _, u := range in.Users {
		people = append(people, []string{p.pdPerson(u.User)})
	}
	called := fmt.Sprintf("layer %s of %s from %s", in.Name, listed(people), in.Start.In(s.Zone).Format(spoken))
	if in.End != nil && !in.End.After(p.now) {
		p.note("%s: %s ended at %s, and is left out", s.Name, called, in.End.In(s.Zone).Format(spoken)) // as those did that were edited since
		return
	}
	shift, ok := length(in.TurnSeconds)
	if !ok {
		p.note("%s: %s has turns of %d seconds, which are not whole hours, and is left out", s.Name, called, in.TurnSeconds)
		return
	}
	if in.VirtualStart.IsZero() {
		in.VirtualStart = in.Start
	}
	// The layer begins with the handoff at or before its start; whose turn it is goes by the virtual start.
	begin, start := wall(in.VirtualStart, s.Zone), wall(in.Start, s.Zone)
	k := floor(int64(start.Sub(begin)/time.Second), in.TurnSeconds)
	begin = begin.Add(time.Duration(k*in.TurnSeconds) * time.Second)
	if in.Start.After(p.now) && begin.Before(start) {
		p.note("%s: layer %s begins at %s there, in the middle of a turn; here at %s", s.Name, in.Name, start.Format(spoken), begin.Format(spoken))
	}
	only, ok := p.pdWindows(in)
	if !ok {
		p.note("%s: a restriction of %s cannot be read, and the layer is left out", s.Name, called)
		return
	}
	p.layer(s, in.Name, rotations.Layer{People: turned(people, k), Start: civil.Of(begin), Shift: shift, Only: only}, end(in.End, s.Zone))
}

// floor divides, downwards also below zero.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (p *Plan) pdWindows(in pdLayer) ([]civil.Window, bool) {
	var spans []span
	for _, r := range in.Restrictions {
		at, err := time.Parse("15:04:05", r.Start)
		if err != nil {
			return nil, false
		}
		switch r.Type {
		case "daily_restriction":
			if r.Seconds >= day {
				return nil, true
			}
			spans = append(spans, daily(everyDay(), secondOf(at), r.Seconds)...)
		case "weekly_restriction":
			if r.StartDay < 1 || r.StartDay > 7 {
				return nil, false
			}
			spans = append(spans, span{time.Weekday(r.StartDay % 7), secondOf(at), r.Seconds})
		default:
			return nil, false
		}
	}
	return windows(spans)
}
