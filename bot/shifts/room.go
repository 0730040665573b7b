package shifts

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// Options is what a Room needs.
type Options struct {
	Root      string          // the slash command
	Book      *incidents.Book // its store
	Overrides *overrides.Book
	Pager     *paging.Pager
	People    map[string]chat.Person
	Users     map[string]string // names of people by their ids in Slack
	Services  []string          // the names of all services
	PublicURL string            // where the program is reached from outside, without a slash at the end; "" if that is not known
	Out       *slack.Sender
	Owe       func(tx store.Tx, now time.Time, key, person string, m blocks.Message) // a notice
	Absent    func(people []string) blocks.Line                                      // why some of them cannot be reached
	Clock     *clocks.Clock
	Log       *slog.Logger
}

// A Room is the conversation about who is on call.
type Room struct {
	o Options
	// Router carries its words out; it is set before anything is said.
	Router *chat.Router
}

// New makes a Room.
func New(o Options) *Room { return &Room{o: o} }

// Kinds of outbox entries that this package handles.
const (
	KindAsk   = "ask"   // somebody is asked to stand in, or sees what came of it
	KindStrip = "strip" // the picture of a schedule
)

// Handlers returns the handlers of outbox entries by kind.
func (room *Room) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindAsk: room.askMessage, KindStrip: room.picture}
}

// words are the words of /oncall besides the names of schedules and services.
func (room *Room) words() []chat.Word {
	return []chat.Word{
		{Name: "me", Usage: "2h", Change: room.me,
			Help: "You take over, from now on."},
		{Name: "override", Usage: "@somebody fri 18:00..sat 09:00 [schedule]", Form: room.openForm, Change: room.override,
			Help: "Somebody is put on call."},
		{Name: "cover", Usage: "me fri 18:00..sat 09:00 [schedule]", Form: room.openForm, Change: room.cover,
			Help: "Asks the others of the schedule to stand in for you. The first to accept takes it."},
		{Name: "swap", Usage: "@somebody [your shift] [their shift] [schedule]", Form: room.openForm, Change: room.swap,
			Help: "Asks somebody to exchange two shifts with you; of each the next, or those at the times you name."},
		{Name: "schedule", Usage: "[schedule]", Change: room.schedule,
			Help: "Who is on call in the next 14 days."},
		{Name: "why", Usage: "[schedule] [at fri 18:00]", Show: room.why,
			Help: "For what reason somebody is on call."},
		{Name: "undo", Usage: "", Change: room.undo,
			Help: "Takes your last change back, from now on."},
		{Name: "feed", Usage: "[me or schedule]", Show: room.feed, Help: "Shifts as a calendar to subscribe to."},
		{Name: "help", Usage: "", Show: room.help, Help: "This list."},
	}
}

// help explains /oncall.
func (room *Room) help(context.Context, *chat.Call) (blocks.Message, error) {
	root := room.o.Root
	m := chat.Help(root, room.words())
	m.Body[0].Lines = append([]blocks.Line{
		blocks.Say(blocks.Code(root), "  Who is on call, until when, and who is next."),
		blocks.Say(blocks.Code(root+" <service or schedule>"), "  The same for one of them."),
	}, m.Body[0].Lines...)
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Times are yours: ", blocks.Code("2h"), ", ", blocks.Code("until 18:00"), ", ", blocks.Code("fri 9-17"), ", ", blocks.Code("24 dec..27 dec"), ". What can be misread is shown in full before it counts."),
		blocks.Say("The schedule may be left out if you are in one only."),
	))
	return m, nil
}

// Room is the conversation as the router knows it.
func (room *Room) Room() chat.Room {
	return chat.Room{
		Root: room.o.Root, Words: room.words(), Silent: chat.Word{Show: room.everybody}, Other: &chat.Word{Show: room.oncall}, Bare: true,
		Press: room.press, Submit: room.submission, Closed: func(m blocks.Message) any { return updated(m, "Close") },
	}
}

// press is the word of a button about who is on call.
func (room *Room) press(c *chat.Call, action, value string) (chat.Word, bool) {
	if action == acceptAction {
		c.Word = action
		return room.accepting(value), true
	}
	verb, ok := strings.CutPrefix(action, oncallAction)
	if !ok {
		return chat.Word{}, false
	}
	c.Word = verb
	return room.pressedOnCall(c, verb, value), true
}
