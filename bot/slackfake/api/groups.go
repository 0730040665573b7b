package api

import (
	"slices"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// groups answers usergroups.*.
type groups struct {
	ws  *workspace.Workspace
	may *access
}

// group finds the user group that a call is about; Slack calls it a subteam in places.
func (s groups) group(a wire.Args) (*workspace.UserGroup, error) {
	g := s.ws.Group(a["usergroup"])
	if g == nil {
		return nil, wire.Refuse("no_such_subteam")
	}
	return g, nil
}

func (s groups) list(a wire.Args) (wire.Answer, error) {
	shapes := []wire.Answer{}
	for i := range s.ws.Groups {
		g := &s.ws.Groups[i]
		if g.Disabled && !a.Bool("include_disabled") {
			continue
		}
		shapes = append(shapes, s.shape(g, a))
	}
	return wire.Answer{"usergroups": shapes}, nil
}

// Members are listed on request, and in the answer to an update.
func (s groups) shape(g *workspace.UserGroup, a wire.Args) wire.Answer {
	out := wire.Answer{
		"id": g.ID, "team_id": s.ws.App.Team.ID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
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

func (s groups) members(a wire.Args) (wire.Answer, error) {
	g, err := s.group(a)
	if err != nil {
		return nil, err
	}
	if g.Disabled && !a.Bool("include_disabled") {
		return nil, wire.Refuse("subteam_disabled")
	}
	return wire.Answer{"users": append([]string{}, g.Users...)}, nil
}

// update replaces all members. A group without members is refused: it has to be disabled instead, which is why enable and
// disable are here.
func (s groups) update(a wire.Args) (wire.Answer, error) {
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
	return wire.Answer{"usergroup": s.shape(g, a)}, nil
}

func (s groups) enable(a wire.Args) (wire.Answer, error)  { return s.turn(a, false) }
func (s groups) disable(a wire.Args) (wire.Answer, error) { return s.turn(a, true) }

func (s groups) turn(a wire.Args, disabled bool) (wire.Answer, error) {
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
	return wire.Answer{"usergroup": s.shape(g, a)}, nil
}
