package importing

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
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
	// Calendars elsewhere. Their addresses may be secrets.
	Calendar  string `json:"ical_url_primary"`
	Overrides string `json:"ical_url_overrides"`
}

type gfShift struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Type       string     `json:"type"` // rolling_users, recurrent_event, single_event, override
	TimeZone   string     `json:"time_zone"`
	Level      int        `json:"level"` // the higher wins
	Start      string     `json:"start"`
	Since      string     `json:"rotation_start"` // the turns count from the start on, but begin to be there here
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

	web bool // made by hand: a shift counts that is under way when the turns begin to be there
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
		var missing []string
		for _, id := range in.Shifts {
			i := slices.IndexFunc(g.shifts, func(sh gfShift) bool { return sh.ID == id })
			switch {
			case i < 0:
				missing = append(missing, id)
			case !slices.ContainsFunc(shifts, func(sh gfShift) bool { return sh.ID == id }):
				shifts = append(shifts, g.shifts[i])
				shifts[len(shifts)-1].web = in.Type == "web"
			}
			used[id] = true
		}
		p.gfElsewhere(in)
		switch {
		case in.Type == "ical":
		case len(shifts) == 0:
			p.note("schedule %s has none of its shifts in these files: give the answer of /on_call_shifts, too", in.Name)
		default:
			if len(missing) > 0 {
				p.note("schedule %s: its shifts %s are not in these files, and whoever has them is missing here: give all of what /on_call_shifts answers", in.Name, list(missing))
			}
			p.gfSchedule(g, in, shifts)
		}
	}
	for _, sh := range g.shifts {
		if !used[sh.ID] {
			p.note("shift %s belongs to none of the schedules in these files: give the answer of /schedules, too", sh.Name)
		}
	}
}

// gfElsewhere notes what of a schedule lies in calendars elsewhere. Of an address only the host is told.
func (p *Plan) gfElsewhere(in gfSchedule) {
	at := func(address string) string {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return "at " + u.Host
		}
		return "elsewhere"
	}
	if in.Type == "ical" || in.Calendar != "" {
		p.note("schedule %s lies in a calendar %s: import that calendar", in.Name, at(in.Calendar))
	}
	if in.Overrides != "" {
		p.note("schedule %s has its overrides in a calendar %s, and none of them is here: import that, too, or make those again that are still to come", in.Name, at(in.Overrides))
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
	slices.SortStableFunc(shifts, func(a, b gfShift) int { return a.rank() - b.rank() })
	shifts = slices.DeleteFunc(shifts, func(sh gfShift) bool { return !p.gfFits(g, s, sh) })
	recurring := slices.DeleteFunc(slices.Clone(shifts), gfShift.once)
	c := p.gfWoven(g, s, recurring)
	if c == nil {
		for _, sh := range recurring {
			p.gfShift(g, s, sh, nil)
		}
		p.gfOverlaps(s)
	}
	for _, sh := range shifts { // after what recurs, with which they are compared
		if sh.once() {
			p.gfShift(g, s, sh, c)
		}
	}
}

// once reports whether a shift does not recur.
func (sh gfShift) once() bool { return sh.Type == "single_event" || sh.Type == "override" }

// rank is the level of a shift; an override is above all.
func (sh gfShift) rank() int {
	if sh.Type == "override" {
		return 1 << 20
	}
	return min(sh.Level, 1<<19)
}

// gfFits reports whether a shift is still to come and of a zone that can be carried over.
func (p *Plan) gfFits(g *grafana, s *schedule, sh gfShift) bool {
	if sh.Until != "" {
		switch last, err := instant(sh.Until, s.Zone); {
		case err != nil:
			p.note("%s: shift %s ends at %s there; take it out then", s.Name, sh.Name, sh.Until)
		case !last.Add(time.Duration(sh.Seconds) * time.Second).After(p.now):
			p.note("%s: shift %s of %s ended at %s, and is left out", s.Name, sh.Name, listed(p.gfGroups(g, sh)), last.In(s.Zone).Format(spoken))
			return false
		}
	}
	if sh.TimeZone != "" && sh.TimeZone != s.Zone.String() {
		p.note("%s: shift %s is in the zone %s; in %s its handoffs are right only until the clocks change", s.Name, sh.Name, sh.TimeZone, s.Zone)
	}
	return true
}

// gfOverlaps notes layers of one level that cover the same time.
func (p *Plan) gfOverlaps(s *schedule) {
	if len(s.Layers) > mostPaired {
		p.note("%s: it has %d layers; where those of one level overlap, all are on call there, and here only the last", s.Name, len(s.Layers))
		return
	}
	for i := range s.Layers {
		for j := range i {
			if s.levels[i] == s.levels[j] {
				p.overlaps(s, s.Layers[j], s.Layers[i])
			}
		}
	}
}

// gfGroups are the people of a shift, turn by turn.
func (p *Plan) gfGroups(g *grafana, sh gfShift) [][]string {
	groups := sh.Rolling
	switch {
	case sh.Type != "rolling_users" && len(sh.Users) > 0:
		groups = [][]string{sh.Users}
	case sh.once():
		groups = groups[:min(len(groups), 1)]
	}
	// Nobody comes in place of an empty turn: the others follow each other, and pause after the last of them.
	var all [][]string
	for _, ids := range groups {
		var turn []string
		for _, id := range ids {
			turn = append(turn, p.gfPerson(g, sh, id))
		}
		all = append(all, turn)
	}
	isEmpty := func(turn []string) bool { return len(turn) == 0 }
	all = slices.DeleteFunc(turned(all, sh.First), isEmpty)
	if empty := len(groups) - len(all); empty > 0 && len(all) > 0 {
		p.note("shift %s of %s from %s has turns without people; they are nobody's here", sh.Name, listed(all), sh.Start)
		all = append(all, slices.Repeat([][]string{{nobody}}, empty)...)
	}
	return all
}

// gfPerson is a user of a shift.
func (p *Plan) gfPerson(g *grafana, sh gfShift, id string) string {
	names := []string{}
	for _, u := range g.users {
		if u.ID == id {
			names = append(names, u.Username, u.Name, u.Email)
		}
	}
	if len(names) == 0 && len(g.users) > 0 {
		p.note("shift %s from %s: its user %s is not among the users in these files", sh.Name, sh.Start, id)
	}
	name := p.person(id, names...)
	p.known(name, g.users, id)
	return name
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

func (p *Plan) gfShift(g *grafana, s *schedule, sh gfShift, c *sheet) {
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
	switch {
	case len(groups) == 0:
		p.note("%s: shift %s from %s has no people, and is left out", s.Name, sh.Name, at.In(s.Zone).Format(spoken))
	case sh.once():
		p.gfOnce(s, sh, groups[0], at, c)
	default:
		s.level = sh.rank()
		before := len(s.Layers)
		p.gfRecurs(s, sh, groups, at)
		p.gfSince(s, sh, before, zone)
	}
}

// gfOnce carries over a shift that does not recur.
func (p *Plan) gfOnce(s *schedule, sh gfShift, turn []string, at time.Time, c *sheet) {
	if len(turn) > 1 {
		p.note("%s: shift %s of %s at %s has several people; here only %s stands in", s.Name, sh.Name, list(turn), sh.Start, turn[0])
	}
	to := at.Add(time.Duration(sh.Seconds) * time.Second)
	p.overBy(s, turn[0], at, to)
	o := rotations.Override{Person: turn[0], From: at, To: to}
	if c != nil {
		p.standIn(s, o, c.recurring(sh.rank(), o))
	} else {
		p.standIn(s, o, p.layered(s, sh.rank(), o))
	}
}

// gfRecurs carries over a shift that recurs.
func (p *Plan) gfRecurs(s *schedule, sh gfShift, groups [][]string, at time.Time) {
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
		p.note("%s: shift %s of %s from %s %s, which layers cannot express, and is left out", s.Name, sh.Name, listed(groups), at.In(s.Zone).Format(spoken), why)
	}
}

// gfSince lets the layers of a shift begin when its turns begin to be there, if that is still to come: with the first handoff
// at or after that, unless shifts of the turn before begin after it, too. Whose turn it is counts from the start all the same.
func (p *Plan) gfSince(s *schedule, sh gfShift, before int, zone *time.Location) {
	since, err := instant(sh.Since, zone)
	if sh.Since == "" || err == nil && !since.After(p.now) {
		return
	}
	if err != nil {
		p.note("%s: shift %s begins at %s there, which cannot be read", s.Name, sh.Name, sh.Since)
		return
	}
	at := local(since, s.Zone)
	if sh.web {
		at -= civil.Time(sh.Seconds - 1)
	}
	for i := range s.Layers[before:] {
		if l := &s.Layers[before+i]; !begins(l, at) {
			p.note("%s: shift %s of %s begins at %s there; here at %s", s.Name, sh.Name, listed(l.People), since.In(s.Zone).Format(spoken), l.Start)
		}
	}
}

// instant reads a time of an export: with an offset, or on the wall clock of a zone.
func instant(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	c, err := civil.Parse(text)
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
