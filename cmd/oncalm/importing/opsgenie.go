package importing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A schedule of Opsgenie, as GET /v2/schedules/{id} and ?expand=rotation answer it.
type ogSchedule struct {
	Name      string       `json:"name"`
	Timezone  string       `json:"timezone"`
	Enabled   *bool        `json:"enabled"`
	Rotations []ogRotation `json:"rotations"`

	// An override, as GET /v2/schedules/{id}/overrides answers it, has these instead.
	User  *ogUser   `json:"user"`
	Start time.Time `json:"startDate"`
	End   time.Time `json:"endDate"`
}

type ogUser struct {
	Type     string `json:"type"` // user, team, escalation or none
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

func (u ogUser) called() string { return cmp.Or(u.Username, u.Name, u.ID, u.Type) }

type ogRotation struct {
	Name         string     `json:"name"`
	StartDate    time.Time  `json:"startDate"`
	EndDate      *time.Time `json:"endDate"`
	Type         string     `json:"type"` // hourly, daily or weekly
	Length       int64      `json:"length"`
	Participants []ogUser   `json:"participants"`
	Restriction  *struct {
		Type string    `json:"type"`
		One  *ogHours  `json:"restriction"`  // of time-of-day
		All  []ogHours `json:"restrictions"` // of weekday-and-time-of-day
	} `json:"timeRestriction"`
}

type ogHours struct {
	StartDay  string `json:"startDay"`
	StartHour int64  `json:"startHour"`
	StartMin  int64  `json:"startMin"`
	EndDay    string `json:"endDay"`
	EndHour   int64  `json:"endHour"`
	EndMin    int64  `json:"endMin"`
}

func (p *Plan) opsgenie(data []byte) error {
	in, err := decode[ogSchedule](data)
	if err != nil {
		return err
	}
	if in.User != nil {
		p.note("the override of %s from %s to %s names no schedule that is known here; make it again",
			in.User.called(), in.Start.Format(spoken+" MST"), in.End.Format(spoken+" MST"))
		return nil
	}
	s := p.schedule(in.Name, in.Timezone)
	if len(in.Rotations) == 0 {
		p.note("%s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation", s.Name)
		return nil
	}
	if in.Enabled != nil && !*in.Enabled {
		p.note("%s: the schedule is not enabled there", s.Name)
	}
	for _, r := range in.Rotations {
		p.ogRotation(s, r)
	}
	p.note("%s: overrides are not in this export; those that are still to come must be made again", s.Name)
	p.ogSplit(s)
	return nil
}

func (p *Plan) ogRotation(s *schedule, in ogRotation) {
	if in.EndDate != nil && !in.EndDate.After(p.now) {
		var names []string
		for _, who := range in.Participants {
			names = append(names, who.called())
		}
		p.note("%s: rotation %s of %s ended at %s, and is left out", s.Name, in.Name, list(names), in.EndDate.In(s.Zone).Format(spoken))
		return
	}
	people := p.ogPeople(s, in)
	shift, ok := length(max(in.Length, 1) * unit(in.Type))
	if !ok {
		p.note("%s: rotation %s of %s from %s is %s, which layers cannot express, and is left out", s.Name, in.Name, listed(people), in.StartDate.In(s.Zone).Format(spoken), cmp.Or(in.Type, "of no type"))
		return
	}
	only, ok := ogWindows(in)
	if !ok {
		p.note("%s: the time restriction of rotation %s of %s from %s cannot be read, and the rotation is left out", s.Name, in.Name, listed(people), in.StartDate.In(s.Zone).Format(spoken))
		return
	}
	p.layer(s, in.Name, rotations.Layer{People: people, Start: local(in.StartDate, s.Zone), Shift: shift, Only: only}, end(in.EndDate, s.Zone))
}

// ogPeople are the turns of a rotation.
func (p *Plan) ogPeople(s *schedule, in ogRotation) [][]string {
	var people [][]string
	for _, who := range in.Participants {
		switch who.Type {
		case "none":
			people = append(people, []string{nobody})
			p.note("%s: in rotation %s it is nobody's turn at times; lower layers do not fill such a turn", s.Name, in.Name)
		case "user":
			people = append(people, []string{p.person(who.ID, who.Username, who.Name)})
		default:
			name := p.person(who.Type+" "+who.ID, who.Type+" "+who.Name)
			people = append(people, []string{name})
			p.note("%s: in rotation %s the %s %s has turns; put people in the place of %s", s.Name, in.Name, who.Type, who.Name, name)
		}
	}
	return people
}

func ogWindows(in ogRotation) ([]civil.Window, bool) {
	if in.Restriction == nil {
		return nil, true
	}
	hours := in.Restriction.All
	if in.Restriction.One != nil {
		hours = append(hours, *in.Restriction.One)
	}
	var spans []span
	for _, h := range hours {
		from, to := h.StartHour*hour+h.StartMin*60, h.EndHour*hour+h.EndMin*60
		if in.Restriction.Type == "time-of-day" {
			if to <= from {
				to += day
			}
			spans = append(spans, daily(everyDay(), from, to-from)...)
			continue
		}
		first, ok := weekday(h.StartDay)
		last, ok2 := weekday(h.EndDay)
		if !ok || !ok2 {
			return nil, false
		}
		seconds := int64((last-first+7)%7)*day + to - from
		if seconds <= 0 {
			seconds += week
		}
		spans = append(spans, span{first, from, seconds})
	}
	return windows(spans)
}

// filled is a layer in which somebody has nobody's turns.
func filled(l rotations.Layer) rotations.Layer {
	l.People = slices.Clone(l.People)
	for i, turn := range l.People {
		if slices.Contains(turn, nobody) {
			l.People[i] = []string{"somebody"}
		}
	}
	return l
}

// weekday reads a day by its name, or by two letters or more of it.
func weekday(name string) (time.Weekday, bool) {
	name = strings.ToLower(name)
	for _, d := range everyDay() {
		if len(name) >= 2 && strings.HasPrefix(strings.ToLower(d.String()), name) {
			return d, true
		}
	}
	return 0, false
}

// ogSplit gives each rotation a schedule of its own, if two of them can have people on call at once. There, both are paged;
// here, of two layers that cover the same time only the later counts.
func (p *Plan) ogSplit(s *schedule) {
	if len(s.Layers) > mostPaired {
		p.note("%s: it has %d rotations; where they overlap, all are paged there, and here only the last", s.Name, len(s.Layers))
		return
	}
	for i := range s.Layers {
		for j := range i {
			if _, both := p.overlap(s, s.Layers[j], filled(s.Layers[i])); !both {
				continue
			}
			layers := s.Layers
			s.Layers, s.levels = layers[:1:1], s.levels[:1:1]
			names := []string{s.Name}
			for _, l := range layers[1:] {
				other := p.schedule(s.Name+"-"+l.Name, s.Zone.String())
				other.Layers, other.levels = []rotations.Layer{l}, []int{0}
				names = append(names, other.Name)
			}
			p.note("%s: its rotations overlap, and there all of them are paged at once; each is a schedule now (%s): page all of them in a step", s.Name, strings.Join(names, ", "))
			return
		}
	}
}
