package chat

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/text"
)

// visits reports whether somebody who is not in the configuration may perhaps ask for something.
func visits(ctx context.Context, r *Router, in slack.Request) bool {
	return r.o.Access != (rights.Access{}) && r.users[in.User] == "" && r.o.Out.Watch.Judge(ctx, in.From) == slack.Ours
}

// visit carries out what somebody asks for who is not in the configuration, if it is one of the few things that all full members of the
// workspace may. Whether they are one only Slack knows: that is found out after the request was answered, and what comes of it goes to
// the response address, or into the conversation that they have with the bot.
func visit(r *Router, c *Call, in slack.Request, room *Room, w Word) {
	if !r.o.Access.May(room.Name, w.Name) {
		turnAway(r, c, stranger(in.User))
		return
	}
	r.loose.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), longest)
		defer cancel()
		m, ok := memberOf(ctx, r, c, in.User)
		switch {
		case !ok:
			turnAway(r, c, m)
			return
		case w.Form != nil && len(c.Args) == 0 && in.Action == nil && r.open(ctx, c, w, in.Trigger):
			return
		}
		if payload := r.CarryOut(ctx, c, w); c.url == "" && c.reply != "" {
			r.answerLoosely(c.reply, payload, uses)
		}
	})
}

// turnAway says why nothing was done. Nothing is written down for strangers, nor while it is not known who is one.
func turnAway(r *Router, c *Call, m blocks.Message) {
	if address := cmp.Or(c.reply, c.url); c.direct {
		answerDirectly(r, c, m)
	} else if address != "" {
		r.answerLoosely(address, encode(m, time.UTC, false), uses)
	}
}

// filledByVisitor carries out a form that somebody sent who is not in the configuration. Slack closes it with the answer, so that waits
// for who they are, but not for long: who is not known by then keeps the form, and may send it again.
func filledByVisitor(ctx context.Context, r *Router, c *Call, in slack.Request, room *Room, w Word) (done Filled) {
	if !r.o.Access.May(room.Name, w.Name) {
		return Filled{Next: Closing(room.Title, stranger(in.User))}
	}
	short, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	if m, ok := memberOf(short, r, c, in.User); !ok {
		if short.Err() != nil && len(in.Form.Values) > 0 {
			const wait = "Slack does not say who you are; nothing was done. Try again in a minute."
			return Filled{Wrong: map[string]string{slices.Min(slices.Collect(maps.Keys(in.Form.Values))): wait}}
		}
		return Filled{Next: Closing(room.Title, m)}
	}
	return w.Filled(ctx, c, in.Form)
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
