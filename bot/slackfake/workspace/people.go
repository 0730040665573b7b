package workspace

import (
	"cmp"
	"slices"
	"time"
)

// Team is the workspace. Defaults: T0ONCALM, "Oncalm", "oncalm".
type Team struct{ ID, Name, Domain string }

// User is a person, or a bot, of the workspace.
type User struct {
	ID       string // U…
	Name     string // the handle, without @
	RealName string // default: Name
	Email    string
	Title    string // what they do
	Zone     string // IANA name, default UTC
	Deleted  bool   // deactivated
	IsBot    bool
	Guest    bool   // a member of some channels only
	Team     string // of another workspace that shares a channel with this one; "" for this one
	Quiet    Quiet  // when they are not to be disturbed
}

// UserGroup is a mentionable group of people.
type UserGroup struct {
	ID       string // S…
	Handle   string // without @
	Name     string // default: Handle
	Disabled bool
	Users    []string
}

// Quiet is when a person is not to be disturbed. The zero value is never.
type Quiet struct {
	// From and To are times of day in the person's zone, as "22:00". If To is not after From it is on the next day.
	From, To string
	// Snoozed is until when they turned notifications off by hand.
	Snoozed time.Time
}

func (u User) withDefaults() User {
	u.RealName = cmp.Or(u.RealName, u.Name)
	u.Zone = cmp.Or(u.Zone, "UTC")
	return u
}

// Location is the person's time zone; UTC if the machine does not know it.
func (u *User) Location() *time.Location {
	zone, err := time.LoadLocation(u.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// NextQuiet returns the first quiet span that is not over. It begins with yesterday, whose span may reach into today. Days
// are those of the calendar in the person's zone.
func (u *User) NextQuiet(now time.Time) (from, to time.Time, ok bool) {
	begin, err := time.Parse("15:04", u.Quiet.From)
	end, err2 := time.Parse("15:04", u.Quiet.To)
	if err != nil || err2 != nil {
		return from, to, false
	}
	local := now.In(u.Location())
	for day := -1; ; day++ {
		on := func(clock time.Time, later int) time.Time {
			year, month, today := local.Date()
			return time.Date(year, month, today+day+later, clock.Hour(), clock.Minute(), 0, 0, local.Location())
		}
		from, to = on(begin, 0), on(end, 0)
		if !to.After(from) {
			to = on(end, 1)
		}
		if to.After(now) {
			return from, to, true
		}
	}
}

// User finds a person, or a bot, by id; nil if there is none.
func (w *Workspace) User(id string) *User {
	i := slices.IndexFunc(w.People, func(u User) bool { return u.ID == id })
	if i < 0 {
		return nil
	}
	return &w.People[i]
}

// SetUser replaces the user of the same id, or adds one.
func (w *Workspace) SetUser(u User) {
	u = u.withDefaults()
	if old := w.User(u.ID); old != nil {
		*old = u
	} else {
		w.People = append(w.People, u)
	}
	w.Changes.Mark()
}

// Group finds a user group by id; nil if there is none.
func (w *Workspace) Group(id string) *UserGroup {
	i := slices.IndexFunc(w.Groups, func(g UserGroup) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return &w.Groups[i]
}
