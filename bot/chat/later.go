package chat

import (
	"cmp"
	"context"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/outbox"
)

// A Later is where an answer goes that is found long after Slack has been answered. It can be written down.
type Later struct {
	Request string `json:"request"`
	Person  string `json:"person"`
	Sealed  string `json:"sealed,omitempty"`  // the address, which is a secret
	Channel string `json:"channel,omitempty"` // of what was written without a slash command: the conversation
}

// LaterOf is where what comes of a call goes later: to whoever asked, and to nobody else.
func LaterOf(r *Router, c *Call) Later {
	to := Later{Request: c.ID, Person: c.Person}
	if address := cmp.Or(c.url, c.reply); address != "" {
		to.Sealed = r.seal.close(address, c.ID)
	} else {
		to.Channel = r.o.People[c.Person].Slack
	}
	return to
}

// Tell sends it, for the handler of an entry that found it: the message is in no store. It is dropped when nobody waits for it any more.
func Tell(ctx context.Context, r *Router, e outbox.Entry, to Later, m blocks.Message) error {
	if r.o.Clock.Now().Sub(e.Created) > Life {
		r.o.Log.Warn("a reply came too late to be sent", "key", e.Key)
		return nil
	}
	if to.Sealed == "" {
		return put(ctx, r, e, directBody{to.Channel, blocks.Draw(m)})
	}
	address, err := r.seal.open(to.Sealed, to.Request)
	if err != nil {
		r.o.Log.Warn("a reply could not be sent", "key", e.Key, "err", err)
		return nil
	}
	return send(ctx, r, e, address, encode(m, r.zone(to.Person), false))
}
