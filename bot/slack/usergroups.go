package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"
)

// SetMembers brings a user group up to date: one call that looks, and another only if something has to change. Slack takes no
// empty group; one of nobody is disabled.
func (c *client) SetMembers(ctx context.Context, id string, users []string) error {
	g, err := c.group(ctx, id)
	if err != nil {
		return err
	}
	err = c.setGroup(ctx, g, users)
	if code := CodeOf(err); code == "invalid_users" || code == "user_not_found" {
		// One bad member spoils the call. The others are to be found in the group all the same.
		if users, err = c.present(ctx, users); err == nil {
			err = c.setGroup(ctx, g, users)
		}
	}
	return err
}

// present leaves out those whom Slack takes into no group.
func (c *client) present(ctx context.Context, users []string) (all []string, err error) {
	for _, id := range users {
		u, err := c.UserInfo(ctx, id)
		switch t := TroubleOf(err); {
		case t == Limited || t == Unreachable:
			return nil, err
		case err == nil && !u.Deleted && !u.Bot:
			all = append(all, id)
		}
	}
	return all, nil
}

// group reads a user group, disabled ones too.
func (c *client) group(ctx context.Context, id string) (slack.UserGroup, error) {
	const method = "usergroups.list"
	all, err := c.api.GetUserGroupsContext(ctx,
		slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true))
	if err = c.settleAside(method, err); err != nil {
		return slack.UserGroup{}, err
	}
	i := slices.IndexFunc(all, func(g slack.UserGroup) bool { return g.ID == id })
	if i < 0 {
		return slack.UserGroup{}, &callError{trouble: Refused, method: method, code: "no_such_subteam"}
	}
	return all[i], nil
}

// setGroup changes what has to be changed.
func (c *client) setGroup(ctx context.Context, g slack.UserGroup, users []string) error {
	disabled := g.DateDelete != 0
	if len(users) == 0 {
		if disabled {
			return nil
		}
		_, err := c.api.DisableUserGroupContext(ctx, g.ID)
		return notAgain("already_disabled", c.settleAside("usergroups.disable", err))
	}
	if disabled {
		_, err := c.api.EnableUserGroupContext(ctx, g.ID)
		if err = notAgain("already_enabled", c.settleAside("usergroups.enable", err)); err != nil {
			return err
		}
	}
	if sameUsers(g.Users, users) {
		return nil
	}
	_, err := c.api.UpdateUserGroupMembersListContext(ctx, g.ID, users)
	return c.settleAside("usergroups.users.update", err)
}

// notAgain drops an error that says that a thing is as it should be.
func notAgain(code string, err error) error {
	if CodeOf(err) == code {
		return nil
	}
	return err
}

func sameUsers(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// settleAside takes note of a call that no page needs. That we may not make it says nothing about our token: pages need other
// rights.
func (c *client) settleAside(method string, err error) error {
	if err == nil {
		return c.watch.done(method, nil)
	}
	e := failed(method, err)
	if e.trouble == Barred && slices.Contains([]string{
		"missing_scope", "no_permission", "not_allowed_token_type", "access_denied", "team_access_not_granted",
	}, e.code) {
		e.trouble = Refused
	}
	return c.watch.done(method, e)
}
