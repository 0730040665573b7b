package slackfake

import (
	"slices"
	"strings"
	"time"
)

func (s *Slack) authTest(args) (answer, error) {
	return answer{
		"url":  "https://" + s.opts.Team.Domain + ".slack.com/",
		"team": s.opts.Team.Name, "team_id": s.opts.Team.ID,
		"user": s.opts.BotName, "user_id": s.opts.BotUserID, "bot_id": s.opts.BotID,
		"is_enterprise_install": false,
	}, nil
}

func (s *Slack) teamInfo(args) (answer, error) {
	return answer{"team": answer{"id": s.opts.Team.ID, "name": s.opts.Team.Name, "domain": s.opts.Team.Domain}}, nil
}

func (s *Slack) botsInfo(a args) (answer, error) {
	if a["bot"] != "" && a["bot"] != s.opts.BotID {
		return nil, refuse("bot_not_found")
	}
	return answer{"bot": answer{
		"id": s.opts.BotID, "app_id": s.opts.AppID, "name": s.opts.BotName,
		"user_id": s.opts.BotUserID, "deleted": false, "updated": 0, "icons": answer{},
	}}, nil
}

func (s *Slack) usersInfo(a args) (answer, error) {
	u := s.user(a["user"])
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return answer{"user": s.shapeUser(u)}, nil
}

func (s *Slack) usersList(a args) (answer, error) {
	page, next, err := cut(s.users, a, func(u User) string { return u.ID })
	if err != nil {
		return nil, err
	}
	shapes := make([]answer, len(page))
	for i := range page {
		shapes[i] = s.shapeUser(&page[i])
	}
	return answer{
		"members": shapes, "cache_ts": time.Now().Unix(),
		"response_metadata": answer{"next_cursor": next},
	}, nil
}

func (s *Slack) usersByEmail(a args) (answer, error) {
	i := slices.IndexFunc(s.users, func(u User) bool {
		return u.Email != "" && strings.EqualFold(u.Email, a["email"]) && !u.Deleted
	})
	if i < 0 {
		return nil, refuse("users_not_found")
	}
	return answer{"user": s.shapeUser(&s.users[i])}, nil
}

func (s *Slack) shapeUser(u *User) answer {
	profile := answer{
		"real_name": u.RealName, "real_name_normalized": u.RealName,
		"display_name": u.Name, "display_name_normalized": u.Name, "title": u.Title,
		"team": s.opts.Team.ID, "status_text": "", "status_emoji": "", "avatar_hash": "",
	}
	if s.scoped("users:read.email") && u.Email != "" {
		profile["email"] = u.Email
	}
	out := answer{
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

func (s *Slack) group(a args) (*UserGroup, error) {
	i := slices.IndexFunc(s.groups, func(g UserGroup) bool { return g.ID == a["usergroup"] })
	if i < 0 {
		return nil, refuse("no_such_subteam")
	}
	return &s.groups[i], nil
}

func (s *Slack) groupsList(a args) (answer, error) {
	shapes := []answer{}
	for i := range s.groups {
		g := &s.groups[i]
		if g.Disabled && !a.bool("include_disabled") {
			continue
		}
		shapes = append(shapes, s.shapeGroup(g, a))
	}
	return answer{"usergroups": shapes}, nil
}

func (s *Slack) shapeGroup(g *UserGroup, a args) answer {
	out := answer{
		"id": g.ID, "team_id": s.opts.Team.ID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
		"description": "", "is_external": false, "date_create": 0, "date_update": 0, "date_delete": 0,
		"prefs": answer{"channels": []string{}, "groups": []string{}},
	}
	if g.Disabled {
		out["date_delete"] = 1
	}
	if a.bool("include_count") {
		out["user_count"] = len(g.Users)
	}
	if a["users"] != "" || a.bool("include_users") {
		out["users"] = slices.Clone(g.Users)
	}
	return out
}

func (s *Slack) groupMembers(a args) (answer, error) {
	g, err := s.group(a)
	if err != nil {
		return nil, err
	}
	if g.Disabled && !a.bool("include_disabled") {
		return nil, refuse("subteam_disabled")
	}
	return answer{"users": append([]string{}, g.Users...)}, nil
}

func (s *Slack) groupUpdate(a args) (answer, error) {
	g, err := s.group(a)
	if err != nil {
		return nil, err
	}
	users := a.list("users")
	if len(users) == 0 {
		return nil, refuse("no_users_provided")
	}
	for _, id := range users {
		if u := s.user(id); u == nil || u.Deleted || u.IsBot {
			return nil, refuse("invalid_users")
		}
	}
	g.Users = slices.Clone(users)
	s.changed()
	return answer{"usergroup": s.shapeGroup(g, a)}, nil
}

func (s *Slack) groupEnable(a args) (answer, error)  { return s.groupSwitch(a, false) }
func (s *Slack) groupDisable(a args) (answer, error) { return s.groupSwitch(a, true) }

func (s *Slack) groupSwitch(a args, disabled bool) (answer, error) {
	g, err := s.group(a)
	switch {
	case err != nil:
		return nil, err
	case g.Disabled == disabled && disabled:
		return nil, refuse("already_disabled")
	case g.Disabled == disabled:
		return nil, refuse("already_enabled")
	}
	g.Disabled = disabled
	s.changed()
	return answer{"usergroup": s.shapeGroup(g, a)}, nil
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
