package slackfake

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

func (s *Slack) authTest(wire.Args) (wire.Answer, error) {
	return wire.Answer{
		"url":  "https://" + s.opts.Team.Domain + ".slack.com/",
		"team": s.opts.Team.Name, "team_id": s.opts.Team.ID,
		"user": s.opts.BotName, "user_id": s.opts.BotUserID, "bot_id": s.opts.BotID,
		"is_enterprise_install": false,
	}, nil
}

func (s *Slack) teamInfo(wire.Args) (wire.Answer, error) {
	return wire.Answer{"team": wire.Answer{"id": s.opts.Team.ID, "name": s.opts.Team.Name, "domain": s.opts.Team.Domain}}, nil
}

func (s *Slack) botsInfo(a wire.Args) (wire.Answer, error) {
	if a["bot"] != "" && a["bot"] != s.opts.BotID {
		return nil, wire.Refuse("bot_not_found")
	}
	return wire.Answer{"bot": wire.Answer{
		"id": s.opts.BotID, "app_id": s.opts.AppID, "name": s.opts.BotName,
		"user_id": s.opts.BotUserID, "deleted": false, "updated": 0, "icons": wire.Answer{},
	}}, nil
}

func (s *Slack) usersInfo(a wire.Args) (wire.Answer, error) {
	u := s.user(a["user"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	return wire.Answer{"user": s.shapeUser(u)}, nil
}

func (s *Slack) usersList(a wire.Args) (wire.Answer, error) {
	page, next, err := cut(s.users, a, func(u User) string { return u.ID })
	if err != nil {
		return nil, err
	}
	shapes := make([]wire.Answer, len(page))
	for i := range page {
		shapes[i] = s.shapeUser(&page[i])
	}
	return wire.Answer{
		"members": shapes, "cache_ts": time.Now().Unix(),
		"response_metadata": wire.Answer{"next_cursor": next},
	}, nil
}

func (s *Slack) usersByEmail(a wire.Args) (wire.Answer, error) {
	i := slices.IndexFunc(s.users, func(u User) bool {
		return u.Email != "" && strings.EqualFold(u.Email, a["email"]) && !u.Deleted
	})
	if i < 0 {
		return nil, wire.Refuse("users_not_found")
	}
	return wire.Answer{"user": s.shapeUser(&s.users[i])}, nil
}

func (s *Slack) shapeUser(u *User) wire.Answer {
	profile := wire.Answer{
		"real_name": u.RealName, "real_name_normalized": u.RealName,
		"display_name": u.Name, "display_name_normalized": u.Name, "title": u.Title,
		"team": s.opts.Team.ID, "status_text": "", "status_emoji": "", "avatar_hash": "",
	}
	if s.scoped("users:read.email") && u.Email != "" {
		profile["email"] = u.Email
	}
	out := wire.Answer{
		"id": u.ID, "team_id": s.opts.Team.ID, "name": u.Name, "deleted": u.Deleted, "is_bot": u.IsBot,
		"profile": profile, "updated": 0, "is_app_user": false,
	}
	if u.Deleted {
		return out
	}
	_, offset := time.Now().In(u.location()).Zone()
	out["real_name"], out["tz"], out["tz_label"], out["tz_offset"] = u.RealName, u.Zone, u.Zone, offset
	for _, flag := range []string{"is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted"} {
		out[flag] = false
	}
	return out
}

// location is the person's time zone; UTC if the machine does not know it.
func (u *User) location() *time.Location {
	zone, err := time.LoadLocation(u.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func (s *Slack) group(a wire.Args) (*UserGroup, error) {
	i := slices.IndexFunc(s.groups, func(g UserGroup) bool { return g.ID == a["usergroup"] })
	if i < 0 {
		return nil, wire.Refuse("no_such_subteam")
	}
	return &s.groups[i], nil
}

func (s *Slack) groupsList(a wire.Args) (wire.Answer, error) {
	shapes := []wire.Answer{}
	for i := range s.groups {
		g := &s.groups[i]
		if g.Disabled && !a.Bool("include_disabled") {
			continue
		}
		shapes = append(shapes, s.shapeGroup(g, a))
	}
	return wire.Answer{"usergroups": shapes}, nil
}

func (s *Slack) shapeGroup(g *UserGroup, a wire.Args) wire.Answer {
	out := wire.Answer{
		"id": g.ID, "team_id": s.opts.Team.ID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
		"description": "", "is_external": false, "date_create": 0, "date_update": 0, "date_delete": 0,
		"prefs": wire.Answer{"channels": []string{}, "groups": []string{}},
	}
	if g.Disabled {
		out["date_delete"] = 1
	}
	if a.Bool("include_count") {
		out["user_count"] = len(g.Users)
	}
	if a["users"] != "" || a.Bool("include_users") {
		out["users"] = slices.Clone(g.Users)
	}
	return out
}

func (s *Slack) groupMembers(a wire.Args) (wire.Answer, error) {
	g, err := s.group(a)
	if err != nil {
		return nil, err
	}
	if g.Disabled && !a.Bool("include_disabled") {
		return nil, wire.Refuse("subteam_disabled")
	}
	return wire.Answer{"users": append([]string{}, g.Users...)}, nil
}

func (s *Slack) groupUpdate(a wire.Args) (wire.Answer, error) {
	g, err := s.group(a)
	if err != nil {
		return nil, err
	}
	users := a.List("users")
	if len(users) == 0 {
		return nil, wire.Refuse("no_users_provided")
	}
	for _, id := range users {
		if u := s.user(id); u == nil || u.Deleted || u.IsBot {
			return nil, wire.Refuse("invalid_users")
		}
	}
	g.Users = slices.Clone(users)
	s.changed()
	return wire.Answer{"usergroup": s.shapeGroup(g, a)}, nil
}

func (s *Slack) groupEnable(a wire.Args) (wire.Answer, error)  { return s.groupSwitch(a, false) }
func (s *Slack) groupDisable(a wire.Args) (wire.Answer, error) { return s.groupSwitch(a, true) }

func (s *Slack) groupSwitch(a wire.Args, disabled bool) (wire.Answer, error) {
	g, err := s.group(a)
	switch {
	case err != nil:
		return nil, err
	case g.Disabled == disabled && disabled:
		return nil, wire.Refuse("already_disabled")
	case g.Disabled == disabled:
		return nil, wire.Refuse("already_enabled")
	}
	g.Disabled = disabled
	s.changed()
	return wire.Answer{"usergroup": s.shapeGroup(g, a)}, nil
}

// Group returns the user group of a handle, with its members as they stand now.
func (s *Slack) Group(handle string) (UserGroup, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.groups, func(g UserGroup) bool { return g.Handle == strings.TrimPrefix(handle, "@") })
	if i < 0 {
		return UserGroup{}, false
	}
	g := s.groups[i]
	g.Users = slices.Clone(g.Users)
	return g, true
}
