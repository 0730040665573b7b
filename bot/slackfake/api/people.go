package api

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// people answers auth.*, bots.*, team.*, users.* and dnd.*.
type people struct {
	ws  *workspace.Workspace
	may *access
}

// authTest answers whose token it is. The header X-OAuth-Scopes, which tells what it may do, is added where answers are
// rendered.
func (s people) authTest(wire.Args) (wire.Answer, error) {
	return wire.Answer{
		"url":  "https://" + s.ws.App.Team.Domain + ".slack.com/",
		"team": s.ws.App.Team.Name, "team_id": s.ws.App.Team.ID,
		"user": s.ws.App.BotName, "user_id": s.ws.App.BotUserID, "bot_id": s.ws.App.BotID,
		"is_enterprise_install": false,
	}, nil
}

func (s people) teamInfo(wire.Args) (wire.Answer, error) {
	t := s.ws.App.Team
	return wire.Answer{"team": wire.Answer{"id": t.ID, "name": t.Name, "domain": t.Domain}}, nil
}

func (s people) botsInfo(a wire.Args) (wire.Answer, error) {
	if a["bot"] != "" && a["bot"] != s.ws.App.BotID {
		return nil, wire.Refuse("bot_not_found")
	}
	return wire.Answer{"bot": wire.Answer{
		"id": s.ws.App.BotID, "app_id": s.ws.App.ID, "name": s.ws.App.BotName,
		"user_id": s.ws.App.BotUserID, "deleted": false, "updated": 0, "icons": wire.Answer{},
	}}, nil
}

func (s people) usersInfo(a wire.Args) (wire.Answer, error) {
	u := s.ws.User(a["user"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	return wire.Answer{"user": s.shapeUser(u)}, nil
}

func (s people) usersList(a wire.Args) (wire.Answer, error) {
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

// usersByEmail compares without case, and does not know people who are gone.
func (s people) usersByEmail(a wire.Args) (wire.Answer, error) {
	i := slices.IndexFunc(s.ws.People, func(u workspace.User) bool {
		return u.Email != "" && strings.EqualFold(u.Email, a["email"]) && !u.Deleted
	})
	if i < 0 {
		return nil, wire.Refuse("users_not_found")
	}
	return wire.Answer{"user": s.shapeUser(&s.ws.People[i])}, nil
}

// shapeUser is a person as the API shows one. Of people who are gone there is little; the address needs a scope of its own;
// somebody of another workspace is a stranger.
func (s people) shapeUser(u *workspace.User) wire.Answer {
	profile := wire.Answer{
		"real_name": u.RealName, "real_name_normalized": u.RealName,
		"display_name": u.Name, "display_name_normalized": u.Name, "title": u.Title,
		"team": s.ws.App.Team.ID, "status_text": "", "status_emoji": "", "avatar_hash": "",
	}
	if s.may.scoped("users:read.email") && u.Email != "" {
		profile["email"] = u.Email
	}
	out := wire.Answer{
		"id": u.ID, "team_id": s.ws.App.Team.ID, "name": u.Name, "deleted": u.Deleted, "is_bot": u.IsBot,
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
	out["is_restricted"] = u.Guest
	if u.Team != "" {
		out["is_stranger"], out["team_id"] = true, u.Team
	}
	return out
}

// dndInfo tells of the span that holds now, or else of the next one. With no span, the two times are 1, as the real ones
// are.
func (s people) dndInfo(a wire.Args) (wire.Answer, error) {
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
