package shifts

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/change"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/shifts/show"
	"github.com/oncalm/oncalm/bot/shifts/typed"
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
	// PublicURL is where the program is reached from outside, without a slash at the end; "" if that is not known.
	PublicURL string
	Out       *slack.Sender
	Owe       func(tx store.Tx, now time.Time, key, person string, m blocks.Message) // a notice
	Absent    func(people []string) blocks.Line                                      // why some of them cannot be reached
	Clock     *clocks.Clock
	Log       *slog.Logger
}

// A Room is the conversation about who is on call.
type Room struct {
	root    string
	reader  *typed.Reader
	board   *show.Board
	feeds   *show.Feeds
	plans   *change.Plans
	forms   *change.Forms
	answers *change.Answers
	news    *news.Follower
}

// New makes a Room.
func New(o Options) *Room {
	reader := &typed.Reader{Overrides: o.Overrides, People: o.People, Users: o.Users}
	plans := &change.Plans{Reader: reader, Overrides: o.Overrides}
	room := &Room{
		root:   o.Root,
		reader: reader,
		board: &show.Board{
			Reader: reader, Book: o.Book, Overrides: o.Overrides, Pager: o.Pager, Services: o.Services, Absent: o.Absent,
			Out: o.Out, Clock: o.Clock, Log: o.Log,
		},
		feeds:   &show.Feeds{Reader: reader, Book: o.Book, PublicURL: o.PublicURL},
		plans:   plans,
		forms:   &change.Forms{Plans: plans, Reader: reader, Overrides: o.Overrides, Book: o.Book},
		answers: &change.Answers{Reader: reader, Overrides: o.Overrides},
		news: &news.Follower{
			Book: o.Book, Overrides: o.Overrides, People: o.People, Out: o.Out, Owe: o.Owe, Clock: o.Clock, Log: o.Log,
		},
	}
	room.board.Words = chat.Names(room.words())
	return room
}

// SetRouter sets what carries its words out, before anything is said.
func (room *Room) SetRouter(r *chat.Router) { room.reader.Router = r }

// Handlers returns the handlers of outbox entries by kind.
func (room *Room) Handlers() map[string]outbox.Handler {
	all := room.board.Handlers()
	maps.Copy(all, room.news.Handlers())
	return all
}

// Follow owes what people are told of a change of who is on call (see [overrides.Follower]).
func (room *Room) Follow(tx store.Tx, now time.Time, c overrides.Change) {
	room.news.Follow(tx, now, c)
}

// words are the words of /oncall besides the names of schedules and services.
func (room *Room) words() []chat.Word {
	return []chat.Word{
		{Name: "me", Usage: "2h", Change: room.plans.Me,
			Help: "You take over, starting now."},
		{Name: "override", Usage: "@somebody fri 18:00..sat 09:00 [schedule]",
			Form: room.forms.Open, Change: room.plans.Override,
			Help: "Puts somebody on call."},
		{Name: "cover", Usage: "me fri 18:00..sat 09:00 [schedule]",
			Form: room.forms.Open, Change: room.plans.Cover,
			Help: "Asks the others of the schedule to stand in for you. The first to accept takes it."},
		{Name: "swap", Usage: "@somebody [your shift] [their shift] [schedule]",
			Form: room.forms.Open, Change: room.plans.Swap,
			Help: "Asks somebody to swap two shifts with you: the next of each, or those at the times you name."},
		{Name: "schedule", Usage: "[schedule]", Change: room.board.Schedule,
			Help: "Who is on call in the next 14 days."},
		{Name: "why", Usage: "[schedule] [at fri 18:00]", Show: room.board.Why,
			Help: "Why somebody is on call."},
		{Name: "undo", Usage: "", Change: room.answers.Undo,
			Help: "Undoes your last change, from now on."},
		{Name: "feed", Usage: "[me or schedule]", Show: room.feeds.Feed, Help: "Shifts as a calendar to subscribe to."},
		{Name: "help", Usage: "", Show: room.help, Help: "This list."},
	}
}

// help explains /oncall.
func (room *Room) help(context.Context, *chat.Call) (blocks.Message, error) {
	root := room.root
	m := chat.Help(root, room.words())
	m.Body[0].Lines = append([]blocks.Line{
		blocks.Say(blocks.Code(root), "  Who is on call, until when, and who is next."),
		blocks.Say(blocks.Code(root+" <service or schedule>"), "  The same for one of them."),
	}, m.Body[0].Lines...)
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Times are yours: ", blocks.Code("2h"), ", ", blocks.Code("until 18:00"), ", ", blocks.Code("fri 9-17"),
			", ", blocks.Code("24 dec..27 dec"), ". Anything that could be misread is shown in full before it takes effect."),
		blocks.Say("You can leave the schedule out if you are in only one."),
	))
	return m, nil
}

// Room is the conversation as the router knows it.
func (room *Room) Room() chat.Room {
	return chat.Room{
		Root: room.root, Words: room.words(), Silent: chat.Word{Show: room.board.Everybody},
		Other: &chat.Word{Show: room.board.OnCall}, Bare: true,
		Press: room.press, Submit: room.forms.Submit, Closed: change.Closed,
	}
}

// press is the word of a button about who is on call.
func (room *Room) press(c *chat.Call, action, value string) (chat.Word, bool) {
	if action == change.AcceptAction {
		c.Word = action
		return room.answers.AcceptShift(value), true
	}
	verb, ok := strings.CutPrefix(action, typed.Action)
	if !ok {
		return chat.Word{}, false
	}
	c.Word = verb
	return room.pressed(verb, value), true
}

// pressed is the word of a button of /oncall, by what stands behind the beginning that they all have.
func (room *Room) pressed(verb, value string) chat.Word {
	return chat.Word{Change: func(c *chat.Call, tx store.Tx) (blocks.Message, error) {
		switch verb {
		case "confirm":
			return room.plans.Confirm(c, tx, value)
		case "cancel":
			return blocks.Sentence("All right, nothing was changed."), nil
		case "say":
			return room.saidAgain(c, tx, value)
		case "undo":
			return room.answers.TakeBack(c, tx, strings.TrimSpace(value))
		case "accept":
			return room.answers.Answer(c, tx, value, true)
		case "decline":
			return room.answers.Answer(c, tx, value, false)
		case "withdraw":
			return room.answers.Withdraw(c, tx, value)
		}
		return chat.NoButton(c.Root).Change(c, tx)
	}}
}

// saidAgain carries out what a button says: a word and what stands behind it, as if it had been typed.
func (room *Room) saidAgain(c *chat.Call, tx store.Tx, said string) (blocks.Message, error) {
	name, _, _ := strings.Cut(said, " ")
	w, ok := chat.Find(room.words(), name)
	if !ok || w.Change == nil {
		return chat.NoButton(c.Root).Change(c, tx)
	}
	c.Word, c.Rest = w.Name, strings.TrimSpace(strings.TrimPrefix(said, name))
	c.Args = chat.Tokens(c.Rest)
	return w.Change(c, tx)
}
