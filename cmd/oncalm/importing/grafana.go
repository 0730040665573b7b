package importing

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// What the API of Grafana OnCall answers, which may come in several files: /schedules, /on_call_shifts, /users.
type grafana struct {
	schedules []gfSchedule
	shifts    []gfShift
	users     []gfUser
}

type gfSchedule struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	TimeZone string   `json:"time_zone"`
	Shifts   []string `json:"shifts"`
}

type gfShift struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Type       string     `json:"type"` // rolling_users, recurrent_event, single_event, override
	TimeZone   string     `json:"time_zone"`
	Level      int        `json:"level"` // the higher wins
	Start      string     `json:"start"`
	Seconds    int64      `json:"duration"`
	Frequency  string     `json:"frequency"` // hourly, daily, weekly, monthly
	Interval   int64      `json:"interval"`
	ByDay      []string   `json:"by_day"`
	ByMonth    []int      `json:"by_month"`
	ByMonthDay []int      `json:"by_monthday"`
	Until      string     `json:"until"`
	WeekStart  string     `json:"week_start"`
	Users      []string   `json:"users"`
	Rolling    [][]string `json:"rolling_users"`
	First      int64      `json:"start_rotation_from_user_index"`
}

type gfUser struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	// Slack has been an object, and a list of one for each workspace.
	Slack   json.RawMessage `json:"slack"`
	Zone    string          `json:"timezone"`
	ZoneToo string          `json:"time_zone"`
}

type gfSlack struct {
	User  string `json:"user_id"`
	Other string `json:"slack_id"`
}

// slackID is the id of somebody in Slack; nothing if there is none, or one in each of several workspaces.
func (u gfUser) slackID() string {
	var all []gfSlack
	var one gfSlack
	var text string
	switch {
	case json.Unmarshal(u.Slack, &all) == nil && len(all) == 1:
		one = all[0]
	case json.Unmarshal(u.Slack, &one) == nil:
	case json.Unmarshal(u.Slack, &text) == nil:
		one.User = text
	}
	id := cmp.Or(one.User, one.Other)
	if !slackForm.MatchString(id) {
		return ""
	}
	return id
}

var slackForm = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)

// grafana carries over what was read.
func (p *Plan) grafana(g *grafana) {
	used := map[string]bool{}
	for _, in := range g.schedules {
		var shifts []gfShift
		for _, sh := range g.shifts {
			if slices.Contains(in.Shifts, sh.ID) {
				shifts = append(shifts, sh)
				used[sh.ID] = true
			}
		}
		switch {
		case in.Type == "ical":
			p.note("schedule %s lies in a calendar elsewhere: import that calendar", in.Name)
		case len(shifts) == 0:
			p.note("schedule %s has none of its shifts in these files: give the answer of /on_call_shifts, too", in.Name)
		default:
			p.gfSchedule(g, in, shifts)
		}
	}
	for _, sh := range g.shifts {
		if !used[sh.ID] {
			p.note("shift %s belongs to none of the schedules in these files: give the answer of /schedules, too", sh.Name)
		}
	}
}

func (p *Plan) gfSchedule(g *grafana, in gfSchedule, shifts []gfShift) {
	zone := cmp.Or(in.TimeZone, "UTC")
	// Where all shifts have one zone, it is that of the handoffs: the schedule's own is for looking at it.
	if own := shifts[0].TimeZone; own != "" && !slices.ContainsFunc(shifts, func(sh gfShift) bool { return sh.TimeZone != own }) {
		zone = own
	}
	s := p.schedule(in.Name, zone)
	if len(g.users) == 0 {
		p.note("people have their ids for names: give the answer of /users, too")
	}
	slices.SortStableFunc(shifts, func(a, b gfShift) int { return a.Level - b.Level })
	levels := []int{}
	for _, sh := range shifts {
		if !p.gfFits(s, sh) {
			continue
		}
		before := len(s.Layers)
		p.gfShift(g, s, sh)
		for range s.Layers[before:] {
			levels = append(levels, sh.Level)
		}
	}
	p.gfOverlaps(s, levels)
}

// gfFits reports whether a shift is still to come and of a zone that can be carried over.
func (p *Plan) gfFits(s *schedule, sh gfShift) bool {
	if sh.Until != "" {
		switch last, err := instant(sh.Until, s.Zone); {
		case err != nil:
			p.note("%s: shift %s ends at %s there; take it out then", s.Name, sh.Name, sh.Until)
		case !last.Add(time.Duration(sh.Seconds) * time.Second).After(p.now):
			p.note("%s: shift %s ended at %s, and is left out", s.Name, sh.Name, last.In(s.Zone).Format(spoken))
			return false
		}
	}
	if sh.TimeZone != "" && sh.TimeZone != s.Zone.String() {
		p.note("%s: shift %s is in the zone %s; in %s its handoffs are right only until the clocks change", s.Name, sh.Name, sh.TimeZone, s.Zone)
	}
	return true
}

// gfOverlaps notes layers of one level that cover the same time.
func (p *Plan) gfOverlaps(s *schedule, levels []int) {
	if len(s.Layers) > mostPaired {
		p.note("%s: it has %d layers; where those of one level overlap, all are on call there, and here only the last", s.Name, len(s.Layers))
		return
	}
	for i := range s.Layers {
		for j := range i {
			if levels[i] == levels[j] && !p.apart(s, s.Layers[j], s.Layers[i]) {
				p.note("%s: %s and %s overlap on one level, and there both are on call; here only %s is", s.Name, s.Layers[j].Name, s.Layers[i].Name, s.Layers[i].Name)
			}
		}
	}
}

// gfGroups are the people of a shift, turn by turn.
func (p *Plan) gfGroups(g *grafana, sh gfShift) [][]string {
	groups := sh.Rolling
	if sh.Type != "rolling_users" {
		groups = [][]string{sh.Users}
	}
	var all [][]string
	for _, ids := range groups {
		var turn []string
		for _, id := range ids {
			names := []string{}
			for _, u := range g.users {
				if u.ID == id {
					names = append(names, u.Username, u.Name, u.Email)
				}
			}
			turn = append(turn, p.person(id, names...))
			p.known(turn[len(turn)-1], g.users, id)
		}
		if len(turn) > 0 {
			all = append(all, turn)
		}
	}
	return turned(all, sh.First)
}

// known adds to a person of the plan what users of that id have besides names.
func (p *Plan) known(name string, users []gfUser, id string) {
	i := slices.IndexFunc(p.people, func(o person) bool { return o.name == name })
	for _, u := range users {
		if u.ID != id || i < 0 {
			continue
		}
		p.people[i].slack = cmp.Or(p.people[i].slack, u.slackID())
		if zone := cmp.Or(u.Zone, u.ZoneToo); zone != "" && zone != "Local" {
			if _, err := time.LoadLocation(zone); err == nil {
				p.people[i].zone = zone
			}
		}
	}
}

func (p *Plan) gfShift(g *grafana, s *schedule, sh gfShift) {
	zone := s.Zone
	if z, err := time.LoadLocation(sh.TimeZone); err == nil && sh.TimeZone != "" {
		zone = z
	}
	at, err := instant(sh.Start, zone)
	if err != nil || sh.Seconds <= 0 {
		p.note("%s: shift %s has no start or no duration, and is left out", s.Name, sh.Name)
		return
	}
	groups := p.gfGroups(g, sh)
	if sh.Type == "single_event" || sh.Type == "override" {
		for _, turn := range groups {
			if len(turn) > 1 {
				p.note("%s: shift %s at %s has several people; here only %s stands in", s.Name, sh.Name, sh.Start, turn[0])
			}
			to := at.Add(time.Duration(sh.Seconds) * time.Second)
			p.overBy(s, turn[0], at, to)
			p.override(s, rotations.Override{Person: turn[0], From: at, To: to})
		}
		return
	}
	r := rolling{name: sh.Name, start: wall(at, s.Zone), seconds: sh.Seconds, interval: max(sh.Interval, 1), groups: groups, weekday: time.Monday}
	if first, ok := weekday(sh.WeekStart); ok {
		r.weekday = first
	}
	days, ok := weekdays(sh.ByDay)
	if last, err := instant(sh.Until, s.Zone); err == nil && unit(sh.Frequency) > 0 {
		r.ends = r.ending(wall(last, s.Zone), r.interval*unit(sh.Frequency), len(days) > 0)
	}
	why := ""
	switch {
	case !ok || len(sh.ByMonth)+len(sh.ByMonthDay) > 0 || sh.Frequency == "monthly":
		why = "is by the month"
	case sh.Frequency == "weekly":
		why = p.weekly(s, r, days)
	case sh.Frequency == "daily":
		why = p.daily(s, r, days)
	case sh.Frequency == "hourly" && len(days) == 0 && r.seconds == r.interval*hour:
		p.plain(s, r, r.seconds, nil)
	default:
		why = "repeats " + cmp.Or(sh.Frequency, "never")
	}
	if why != "" {
		p.note("%s: shift %s %s, which layers cannot express, and is left out", s.Name, sh.Name, why)
	}
}

// instant reads a time of an export: with an offset, or on the wall clock of a zone.
func instant(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	c, err := rotations.ParseCivil(text)
	if err != nil {
		return time.Time{}, err
	}
	return c.In(zone), nil
}

// weekdays reads MO, TU and so on.
func weekdays(names []string) ([]time.Weekday, bool) {
	var all []time.Weekday
	for _, n := range names {
		d, ok := weekday(strings.TrimSpace(n))
		if !ok {
			return nil, false
		}
		all = append(all, d)
	}
	return all, true
}
