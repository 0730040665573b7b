package workspace

import (
	"slices"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// ShapeMessage is a message as the API shows it.
func (p App) ShapeMessage(c *Conversation, m *Message, withMetadata bool) wire.Answer {
	out := wire.Answer{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": p.Team.ID}
	if m.Bot {
		out["bot_id"], out["app_id"] = p.BotID, p.ID
		out["bot_profile"] = p.botProfile()
	}
	optional := map[string]struct {
		there bool
		value any
	}{
		"subtype":     {m.Subtype != "", m.Subtype},
		"blocks":      {m.Blocks != nil, m.Blocks},
		"attachments": {m.Attached != nil, m.Attached},
		"metadata":    {withMetadata && m.Metadata != nil, m.Metadata},
		"thread_ts":   {m.ThreadTS != "", m.ThreadTS},
		"files":       {m.Files != nil, m.Files},
		"reactions":   {m.Reactions != nil, m.Reactions},
		"pinned_to":   {c.Pinned(m.TS), []string{c.ID}},
	}
	for k, v := range optional {
		if v.there {
			out[k] = v.value
		}
	}
	if m.Edited {
		out["edited"] = wire.Answer{"user": m.User, "ts": Stamp(m.Edits[len(m.Edits)-1].Until)}
	}
	shapeThread(out, c, m)
	return out
}

// shapeThread adds what Slack tells of a thread: at an answer who began it, and at the first message how many answers there
// are.
func shapeThread(out wire.Answer, c *Conversation, m *Message) {
	if m.ThreadTS != "" {
		if parent := c.Message(m.ThreadTS); parent != nil {
			out["parent_user_id"] = parent.User
		}
		return
	}
	replies := c.Replies(m.TS)
	if len(replies) == 0 {
		return
	}
	var users []string
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	out["thread_ts"] = m.TS
	out["reply_count"], out["reply_users_count"], out["reply_users"] = len(replies), len(users), users
	out["latest_reply"] = replies[len(replies)-1].TS
}

func (p App) botProfile() wire.Answer {
	return wire.Answer{
		"id": p.BotID, "app_id": p.ID, "name": p.BotName,
		"team_id": p.Team.ID, "deleted": false, "updated": 0, "icons": wire.Answer{},
	}
}

// ShapeView is a view as the API and the interactions show it.
func (p App) ShapeView(v *View) wire.Answer {
	out := wire.Answer{
		"id": v.ID, "team_id": p.Team.ID, "type": v.Type, "blocks": v.Blocks,
		"private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID, "external_id": v.ExternalID,
		"state": wire.Answer{"values": wire.Answer{}}, "hash": v.Hash,
		"clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose, "submit_disabled": false,
		"root_view_id": v.RootID, "previous_view_id": nil,
		"app_id": p.ID, "app_installed_team_id": p.Team.ID, "bot_id": p.BotID,
		"title": v.Request["title"], "submit": v.Request["submit"], "close": v.Request["close"],
	}
	if v.PreviousID != "" {
		out["previous_view_id"] = v.PreviousID
	}
	if v.Blocks == nil {
		out["blocks"] = []any{}
	}
	return out
}

// Permalink is the address of a message. It has the ts without its point.
func (p App) Permalink(channel, ts string) string {
	return "https://" + p.Team.Domain + ".slack.com/archives/" + channel + "/p" + ts[:len(ts)-7] + ts[len(ts)-6:]
}
