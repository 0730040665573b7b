package shifts

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
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
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// Options is what a Room needs. It is what the configuration has decided, so a reload makes a new room.
type Options struct {
	Root      string          // the slash command
	Book      *incidents.Book // its store
	Overrides *overrides.Book
	Pager     *paging.Pager
	Silences  *silences.Book // nil if there are none
	People    map[string]chat.Person
	Users     map[string]string // names of people by their ids in Slack
	Services  []string          // the names of all services
	// PublicURL is where the program is reached from outside, without a slash at the end; "" if that is not known.
	PublicURL string
	Out       *slack.Sender
	Owe       func(tx store.Tx, now time.Time, key, person string, m blocks.Message) // a notice
	Absent    func(people []string) blocks.Line                                      // why some of them cannot be reached
	More      []chat.Word                                                            // that others bring
	Clock     *clocks.Clock
	Log       *slog.Logger
}

// A Room is the conversation about who is on call. The parts share the reader, so that a schedule is found by one rule
// wherever it is typed.
type Room struct {
	root    string
	more    []chat.Word
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
		more:   o.More,
		reader: reader,
		board: &show.Board{
			Silences: o.Silences,
			Reader:   reader, Book: o.Book, Overrides: o.Overrides, Pager: o.Pager, Services: o.Services, Absent: o.Absent,
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
	// the board proposes one of them to whoever mistyped a schedule
	room.board.Words = chat.Names(room.words())
	return room
}

// SetRouter sets what carries its words out, before anything is said. The router has the rooms and each room has the
// router, so one of the two comes later.
func (room *Room) SetRouter(r *chat.Router) { room.reader.Router = r }

// Handlers returns the handlers of outbox entries by kind.
func (room *Room) Handlers() map[string]outbox.Handler {
	all := room.board.Handlers()
	maps.Copy(all, room.news.Handlers())
	return all
}

// Follow enqueues what people are told of a change of who is on call (see [overrides.Follower]).
func (room *Room) Follow(tx store.Tx, now time.Time, c overrides.Change) {
	room.news.Follow(tx, now, c)
}

// words are the words of /oncall besides the names of schedules and services.
func (room *Room) words() []chat.Word {
	return slices.Concat([]chat.Word{
		{Name: "me",
			Args:   argument.List{argument.Needs("2h", argument.Span), argument.May("schedule", argument.Schedule)},
			Change: room.plans.Me,
			Help:   "You take over, starting now."},
		{Name: "override",
			Args: argument.List{argument.Needs("@somebody", argument.Person),
				argument.Needs("fri 18:00..sat 09:00", argument.Span),
				argument.May("schedule", argument.Schedule)},
			Form: room.forms.Open, Filled: room.forms.Filled, Change: room.plans.Override,
			Help: "Puts somebody on call.",
			More: "Without arguments, a form opens. Only commanders put somebody else on call."},
		{Name: "cover",
			Args: argument.List{argument.Needs("me", argument.Fixed), argument.Needs("fri 18:00..sat 09:00", argument.Span),
				argument.May("schedule", argument.Schedule)},
			Form: room.forms.Open, Filled: room.forms.Filled, Change: room.plans.Cover,
			Help: "Asks the others of the schedule to stand in for you. The first to accept takes it.",
			More: "Without arguments, a form opens."},
		{Name: "swap",
			Args: argument.List{argument.Needs("@somebody", argument.Person), argument.May("your shift", argument.Time),
				argument.May("their shift", argument.Time), argument.May("schedule", argument.Schedule)},
			Form: room.forms.Open, Filled: room.forms.Filled, Change: room.plans.Swap,
			Help: "Asks somebody to swap two shifts with you: the next of each, or those at the times you name.",
			More: "A shift is named by a day or a time in it. Without arguments, a form opens."},
		{Name: "schedule",
			Args:   argument.List{argument.May("schedule", argument.Schedule)},
			Change: room.board.Schedule,
			Help:   "Who is on call in the next 14 days.",
			More:   "A picture of it comes as a direct message."},
		{Name: "why",
			Args: argument.List{argument.May("schedule", argument.Schedule), argument.May("at fri 18:00", argument.Time)},
			Show: room.board.Why,
			Help: "Why somebody is on call.",
			More: "It names the layer and its week, or the override, who made it and when, whether the clocks change " +
				"meanwhile, and what is silenced then."},
		{Name: "undo", Change: room.answers.Undo,
			Help: "Undoes your last change, from now on.",
			More: "That may be a swap or cover that you are part of, or your last request."},
		{Name: "feed",
			Args: argument.List{argument.May("me or schedule", argument.Fixed, argument.Schedule)},
			Show: room.feeds.Feed,
			Help: "Shifts as a calendar to subscribe to.",
			More: "It makes a link for calendar programs. `revoke me` revokes all links to your own shifts, `revoke SCHEDULE` " +
				"those that you made to a schedule."},
	}, room.more, []chat.Word{{Name: "help",
		Args: argument.List{argument.May("word", argument.Fixed)},
		Show: room.help, Help: "This list, or one of its words."}})
}

// help explains /oncall.
func (room *Room) help(_ context.Context, c *chat.Call) (blocks.Message, error) {
	if m, ok := chat.HelpOn(c, typed.Room, room.words()); ok {
		return m, nil
	}
	root := room.root
	m := chat.Help(root, room.words())
	m.Body[0].Lines = append([]blocks.Line{
		blocks.Say(blocks.Code(root), "  ", room.silent().Help),
		blocks.Say(blocks.Code(root+" <service or schedule>"), "  The same for one of them."),
	}, m.Body[0].Lines...)
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Times are yours: ", blocks.Code("2h"), ", ", blocks.Code("until 18:00"), ", ", blocks.Code("fri 9-17"),
			", ", blocks.Code("24 dec..27 dec"), ". Anything that could be misread is shown in full before it takes effect."),
		blocks.Say("You can leave the schedule out if you are in only one."),
	))
	return m, nil
}

// silent is the command without a word. A word with neither a name nor an effect is one that may stand alone.
func (room *Room) silent() chat.Word {
	return chat.Word{
		Args: argument.List{argument.May("service or schedule", argument.Schedule, argument.Service)},
		Show: room.board.Everybody,
		Help: "Who is on call, until when, and who is next."}
}

// Room is the conversation as the router knows it. Other is what is said with no word of ours in front: the name of a
// schedule or a service.
func (room *Room) Room() chat.Room {
	return chat.Room{
		Name: typed.Room, Root: room.root, Title: typed.Title, About: "Who is on call, and changes of that", Bare: true,
		Words: room.words(), Elsewhere: room.elsewhere(), Silent: room.silent(), Other: &chat.Word{Show: room.board.OnCall},
		Unheard: room.unheard(), Was: map[string]string{
			"oncall-confirm": "confirm", "oncall-cancel": "cancel", "oncall-undo": "take-back", "oncall-accept": "accept",
			"oncall-decline": "decline", "oncall-withdraw": "withdraw", "accept-shift": "take-over",
		},
	}
}

// unheard are the words that only buttons and forms say. "confirm" carries a whole plan, the others the id of a change or
// of a question; whoever presses may be somebody whom the question was not put to, so each of them looks again.
func (room *Room) unheard() []chat.Word {
	cancel := chat.Telling(blocks.Sentence("All right, nothing was changed."))
	cancel.Name = "cancel"
	return []chat.Word{
		{Name: "confirm", Change: room.plans.Confirm, Filled: room.forms.Confirmed},
		cancel,
		{Name: "take-back", Change: room.answers.TakeBack},
		{Name: "accept", Change: room.answers.Accept},
		{Name: "decline", Change: room.answers.Decline},
		{Name: "withdraw", Change: room.answers.Withdraw},
		{Name: "take-over", Change: room.answers.AcceptShift},
	}
}
