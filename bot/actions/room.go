// Package actions is the conversation about action items: planning one, by a word or a form, changing it, saying that it is done, and
// lists of what is open. Package actions, without the bot, has the items themselves.
//
// An item is named by its incident and its number there, 42-3; in the channel of its incident the number will do. Its buttons
// carry that name, and what may be done is decided when they are pressed.
//
// Whoever has an item is reminded of it three days before it is due, on that day, and each week after it, at nine on working days where
// they live, by direct message; what has nobody is told to the channel, and so is a digest on the first working day of the month.
//
//	<incident>/action/<event>/<due>/<day>    entry: the reminder of that day
//	action-digest/<time>                     entry: the digest of that month
package actions

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Name is the name of the room whose words the buttons of action items say.
const Name = "action"

// Word is the word of the room of incidents that plans an item.
const Word = "action"

// Options is what a Room needs.
type Options struct {
	Root     string
	Book     *incidents.Book
	People   map[string]chat.Person
	Users    map[string]string // names of people by their ids in Slack
	Services []string          // the names of all services
	// Overrides know the schedules, of whose zone the team's day is.
	Overrides *overrides.Book
	// Owe enqueues a notice to a person, or to the channel for nobody. A key is used once.
	Owe   func(tx store.Tx, now time.Time, key, person string, m blocks.Message)
	Clock *clocks.Clock
	Log   *slog.Logger
}

// A Room has the words.
type Room struct {
	o Options
	// Router and Hand are set before anything is said.
	Router *chat.Router
	Hand   respond.Hand
}

// New makes a Room.
func New(o Options) *Room { return &Room{o: o} }

func (r *Room) desk() actions.Desk { return actions.Desk{Book: r.o.Book} }

// Words are the words of this package, for the room of incidents.
func (r *Room) Words() []chat.Word {
	return []chat.Word{
		{Name: Word,
			Args: argument.List{argument.May("id", argument.Incident), argument.May("@somebody", argument.Person),
				argument.May("text", argument.Text), argument.May("due fri", argument.Time)},
			Change: r.action, Form: r.form, Filled: r.filled, Opens: true, Zoned: true,
			Help: "Plans an action item: what is to be done, by whom, and until when.",
			More: "It is due at the end of that day. Behind the text may stand, in any order, `due fri`, `type prevent` " +
				"(`detect`, `mitigate`, `prevent`, `process`), `p1` to `p4`, `link https://…` and `verified by …`; alone, the " +
				"word opens a form. `action done 42-3 [reason]` and `action reopen 42-3` close and open item 3 of incident 42, " +
				"`action 42-3 @bo due mon` changes it, and `action 42-3` shows it."},
		{Name: "actions",
			Args: argument.List{argument.May("@somebody", argument.Person), argument.May("service", argument.Service),
				argument.May("overdue", argument.Fixed)},
			Show: r.list, Untargeted: true,
			Help: "Which action items are open, what is due first in front.",
			More: "`mine` is the same as your name; `oncalm actions` has all of them."},
	}
}

// Room is the conversation by buttons.
func (r *Room) Room() chat.Room {
	return chat.Room{Name: Name, Root: r.o.Root, Title: "Action item", Unheard: []chat.Word{
		{Name: "done", Change: r.done}, {Name: "reopen", Change: r.reopen},
		{Name: "edit", Form: r.editForm, Opens: true, Change: r.edit, Filled: r.edited},
	}}
}

// Add is the button that opens the form of a new item.
func Add(i *incidents.Incident) blocks.Button {
	at := chat.Target{ID: i.ID, Run: i.Run}
	return chat.Said{Room: view.Room, Word: Word, Rest: at.Value()}.Button("Add action item")
}

// Done is the button that says that an item is done; which tells several in a message apart.
func Done(i actions.Item) blocks.Button {
	return chat.Said{Room: Name, Word: "done", Rest: i.ID()}.Numbered("Done "+i.ID(), i.ID())
}

// Buttons are what can be done with an item as it stands.
func Buttons(i actions.Item) []blocks.Button {
	say := func(word, label string) blocks.Button {
		return chat.Said{Room: Name, Word: word, Rest: i.ID()}.Button(label)
	}
	if !i.Open() {
		return []blocks.Button{say("reopen", "Reopen")}
	}
	return []blocks.Button{say("done", "Done"), say("edit", "Edit")}
}

// names are those that can stand in a word.
func (r *Room) names() argument.Names {
	return argument.Names{
		argument.Person:  slices.Sorted(maps.Keys(r.o.People)),
		argument.Service: r.o.Services,
	}
}

// Longest texts, in characters.
const (
	maxWhat   = 1000
	maxVerify = 500
	maxLink   = 500
	maxReason = 500
)

// clipped keeps what an item may have of each text.
func clipped(f response.Planned) response.Planned {
	f.What, f.VerifyBy = text.Clip(strings.TrimSpace(f.What), maxWhat), text.Clip(strings.TrimSpace(f.VerifyBy), maxVerify)
	f.Link = text.Clip(f.Link, maxLink)
	return f
}
