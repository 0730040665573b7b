package command

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/lists"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// Options is what a Room needs. What is nil or empty is not there, as in a room that is made only to list its words.
type Options struct {
	Root   string          // the slash command
	OnCall string          // that of the other room, which help names
	Book   *incidents.Book // what people do is recorded in it
	Pager  *paging.Pager   // says whom an incident pages next
	// Postmortem renders the postmortem of an incident as Markdown. Its error is [incidents.ErrNotFound], or that of the store.
	Postmortem func(ctx context.Context, id string) (string, error)
	// Typed carries out what may be typed behind the word postmortem; false if that is only looked at.
	Typed    func(ctx context.Context, c *chat.Call) (m blocks.Message, ok bool)
	Services []string // the names of all services
	// Judge is the incident that an alarm opens by itself, over a topic, and PagesNobody reports whether one of a severity is quiet.
	Judge       func(a *incidents.Alarm, topic string) incidents.Raised
	PagesNobody func(severity string) bool
	Log         *slog.Logger
	// Lacks reports whether an incident has no card of its own, and Draw enqueues one: who asks for an incident wants to see it.
	Lacks func(tx store.Tx, id string) bool
	Draw  func(tx store.Tx, now time.Time, i *incidents.Incident)
	// More are words of others about incidents, which stand before help.
	More []chat.Word
	// Here is the incident that is talked about where something is said; "" if none is. It may be nil.
	Here func(tx store.Tx, c *chat.Call) string
}

// A Room is the conversation about incidents. It keeps nothing: all it knows is in the store.
type Room struct {
	o Options
	// Router carries its words out; it is set before anything is said.
	Router *chat.Router
}

// New makes a Room.
func New(o Options) *Room { return &Room{o: o} }

// storeOf is that of the book; nil without one, where words are only listed.
func storeOf(book *incidents.Book) store.Store {
	if book == nil {
		return nil
	}
	return book.Store
}

// HandOf is what a room does for another conversation about its incidents. So a room that comes later in the order of
// packages can use the words of this one, without a circle.
func HandOf(room *Room) respond.Hand {
	return respond.Hand{
		Pick: room.pick, PickAny: room.pickAny, Append: room.append,
		Zone: func(c *chat.Call) *time.Location { return room.Router.ZoneOf(c) },
	}
}

// words are the words of /incident, in the order of help.
func (room *Room) words() []chat.Word {
	return slices.Concat(room.answers(), room.others(), room.o.More,
		[]chat.Word{{Name: "help",
			Args: argument.List{argument.May("word", argument.Fixed)},
			Show: room.help, Help: "This list, or one of its words."}})
}

// answers are the words by which somebody answers a page, and others the rest. The manual and the help are made of these
// rows: a word without its texts would be in neither.
func (room *Room) answers() []chat.Word {
	return []chat.Word{
		{Name: "ack", Also: []string{"acknowledge"},
			Args:   argument.List{argument.May("ids or all", argument.Several), argument.May("note", argument.Text)},
			Change: room.acknowledge,
			Help:   "You take it on, and nobody else is paged.",
			More: "A note needs an `id` before it. Several (`ack 3 4 5`, `ack 3,4`) are acknowledged together, or none of " +
				"them; `all` is what waits."},
		{Name: "resolve", Also: []string{"close"},
			Args:   argument.List{argument.May("ids or all", argument.Several), argument.May("reason", argument.Text)},
			Change: room.resolve,
			Help:   "It is over.",
			More: "A reason has 500 characters at most. While an alarm of the incident says ALARM, the button asks first, and " +
				"the word says what it means; `resolve id anyway [reason]` does it all the same."},
		{Name: "reopen",
			Args:   argument.List{argument.May("id", argument.Incident), argument.May("reason", argument.Text)},
			Change: back{room}.reopen,
			Help:   "It is not over: it pages again.",
			More:   "It begins with the first step of the policy."},
		{Name: "escalate",
			Args:   argument.List{argument.May("id", argument.Incident), argument.May("reason", argument.Text)},
			Change: room.escalate,
			Help:   "The next step of the policy is paged at once.",
			More:   "If it was acknowledged, it is triggered again."},
		{Name: "snooze",
			Args: argument.List{argument.May("id", argument.Incident), argument.Needs("30m or until 9:00", argument.Span),
				argument.May("reason", argument.Text)},
			Change: room.snooze, Zoned: true,
			Help: "Nobody is paged until then; then it pages again.",
			More: "That is 24 hours at the longest, and the first step of the policy is paged then. What was acknowledged is " +
				"not any more."},
		{Name: "note",
			Args: argument.List{argument.May("id", argument.Incident), argument.May("time", argument.Time),
				argument.Needs("text", argument.Text)},
			Change: room.note, Form: noteForm, Filled: room.noteFilled, Opens: true, Timed: true,
			Help: "Puts a line on the timeline, at a time such as 14:02 or yesterday 23:50.",
			More: "It has 3,000 characters at most. A time has a colon and is one of your zone: `14:02 rolled back`, " +
				"`yesterday 23:50 the first call`, `mon 10:00`, `2026-03-11 14:02`, `13:02 UTC`."},
		{Name: "undo",
			Args:   argument.List{argument.May("id", argument.Incident), argument.May("line", argument.Line)},
			Change: back{room}.takeBack,
			Help:   "Takes back what you did last, within 10 minutes.",
			More: "That is an acknowledgement, a resolution, a snooze, a severity, a title, a role or a note. What somebody " +
				"else did since stays, and so do pages that were sent. If what you did last cannot be taken back, you read what " +
				"can be done instead, and what you did before it. A line is a number of `timeline`: `undo 4 17`."},
	}
}

// others are the words that answer no page: those that mend and those that show.
func (room *Room) others() []chat.Word {
	return []chat.Word{
		{Name: "merge",
			Args:   argument.List{argument.Needs("id", argument.Several), argument.Needs("into id", argument.Incident)},
			Change: room.merge,
			Help:   "The alarms of the first are part of the second, which goes on.",
			More: "There may be several first ones, which are resolved. If that makes it worse, and nobody had acknowledged " +
				"what is worse, it pages anew."},
		{Name: "split",
			Args:   argument.List{argument.May("id", argument.Incident), argument.Needs("alarm", argument.Alarm)},
			Change: room.split,
			Help:   "Takes an alarm out of an incident, to one of its own.",
			More: "It is of the service, and as bad, as the alarm is by itself, and pages unless the one is acknowledged. The " +
				"alarm does not join others again while its own incident is open, or could be triggered again. What somebody " +
				"has declared stays open, also if no alarm is left in it."},
		lists.Lists{Store: storeOf(room.o.Book), Services: room.o.Services}.Word(),
		{Name: "info", Also: []string{"show"},
			Args: argument.List{argument.May("id", argument.Incident)},
			Show: room.info,
			Help: "The state of an incident, and what happened."},
		{Name: "postmortem", Also: []string{"pm", "retro"},
			Args: argument.List{argument.May("id", argument.Incident), argument.May("review", argument.Fixed)},
			Show: room.postmortem,
			Help: "The draft of the postmortem, made from the timeline.",
			More: "It is as it stands now. `postmortem 42 review` asks for its review, `postmortem 42 reviewed` says that " +
				"somebody else has read it, `postmortem 42 close` that nothing is left to write, and `postmortem 42 draft` takes " +
				"it back; `postmortem 42 post` posts it to the incident's channel, without names, and as files: that responders, " +
				"commanders and admins may."},
	}
}

// help explains all words of /incident.
func (room *Room) help(_ context.Context, c *chat.Call) (blocks.Message, error) {
	if m, ok := chat.HelpOn(c, view.Room, room.words()); ok {
		return m, nil
	}
	m := chat.Help(room.o.Root, room.words())
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("You can leave the id out while only one incident is open, and in an incident's own channel. ",
			blocks.Code(room.o.OnCall), " shows who is on call."),
	))
	return m, nil
}

// Room is the conversation of /incident.
func (room *Room) Room() chat.Room {
	return chat.Room{
		Name: view.Room, Root: room.o.Root, Title: "Incident", About: "Acknowledge, resolve and look at incidents",
		Words: room.words(), Elsewhere: elsewhere(room.o.OnCall), Target: true,
		Silent:  chat.Word{Show: room.brief, Help: "What is open, and the most useful commands."},
		Unheard: room.unheard(),
		// buttons of before rooms had names (docs/decisions/0031)
		Was: map[string]string{"ack": "ack", "resolve": "resolve", "escalate": "escalate", "note": "note", "info": "info", "postmortem": "postmortem"},
	}
}
