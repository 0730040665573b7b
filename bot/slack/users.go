package slack

import (
	"cmp"
	"context"
	"time"

	"github.com/slack-go/slack"
)

// disturbsNot reports whether Slack will keep silent at an instant. Slack tells of the next span only, which comes again each day.
func disturbsNot(dnd *slack.DNDStatus, at time.Time) bool {
	if dnd.SnoozeEnabled && at.Unix() < int64(dnd.SnoozeEndTime) {
		return true
	}
	from, to, t := int64(dnd.NextStartTimestamp), int64(dnd.NextEndTimestamp), at.Unix()
	const day = 24 * 60 * 60
	if !dnd.Enabled || to <= from {
		return false
	}
	since := (t - from) % day
	if since < 0 {
		since += day
	}
	return since < to-from
}

// Silent asks Slack whether it will keep silent for a user at an instant.
func (c *client) Silent(ctx context.Context, user string, at time.Time) (bool, error) {
	dnd, err := c.api.GetDNDInfoContext(ctx, &user)
	if err = c.settle("dnd.info", err); err != nil {
		return false, err
	}
	return disturbsNot(dnd, at), nil
}

// A user is what we need to know of somebody in Slack.
type user struct {
	Deleted bool           // the account is closed
	Bot     bool           // it is no person
	Zone    *time.Location // nil if Slack does not tell
	Guest   bool           // a member of some channels only
	Foreign bool           // of another organisation
	Name    string         // as others see it, who may have chosen it as they liked
}

// UserInfo asks Slack about a user.
func (c *client) UserInfo(ctx context.Context, id string) (user, error) {
	u, err := c.api.GetUserInfoContext(ctx, id)
	if err = c.settle("users.info", err); err != nil {
		return user{}, err
	}
	zone, err := time.LoadLocation(u.TZ)
	if err != nil || u.TZ == "" {
		zone = nil
	}
	us := c.watch.Identity()
	foreign := u.IsStranger || u.TeamID != "" && us.Team != "" && u.TeamID != us.Team &&
		(us.Enterprise == "" || u.Enterprise.EnterpriseID != us.Enterprise)
	guest, name := u.IsRestricted || u.IsUltraRestricted, cmp.Or(u.Profile.DisplayName, u.RealName, u.Name)
	return user{u.Deleted, u.IsBot, zone, guest, foreign, name}, nil
}
