// Package groups keeps user groups in Slack as those say who are on call there, and says what to do where Slack does not let us.
package groups

import (
	"context"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/text"
)

// Set brings a user group up to date. See [handoffs.Messenger].
func Set(ctx context.Context, out *slack.Sender, known map[string]chat.Person, id string, people []string) error {
	var users []string
	for _, p := range people {
		if user := known[p].Slack; user != "" {
			users = append(users, user)
		}
	}
	return groupError(id, out.SetMembers(ctx, id, users))
}

// groupError says to handoffs what a failed call means for a group.
func groupError(id string, err error) error {
	if t := slack.TroubleOf(err); t != slack.Refused && t != slack.Unreadable {
		return slack.Owed(err)
	}
	return &handoffs.Refused{Code: slack.CodeOf(err), Why: groupRemedy(id, slack.CodeOf(err))}
}

// groupRemedy says what to do about a group that cannot be changed.
func groupRemedy(id, code string) string {
	switch code {
	case "missing_scope":
		return "the Slack app lacks the scopes usergroups:read and usergroups:write; add them and install it again"
	case "permission_denied", "no_permission", "not_allowed_token_type", "access_denied", "restricted_action":
		return "the workspace does not let this app change user groups; in Slack's settings under Permissions, allow " +
			"everybody to do that: apps count as members"
	case "paid_teams_only", "plan_upgrade_required":
		return "the workspace's plan has no user groups; remove user_group from the configuration"
	case "no_such_subteam", "subteam_not_found":
		return "there is no user group " + id + "; correct user_group in the configuration"
	}
	return "Slack says " + text.Clip(text.Line(code), 80)
}
