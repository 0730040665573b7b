package importing

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// A schedule of Opsgenie, as GET /v2/schedules/{id} and ?expand=rotation answer it.
type ogSchedule struct {
	Name      string       `json:"name"`
	Timezone  string       `json:"timezone"`
	Enabled   *bool        `json:"enabled"`
	Rotations []ogRotation `json:"rotations"`
}

type ogRotation struct {
	Name         string     `json:"name"`
	StartDate    time.Time  `json:"startDate"`
	EndDate      *time.Time `json:"endDate"`
	Type         string     `json:"type"` // hourly, daily or weekly
	Length       int64      `json:"length"`
	Participants []struct {
		Type     string `json:"type"` // user, team, escalation or none
		ID       string `json:"id"`
		Username string `json:"username"`
		Name     string `json:"name"`
	} `json:"participants"`
	Restriction *struct {
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
	s := p.schedule(in.Name, in.Timezone)
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
		p.note("%s: rotation %s ended at %s, and is left out", s.Name, in.Name, in.EndDate.In(s.Zone).Format(spoken))
		return
	}
	shift, ok := length(max(in.Length, 1) * unit(in.Type))
	if !ok {
		p.note("%s: rotation %s is %s, which is unknown, and is left out", s.Name, in.Name, in.Type)
		return
	}
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
	only, ok := ogWindows(in)
	if !ok {
		p.note("%s: the time restriction of rotation %s cannot be read, and the rotation is left out", s.Name, in.Name)
		return
	}
	p.layer(s, in.Name, rotations.Layer{People: people, Start: local(in.StartDate, s.Zone), Shift: shift, Only: only}, end(in.EndDate, s.Zone))
}

func ogWindows(in ogRotation) ([]rotations.Window, bool) {
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
			if p.apart(s, s.Layers[j], s.Layers[i]) {
				continue
			}
			layers := s.Layers
			s.Layers = layers[:1:1]
			names := []string{s.Name}
			for _, l := range layers[1:] {
				other := p.schedule(s.Name+"-"+l.Name, s.Zone.String())
				other.Layers = []rotations.Layer{l}
				names = append(names, other.Name)
			}
			p.note("%s: its rotations overlap, and there all of them are paged at once; each is a schedule now (%s): page all of them in a step", s.Name, strings.Join(names, ", "))
			return
		}
	}
}
