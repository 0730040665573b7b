package capture

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Rules are what is captured. Pins always mark a message, and so does the menu; only reactions are a choice.
type Rules struct {
	Signs []string // reactions that mark a message, by their names without colons
	All   bool     // whatever is said where an incident is talked about
}

// DefaultSigns are the reactions that mark a message unless the configuration says otherwise.
func DefaultSigns() []string { return []string{"pushpin", "memo", "stopwatch"} }

// Options is what Captures need.
type Options struct {
	Rules
	Root  string // the slash command of incidents
	Book  *incidents.Book
	Out   *slack.Sender
	Users map[string]string // names of people by their ids in Slack
	// May reports whether a person may put something onto a timeline.
	May   func(person string) bool
	Clock *clocks.Clock
	Log   *slog.Logger

	// Place is the incident that is talked about in a channel, or in the thread of a message in it; "" if none is.
	Place func(tx store.Tx, channel, thread string) string
	// Places are where an incident is talked about.
	Places func(tx store.Tx, id string) []Place
	// Once carries out what a form asks for (see [chat.Router.Once]).
	Once func(context.Context, *chat.Call, func(store.Tx) (blocks.Message, error)) blocks.Message
	// Readable is what somebody wrote as others would read it.
	Readable func(string) string
}

// A Place is where an incident is talked about: a channel, or the thread of a message in it.
type Place struct{ Channel, Thread string }

// Captures put messages onto timelines.
type Captures struct {
	o      Options
	reader *reader

	mu      sync.Mutex
	refused map[string]bool // what Slack has refused, so that it is logged once
}

// New makes Captures.
func New(o Options) *Captures {
	r := &reader{out: o.Out, users: o.Users, signs: o.Signs, names: map[string]string{}}
	return &Captures{o: o, reader: r, refused: map[string]bool{}}
}

// Kinds of outbox entries that this package handles.
const (
	KindMessage = "capture"       // look at a message
	KindPlace   = "capture-place" // read where an incident is talked about
	KindTell    = "capture-tell"  // tell somebody what came of it, or ask
)

// Handlers returns the handlers of outbox entries by kind.
func (c *Captures) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindMessage: c.look, KindPlace: c.read, KindTell: c.tell}
}

// body is the body of an entry about a message.
type body struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Thread  string `json:"thread,omitempty"` // as far as it is known
	User    string `json:"user,omitempty"`   // whose doing was the occasion
	// Carried is the message as it was when it was chosen, for where we may not read.
	Carried *carried `json:"carried,omitempty"`
}

// may reports whether whoever has that id in Slack may put something onto a timeline. Nobody is told that they may not: they did not
// speak to us.
func may(o Options, user string) bool {
	person := o.Users[user]
	return person != "" && o.May(person)
}

// Happened takes note of an event of ours. An error is that of the store. That somebody has taken a mark away is an
// occasion to look like any other: what is still marked is seen only there.
func (c *Captures) Happened(ctx context.Context, in slack.Request) error {
	e := in.Event
	if e.Message == nil {
		return nil
	}
	switch e.Type {
	case "reaction_added", "reaction_removed":
		if !c.reader.marks(e.Reaction) || !may(c.o, e.User) {
			return nil
		}
	case "pin_added", "pin_removed":
		if !may(c.o, e.User) {
			return nil
		}
	case "message":
		return c.said(ctx, in)
	default:
		return nil
	}
	return c.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		c.enqueue(tx, in.At, body{
			Channel: e.Message.Channel, TS: e.Message.TS, Thread: e.Message.Thread, User: e.User,
		})
		return nil
	})
}

// said takes note of a message: a new one, or one that was changed or deleted. Most concern no incident, and cost no write.
func (c *Captures) said(ctx context.Context, in slack.Request) error {
	m := in.Event.Message
	if c.ours(m) {
		return nil
	}
	var known, here bool
	err := c.o.Book.Store.View(ctx, func(tx store.Tx) error {
		known = tx.Get(messageKey(m.Channel, m.TS)) != nil
		here = c.o.All && !in.Event.Gone && c.o.Place(tx, m.Channel, m.Thread) != ""
		return nil
	})
	if err != nil || !known && !here {
		return err
	}
	return c.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		if known {
			c.enqueue(tx, in.At, body{Channel: m.Channel, TS: m.TS, Thread: m.Thread})
			return nil
		}
		c.enqueuePlace(tx, in.At, in.At, Place{m.Channel, threadOf(m)}, false)
		return nil
	})
}

// ours reports whether a message is one of our own.
func (c *Captures) ours(m *spoken.Message) bool {
	us := c.o.Out.Watch.Identity()
	return us.User != "" && m.User == us.User || us.App != "" && m.App == us.App
}

// threadOf is the thread that a message stands in; "" if it begins one, or stands outside of threads.
func threadOf(m *spoken.Message) string {
	if m.Thread == m.TS {
		return ""
	}
	return m.Thread
}

// enqueue enqueues a look at a message. Looks at one message have one key: many events about it before it is looked at are
// one look.
func (c *Captures) enqueue(tx store.Tx, now time.Time, b body) {
	outbox.In(tx, now).Soon(outbox.Entry{
		Key: store.Key("capture", b.Channel, b.TS), Kind: KindMessage, Lane: outbox.Asides, Due: now, Body: outbox.Body(b),
	})
}

// once reports whether something is heard for the first time since the start.
func (c *Captures) once(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.refused[what]
	c.refused[what] = true
	return !was
}

// unread is what comes of something that Slack does not let us read: it is said once, and given up; what else fails is tried again.
func (c *Captures) unread(channel string, err error) error {
	if t := slack.TroubleOf(err); t != slack.Refused && t != slack.Unreadable {
		return slack.Owed(err)
	}
	if code := slack.CodeOf(err); c.once(channel + " " + code) {
		c.o.Log.Warn("a message that was marked for a timeline cannot be read; invite the bot to its channel, or give it "+
			"the scopes channels:history and groups:history", "channel", channel, "err", err)
	}
	return nil
}
