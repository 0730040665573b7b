package slackfake

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
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
	u := s.ws.User(a["user"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	return wire.Answer{"user": s.shapeUser(u)}, nil
}

func (s *Slack) usersList(a wire.Args) (wire.Answer, error) {
	page, next, err := cut(s.ws.People, a, func(u workspace.User) string { return u.ID })
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
	i := slices.IndexFunc(s.ws.People, func(u workspace.User) bool {
		return u.Email != "" && strings.EqualFold(u.Email, a["email"]) && !u.Deleted
	})
	if i < 0 {
		return nil, wire.Refuse("users_not_found")
	}
	return wire.Answer{"user": s.shapeUser(&s.ws.People[i])}, nil
}

func (s *Slack) shapeUser(u *workspace.User) wire.Answer {
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
	_, offset := time.Now().In(u.Location()).Zone()
	out["real_name"], out["tz"], out["tz_label"], out["tz_offset"] = u.RealName, u.Zone, u.Zone, offset
	for _, flag := range []string{"is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted"} {
		out[flag] = false
	}
	return out
}

func (s *Slack) group(a wire.Args) (*workspace.UserGroup, error) {
	g := s.ws.Group(a["usergroup"])
	if g == nil {
		return nil, wire.Refuse("no_such_subteam")
	}
	return g, nil
}

func (s *Slack) groupsList(a wire.Args) (wire.Answer, error) {
	shapes := []wire.Answer{}
	for i := range s.ws.Groups {
		g := &s.ws.Groups[i]
		if g.Disabled && !a.Bool("include_disabled") {
			continue
		}
		shapes = append(shapes, s.shapeGroup(g, a))
	}
	return wire.Answer{"usergroups": shapes}, nil
}

func (s *Slack) shapeGroup(g *workspace.UserGroup, a wire.Args) wire.Answer {
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
		if u := s.ws.User(id); u == nil || u.Deleted || u.IsBot {
			return nil, wire.Refuse("invalid_users")
		}
	}
	g.Users = slices.Clone(users)
	s.ws.Changes.Mark()
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
	s.ws.Changes.Mark()
	return wire.Answer{"usergroup": s.shapeGroup(g, a)}, nil
}

// dndInfo tells of the span that holds now, or else of the next one.
func (s *Slack) dndInfo(a wire.Args) (wire.Answer, error) {
	u := s.ws.User(a["user"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	out := wire.Answer{"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": false}
	now := time.Now()
	if from, to, ok := u.NextQuiet(now); ok {
		out["dnd_enabled"], out["next_dnd_start_ts"], out["next_dnd_end_ts"] = true, from.Unix(), to.Unix()
	}
	if u.Quiet.Snoozed.After(now) {
		out["snooze_enabled"], out["snooze_endtime"] = true, u.Quiet.Snoozed.Unix()
	}
	return out, nil
}
