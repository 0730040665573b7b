// Package grafana carries over schedules of Grafana OnCall, as its API answers them.
//
// There, schedules, shifts and users are answers of their own: an [Export] is all of them. A schedule is shifts of
// levels, of which the higher wins; all shifts of one level are on call at once. Shifts that recur become layers: in
// one of them groups take turns, as package rolling has it. Where some pause while others go on, each of their turns is
// a series, and all are woven as those of a calendar are. Shifts that do not recur become overrides.
package grafana

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// Export is what the API answers, which may come in several files: /schedules, /on_call_shifts, /users. One page of each is
// enough if it has all; what is missing is noted by its id.
type Export struct {
	Schedules []Schedule
	Shifts    []Shift
	Users     []User
}

// Schedule is one of /schedules.
type Schedule struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	TimeZone string   `json:"time_zone"`
	Shifts   []string `json:"shifts"`
	// Calendars elsewhere. Their addresses may be secrets.
	Calendar  string `json:"ical_url_primary"`
	Overrides string `json:"ical_url_overrides"`
}

// Shift is one of /on_call_shifts.
type Shift struct {
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

// User is one of /users.
type User struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	// Slack has been an object, and a list of one for each workspace.
	Slack   json.RawMessage `json:"slack"`
	Zone    string          `json:"timezone"`
	ZoneToo string          `json:"time_zone"`
}

// slack is a user in Slack, in either of the forms that the API has had.
type slack struct {
	User  string `json:"user_id"`
	Other string `json:"slack_id"`
}

// slackID is the id of somebody in Slack; nothing if there is none, or one in each of several workspaces.
func (u User) slackID() string {
	var all []slack
	var one slack
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

// slackForm is the form of ids of users in Slack.
var slackForm = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)

// Into carries over into a plan what was read. A shift may belong to several schedules, and is carried over into each.
func (g Export) Into(p *plan.Plan) {
	used := map[string]bool{}
	for _, in := range g.Schedules {
		var shifts []Shift
		var missing []string
		for _, id := range in.Shifts {
			i := slices.IndexFunc(g.Shifts, func(sh Shift) bool { return sh.ID == id })
			switch {
			case i < 0:
				missing = append(missing, id)
			case !slices.ContainsFunc(shifts, func(sh Shift) bool { return sh.ID == id }):
				shifts = append(shifts, g.Shifts[i])
				shifts[len(shifts)-1].web = in.Type == "web"
			}
			used[id] = true
		}
		in.elsewhere(p)
		switch {
		// the shifts are in the calendar, which was noted
		case in.Type == "ical":
		case len(shifts) == 0:
			p.Note("schedule %s has none of its shifts in these files: add the response of /on_call_shifts",
				in.Name)
		default:
			if len(missing) > 0 {
				p.Note("schedule %s: its shifts %s are not in these files, and whoever has them is missing here: "+
					"add the whole response of /on_call_shifts",
					in.Name, plan.List(missing))
			}
			g.schedule(p, in, shifts)
		}
	}
	for _, sh := range g.Shifts {
		if !used[sh.ID] {
			p.Note("shift %s belongs to none of the schedules in these files: add the response of /schedules",
				sh.Name)
		}
	}
}

// elsewhere notes what of a schedule lies in calendars elsewhere. Of an address only the host is told.
func (in Schedule) elsewhere(p *plan.Plan) {
	at := func(address string) string {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return "at " + u.Host
		}
		return "elsewhere"
	}
	if in.Type == "ical" || in.Calendar != "" {
		p.Note("schedule %s lies in a calendar %s: import that calendar", in.Name, at(in.Calendar))
	}
	if in.Overrides != "" {
		p.Note("schedule %s has its overrides in a calendar %s, and none of them is here: "+
			"import that, too, or make those again that are still to come",
			in.Name, at(in.Overrides))
	}
}
