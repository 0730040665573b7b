package capture

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Room is the name of the room whose words the buttons of this package say.
const Room = "timeline"

// asked is how many incidents are offered. More buttons than that help nobody.
const asked = 10

// find finds the incident that is meant where none is talked about, and reports whether it is known: the one that is open. If several
// are, whoever marked the message is asked, once.
func (c *Captures) find(tx store.Tx, now time.Time, r *record, s seen) bool {
	open := incidents.OpenIDs(tx, asked+1)
	switch {
	case len(open) == 0 || s.user == "" || s.marker == "":
		return false // people use these signs for other things as well
	case len(open) == 1:
		r.Incident = open[0]
		if i, err := incidents.Head(tx, open[0]); err == nil && !r.told(s.user) {
			c.whisper(tx, now, s, blocks.Sentence("On the timeline of ", blocks.Strong(i.ID), " (",
				text.Clip(text.Line(i.Title), 150), "). Take your mark away, and the line is struck."))
		}
		return true
	}
	if !r.told(s.user) {
		c.whisper(tx, now, s, c.which(tx, s, open))
	}
	return false
}

// which asks whose timeline is meant.
func (c *Captures) which(tx store.Tx, s seen, open []string) blocks.Message {
	m := blocks.Sentence("Several incidents are open. On whose timeline do you want this message?")
	for n, id := range open {
		i, err := incidents.Head(tx, id)
		if err != nil {
			continue // it is named by its id in the list, and by fsck
		}
		if n == asked {
			m.Body = append(m.Body, blocks.Para(blocks.Say("For others choose ", blocks.Strong("Add to timeline"),
				" in the menu of the message. All: ", blocks.Code(c.o.Root+" list"))))
			break
		}
		put := chat.Said{Room: Room, Word: "put", Rest: chat.Target{ID: id, Run: i.Run}.Value() + " " + s.Channel + " " + s.TS}
		m.Rows = append(m.Rows, []blocks.Button{put.Numbered(id+" · "+i.Severity+" · "+text.Line(i.Title), id)})
	}
	return m
}

// tellBody is the body of an entry that tells somebody something.
type tellBody struct {
	Channel string       `json:"channel"`
	User    string       `json:"user"`
	Drawn   blocks.Drawn `json:"message"`
}

// whisper enqueues an ephemeral message to whoever marked something. The key makes it one, however often the message is
// looked at.
func (c *Captures) whisper(tx store.Tx, now time.Time, s seen, m blocks.Message) {
	outbox.In(tx, now).Once(outbox.Entry{
		Key: store.Key("capture", s.Channel, s.TS, "tell", s.user), Kind: KindTell, Lane: outbox.Answers, Due: now,
		Body: outbox.Body(tellBody{s.Channel, s.user, blocks.Draw(m)}),
	})
}

// tell tells somebody something where they marked a message. Nobody needs it later.
func (c *Captures) tell(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	const stale = 10 * time.Minute
	var b tellBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	if c.o.Clock.Now().Sub(e.Created) > stale {
		return nil, nil
	}
	err := c.o.Out.Whisper(ctx, b.Channel, b.User, b.Drawn)
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		c.o.Log.Warn("somebody could not be told what came of a mark", "channel", b.Channel, "err", err)
		return nil, nil
	}
	return nil, slack.Owed(err)
}

// Room is what the buttons and forms of this package say. Nobody types it.
func (c *Captures) Room() chat.Room {
	return chat.Room{Name: Room, Root: c.o.Root, Title: "Timeline", Target: true, Unheard: []chat.Word{
		{Name: "put", Change: c.put},
		{Name: "add", Form: c.form, Filled: c.filled, Change: c.unformed},
	}}
}

// put is the answer to the question which incident is meant. The button says which message by its channel and ts. Marks are
// read again before anything is noted.
func (c *Captures) put(call *chat.Call, tx store.Tx) (blocks.Message, error) {
	channel, ts, ok := strings.Cut(call.Rest, " ")
	i, err := incidents.Head(tx, call.Target.ID)
	switch {
	case errors.Is(err, incidents.ErrNotFound), !ok:
		return chat.NoButton(call.Root), nil
	case err != nil:
		return blocks.Message{}, err
	}
	r, err := readRecord(tx, channel, ts)
	if err != nil {
		return blocks.Message{}, err
	}
	if r.On && r.Incident != i.ID {
		return blocks.Sentence("It is on the timeline of ", blocks.Strong(r.Incident), " already; nothing was changed."), nil
	}
	r.Incident = i.ID
	c.enqueue(tx, call.Now, body{Channel: channel, TS: ts})
	return blocks.Sentence("It goes onto the timeline of ", blocks.Strong(i.ID), " (", text.Clip(text.Line(i.Title), 150),
		")."), saveRecord(tx, channel, ts, r)
}
