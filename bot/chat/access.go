package chat

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/text"
)

// visits reports whether somebody who is not in the configuration may perhaps ask for something.
func visits(ctx context.Context, r *Router, in slack.Request) bool {
	return r.o.Access != (rights.Access{}) && r.users[in.User] == "" && in.ReplyTo != "" &&
		r.o.Out.Watch.Judge(ctx, in.From) == slack.Ours
}

// visit carries out what somebody types who is not in the configuration, if it is one of the few things that all full members of the
// workspace may. Whether they are one only Slack knows: that is found out after the request was answered, and what comes of it goes to
// the response address.
func visit(r *Router, c *Call, in slack.Request, room *Room, w Word) (payload string) {
	if !r.o.Access.May(room.Name, w.Name) {
		return encode(stranger(in.User), time.UTC, false)
	}
	r.loose.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), longest)
		defer cancel()
		m, ok := memberOf(ctx, r, c, in.User)
		payload := encode(m, time.UTC, false)
		if ok {
			payload = r.CarryOut(ctx, c, w)
		}
		r.answerLoosely(in.ReplyTo, payload, uses)
	})
	return ""
}

// memberOf finds out whether a user is a full member of the workspace, and says why not. Their name is one that they chose: so that they
// can be taken for nobody else, their id stands behind it.
func memberOf(ctx context.Context, r *Router, c *Call, user string) (m blocks.Message, ok bool) {
	u, err := r.o.Out.UserInfo(ctx, user)
	switch {
	case err != nil:
		r.o.Log.Warn("Slack does not say who asks", "user", user, "err", err)
		return blocks.Sentence("You are not in Oncalm's people list, and Slack does not say who you are; nothing was done. ",
			"Try again in a minute."), false
	case u.Foreign:
		return blocks.Sentence("You belong to another organisation, so nothing was done. ",
			"Only full members of this workspace can ask Oncalm; ask one of them."), false
	case u.Guest:
		return blocks.Sentence("You are a guest in this workspace, so nothing was done. ",
			"Only its full members can ask Oncalm; ask one of them."), false
	case u.Bot || u.Deleted:
		return stranger(user), false
	}
	c.Person = text.Clip(text.Line(u.Name), 40) + " (" + user + ")"
	return m, true
}
