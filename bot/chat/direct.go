package chat

import (
	"context"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// KindDirect is the kind of outbox entries that answer a plain message to the bot.
const KindDirect = "direct"

// directEvent marks such an answer in its metadata.
const directEvent = "oncalm_answer"

// IsDirect reports whether an event is a plain message of a person to the bot, in the conversation that the two of them have.
func IsDirect(e *slack.Event) bool {
	m := e.Message
	return e.Type == "message" && !e.Gone && m != nil && strings.HasPrefix(m.Channel, "D") && m.User != "" && e.User == m.User &&
		m.Bot == "" && m.App == "" && m.Subtype == ""
}

// Direct carries out what somebody wrote to the bot as if it stood behind a slash command, and answers there. The same message is carried
// out once, however often Slack tells of it.
func Direct(ctx context.Context, r *Router, in slack.Request) {
	said := in.Event.Message
	in.User, in.Channel = in.Event.User, said.Channel
	c := &Call{ID: "slack:" + said.Channel + "/" + said.TS, Now: in.At, Rest: said.Text, Channel: said.Channel, direct: true}
	room := addressed(r, said.Text)
	c.Root = room.Root
	unknown, ours := r.admit(ctx, c, in)
	if !ours && !visits(ctx, r, in) {
		turnAway(r, c, unknown)
		return
	}
	if c.Rest = bare(c.Rest, c.Root); room.Bare && !room.verbatim(c.Rest) {
		c.Rest = bareAll(c.Rest, c.Root)
	}
	c.Args = Tokens(c.Rest)
	w, m, ok := meant(c, room)
	switch {
	case !ok && greets(c.Word):
		w, c.Word, c.Rest, c.Args = room.Silent, "", "", nil
	case !ok:
		if theirs, known := Theirs(r, c.Root, c.Word); known {
			m = theirs
		}
		w = Telling(m)
	}
	if !ours {
		visit(r, c, in, room, w)
		return
	}
	if (room.Bare || w.Zoned) && len(c.Args) > 0 || w.Timed && c.timed() {
		r.learnZone(ctx, c)
	}
	if ok {
		w = r.permitted(c, room, w)
	}
	r.CarryOut(ctx, c, w)
}

// greets reports whether a word only says that somebody is there.
func greets(word string) bool {
	return slices.Contains([]string{"hello", "hi", "hey", "hallo", "moin", "ping"}, strings.ToLower(Plain(word)))
}

// addressed is the room that is meant by a message: the one whose slash command it begins with, or the first that has its first word.
func addressed(r *Router, said string) *Room {
	first, _ := firstWord(unwrapped(said))
	if room, ok := r.room(Plain(first)); ok {
		return room
	}
	for n := range r.o.Rooms {
		if _, ok := Find(r.o.Rooms[n].Words, Plain(first)); ok {
			return &r.o.Rooms[n]
		}
	}
	return &r.o.Rooms[0]
}

// directBody is the body of an entry.
type directBody struct {
	Channel string       `json:"channel"` // or the person, if they have not written there
	Drawn   blocks.Drawn `json:"message"`
}

// enqueueDirectly enqueues the answer to a plain message.
func enqueueDirectly(c *Call, tx store.Tx, m blocks.Message) {
	outbox.In(tx, c.Now).Once(outbox.Entry{
		Key: store.Key("direct", c.ID), Kind: KindDirect, Lane: outbox.Answers, Due: c.Now,
		Body: outbox.Body(directBody{c.Channel, blocks.Draw(m)}),
	})
}

// sendDirectly sends it. It is dropped when Slack does not take it, and when nobody waits for it any more.
func sendDirectly(ctx context.Context, r *Router, e outbox.Entry) (func(store.Tx) error, error) {
	var b directBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	if r.o.Clock.Now().Sub(e.Created) > Life {
		r.o.Log.Warn("a reply came too late to be sent", "key", e.Key)
		return nil, nil
	}
	return nil, put(ctx, r, e, b)
}

// put posts a message to a conversation.
func put(ctx context.Context, r *Router, e outbox.Entry, b directBody) error {
	_, err := r.o.Out.PutOwed(ctx, e, b.Channel, !strings.HasPrefix(b.Channel, "D"), b.Drawn, directEvent)
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		r.o.Log.Warn("a reply could not be sent", "key", e.Key, "err", err)
		return nil
	}
	return slack.Owed(err)
}

// answerDirectly tells a person what could not be written down, once and without waiting for it.
func answerDirectly(r *Router, c *Call, m blocks.Message) {
	tag := slack.Tag{Event: directEvent, Key: c.ID}
	channel := c.Channel
	r.loose.Go(func() {
		if _, err := r.o.Out.Post(context.Background(), channel, blocks.Draw(m), tag); err != nil {
			r.o.Log.Warn("a reply could not be sent", "err", err)
		}
	})
}
