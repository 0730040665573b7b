package grafana

import (
	"cmp"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/rolling"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A carrier carries over the shifts of a schedule.
type carrier struct {
	s     *plan.Schedule
	users []User
}

// schedule carries over one schedule with its shifts: those that recur as layers, the lower levels first; those that do not
// as overrides, after that, since they are compared with the layers.
func (g Export) schedule(p *plan.Plan, in Schedule, shifts []Shift) {
	zone := cmp.Or(in.TimeZone, "UTC")
	// Where all shifts have one zone, it is that of the handoffs: the schedule's own is for looking at it.
	own := shifts[0].TimeZone
	if own != "" && !slices.ContainsFunc(shifts, func(sh Shift) bool { return sh.TimeZone != own }) {
		zone = own
	}
	c := carrier{p.Begin(in.Name, zone), g.Users}
	if len(c.users) == 0 {
		c.s.Plan.Note("people have their ids for names: add the response of /users")
	}
	slices.SortStableFunc(shifts, func(a, b Shift) int { return a.rank() - b.rank() })
	shifts = slices.DeleteFunc(shifts, func(sh Shift) bool { return !c.fits(sh) })
	recurring := slices.DeleteFunc(slices.Clone(shifts), Shift.once)
	beside := c.s.Layered
	// layers by themselves would be wrong where some pause
	if woven := c.woven(recurring); woven != nil {
		beside = woven.Recurring
	} else {
		for _, sh := range recurring {
			c.shift(sh, nil)
		}
		c.overlaps()
	}
	for _, sh := range shifts { // after what recurs, with which they are compared
		if sh.once() {
			c.shift(sh, beside)
		}
	}
}

// once reports whether a shift does not recur.
func (sh Shift) once() bool { return sh.Type == "single_event" || sh.Type == "override" }

// rank is the level of a shift; an override is above all. It is bounded, so that no level of a file reaches that.
func (sh Shift) rank() int {
	if sh.Type == "override" {
		return 1 << 20
	}
	return min(sh.Level, 1<<19)
}

// fits reports whether a shift is still to come and of a zone that can be carried over. A shift in another zone is carried
// over with a note: it is right for half a year, and somebody sees to it.
func (c carrier) fits(sh Shift) bool {
	if sh.Until != "" {
		switch last, err := wall.Instant(sh.Until, c.s.Zone); {
		case err != nil:
			c.s.Note("shift %s ends at %s there; take it out then", sh.Name, sh.Until)
		case !last.Add(time.Duration(sh.Seconds) * time.Second).After(c.s.Plan.Now):
			c.s.Note("shift %s of %s ended at %s, and is left out", sh.Name, plan.Listed(c.groups(sh)), c.s.At(last))
			return false
		}
	}
	if sh.TimeZone != "" && sh.TimeZone != c.s.Zone.String() {
		c.s.Note("shift %s is in the zone %s; in %s its handoffs are right only until the clocks change",
			sh.Name, sh.TimeZone, c.s.Zone)
	}
	return true
}

// overlaps notes layers of one level that cover the same time. Here only the last of them would be on call.
func (c carrier) overlaps() {
	if len(c.s.Layers) > plan.MostPaired {
		c.s.Note("it has %d layers; where those of one level overlap, all are on call there, and here only the last",
			len(c.s.Layers))
		return
	}
	for i := range c.s.Layers {
		for j := range i {
			if c.s.Levels[i] == c.s.Levels[j] {
				c.s.NoteOverlap(c.s.Layers[j], c.s.Layers[i])
			}
		}
	}
}

// groups are the people of a shift, turn by turn. The first turn is that of the index which the shift names.
func (c carrier) groups(sh Shift) [][]string {
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
			turn = append(turn, c.person(sh, id))
		}
		all = append(all, turn)
	}
	isEmpty := func(turn []string) bool { return len(turn) == 0 }
	all = slices.DeleteFunc(wall.Turned(all, sh.First), isEmpty)
	if empty := len(groups) - len(all); empty > 0 && len(all) > 0 {
		c.s.Plan.Note("shift %s of %s from %s has turns without people; they are nobody's here",
			sh.Name, plan.Listed(all), sh.Start)
		all = append(all, slices.Repeat([][]string{{plan.Nobody}}, empty)...)
	}
	return all
}

// person is a user of a shift. Without the answer of /users the id is the name.
func (c carrier) person(sh Shift, id string) string {
	isThem := func(u User) bool { return u.ID == id }
	them := slices.DeleteFunc(slices.Clone(c.users), func(u User) bool { return !isThem(u) })
	var names []string
	for _, u := range them {
		names = append(names, u.Username, u.Name, u.Email)
	}
	if len(names) == 0 && len(c.users) > 0 {
		c.s.Plan.Note("shift %s from %s: its user %s is not among the users in these files", sh.Name, sh.Start, id)
	}
	name := c.s.Plan.Person(id, names...)
	for _, u := range them {
		c.s.Plan.Known(name, u.slackID(), cmp.Or(u.Zone, u.ZoneToo))
	}
	return name
}

// shift carries over a shift. beside finds what recurs beside one that does not.
func (c carrier) shift(sh Shift, beside func(level int, o rotations.Override) plan.Beside) {
	zone := c.s.Zone
	if z, err := time.LoadLocation(sh.TimeZone); err == nil && sh.TimeZone != "" {
		zone = z
	}
	at, err := wall.Instant(sh.Start, zone)
	if err != nil || sh.Seconds <= 0 {
		c.s.Note("shift %s has no start or no duration, and is left out", sh.Name)
		return
	}
	groups := c.groups(sh)
	switch {
	case len(groups) == 0:
		c.s.Note("shift %s from %s has no people, and is left out", sh.Name, c.s.At(at))
	case sh.once():
		c.single(sh, groups[0], at, beside)
	default:
		c.s.Level = sh.rank()
		before := len(c.s.Layers)
		c.recurs(sh, groups, at)
		c.since(sh, before, zone)
	}
}

// single carries over a shift that does not recur. An override here has one person, so of several the first stands in, and
// that is noted.
func (c carrier) single(
	sh Shift, turn []string, at time.Time, beside func(level int, o rotations.Override) plan.Beside,
) {
	if len(turn) > 1 {
		c.s.Note("shift %s of %s at %s has several people; here only %s stands in",
			sh.Name, plan.List(turn), sh.Start, turn[0])
	}
	to := at.Add(time.Duration(sh.Seconds) * time.Second)
	c.s.OverBy(turn[0], at, to)
	o := rotations.Override{Person: turn[0], From: at, To: to}
	c.s.StandIn(o, beside(sh.rank(), o))
}

// recurs carries over a shift that recurs. Monthly shifts have no layer: our shifts are hours, days, weeks, or months from
// one date on, and not the first Monday.
func (c carrier) recurs(sh Shift, groups [][]string, at time.Time) {
	r := rolling.Shifts{
		Name: sh.Name, Start: wall.Of(at, c.s.Zone), Seconds: sh.Seconds, Interval: max(sh.Interval, 1),
		Groups: groups, Weekday: wall.FirstDay(sh.WeekStart),
	}
	days, ok := wall.Weekdays(sh.ByDay)
	if last, err := wall.Instant(sh.Until, c.s.Zone); err == nil && wall.Unit(sh.Frequency) > 0 {
		r.Ends = r.Ending(wall.Of(last, c.s.Zone), r.Interval*wall.Unit(sh.Frequency), len(days) > 0)
	}
	why := ""
	switch {
	case !ok || len(sh.ByMonth)+len(sh.ByMonthDay) > 0 || sh.Frequency == "monthly":
		why = "is by the month"
	case sh.Frequency == "weekly":
		why = r.Weekly(c.s, days)
	case sh.Frequency == "daily":
		why = r.Daily(c.s, days)
	case sh.Frequency == "hourly" && len(days) == 0 && r.Seconds == r.Interval*wall.Hour:
		r.Plain(c.s, r.Seconds, nil)
	default:
		why = "repeats " + cmp.Or(sh.Frequency, "never")
	}
	if why != "" {
		c.s.Note("shift %s of %s from %s %s, which layers cannot express, and is left out",
			sh.Name, plan.Listed(groups), c.s.At(at), why)
	}
}

// since lets the layers of a shift begin when its turns begin to be there, if that is still to come: with the first
// handoff at or after that, unless shifts of the turn before begin after it, too. Whose turn it is counts from the
// start all the same.
func (c carrier) since(sh Shift, before int, zone *time.Location) {
	since, err := wall.Instant(sh.Since, zone)
	if sh.Since == "" || err == nil && !since.After(c.s.Plan.Now) {
		return
	}
	if err != nil {
		c.s.Note("shift %s begins at %s there, which cannot be read", sh.Name, sh.Since)
		return
	}
	at := wall.Civil(since, c.s.Zone)
	if sh.web {
		at -= civil.Time(sh.Seconds - 1)
	}
	for i := range c.s.Layers[before:] {
		if l := &c.s.Layers[before+i]; !rolling.Begins(l, at) {
			c.s.Note("shift %s of %s begins at %s there; here at %s",
				sh.Name, plan.Listed(l.People), c.s.At(since), l.Start)
		}
	}
}
