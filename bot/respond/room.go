// Package respond has the words of /incident for those who lead the response: how bad it is, who has which role, what it is
// about, what others are told, and why somebody was paged.
//
// Each is an event on the timeline (package incidents/response has the facts): the newest of a kind counts, and the ones
// before stay for the postmortem. Cards, pages and channels draw it from there, so no word edits a message.
//
// An update goes to the channels of the service's stakeholders, each once; when the next one is overdue, whoever leads is
// reminded.
//
//	told/update/<incident>/<event>/<channel>   entry: the update for a channel (package notice)
//	<incident>/update/<event>                  entry: the reminder that the next update is overdue
package respond

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Options is what a Room needs.
type Options struct {
	Root   string // the slash command
	Book   *incidents.Book
	Pager  *paging.Pager
	People map[string]chat.Person
	// PagesNobody reports whether incidents of a severity are quiet. It may be nil.
	PagesNobody func(severity string) bool
	// Stakeholders are the channels that wait for news of a service.
	Stakeholders func(service string) []string
	// Owe enqueues a notice to a person, and OweChannel one to a channel. A key is used once.
	Owe        func(tx store.Tx, now time.Time, key, person string, m blocks.Message)
	OweChannel func(tx store.Tx, now time.Time, key, channel string, m blocks.Message)
	Clock      *clocks.Clock
}

// A Hand is what the conversation about incidents does for this one.
type Hand struct {
	// Pick finds the incident that is meant, and what was said about it. If it is not clear which, i is nil and m says what to do.
	Pick func(*chat.Call, store.Tx) (i *incidents.Incident, said string, m blocks.Message)
	// PickAny is Pick where only looking is asked for: the last one will do if none is open.
	PickAny func(*chat.Call, store.Tx) (*incidents.Incident, blocks.Message, error)
	// Append records what somebody did.
	Append func(*chat.Call, store.Tx, string, incidents.Body) (*incidents.Incident, error)
	Zone   func(*chat.Call) *time.Location
}

// A Room has the words. It finds incidents by the Hand of the conversation about incidents, which knows the ways in which
// one can be meant.
type Room struct {
	o Options
	// Hand and Router are set before anything is said.
	Hand   Hand
	Router *chat.Router
}

// New makes a Room.
func New(o Options) *Room { return &Room{o: o} }

const (
	// maxReason is the longest reason, maxTitle the longest title, and maxText the longest text that is kept, in characters.
	maxReason = 500
	maxTitle  = 200
	maxText   = 3000
)

// Words are the words, in the order of help.
func (room *Room) Words() []chat.Word {
	return []chat.Word{
		{Name: "severity", Also: []string{"sev"},
			Args: argument.List{argument.May("id", argument.Incident), argument.Needs("sev1", argument.Severity),
				argument.May("reason", argument.Text)},
			Change: room.severity,
			Help:   "How bad it is.",
			More: "If that is worse than before, it pages anew, from the first step of the policy on; if it is not, nobody is " +
				"paged."},
		{Name: "update", Also: []string{"status"},
			Args: argument.List{argument.May("id", argument.Incident), argument.May("stage", argument.Stage),
				argument.Needs("text", argument.Text), argument.May("next in 30m", argument.Time)},
			Change: room.update, Zoned: true,
			Help: "Tells the stakeholders of the service.",
			More: "A stage is `investigating`, `identified` or `monitoring`. With `next in 30m` or `next at 15:00` at the end " +
				"they read when they hear more, and whoever leads is reminded if that is overdue. The channels are those in " +
				"`stakeholders` of the service."},
		{Name: "lead",
			Args:   argument.List{argument.May("id", argument.Incident), argument.May("@somebody", argument.Person)},
			Change: room.lead,
			Help:   "Who decides; you, if you name nobody."},
		{Name: "role",
			Args: argument.List{argument.May("id", argument.Incident), argument.Needs("lead, comms or scribe", argument.Role),
				argument.May("@somebody", argument.Person)},
			Change: room.role,
			Help:   "Gives somebody a role, or hands it over.",
			More:   "Whoever gets it gets a message. `role comms nobody` gives it up."},
		{Name: "roles", Args: argument.List{argument.May("id", argument.Incident)}, Show: room.roles,
			Help: "Who has which role."},
		{Name: "summary",
			Args:   argument.List{argument.May("id", argument.Incident), argument.Needs("text", argument.Text)},
			Change: room.summary,
			Help:   "What it is about, on the card."},
		{Name: "impact",
			Args: argument.List{argument.May("id", argument.Incident), argument.May("from 14:02 to 14:40", argument.Span),
				argument.Needs("text", argument.Text)},
			Change: room.impact, Zoned: true,
			Help: "Who is hurt and how, and when that was."},
		{Name: "rename",
			Args:   argument.List{argument.May("id", argument.Incident), argument.Needs("title", argument.Text)},
			Change: room.rename,
			Help:   "Gives it another title."},
		{Name: "write",
			Args:   argument.List{argument.May("id", argument.Incident), argument.Needs("section", argument.Text)},
			Change: room.write, Form: room.writeForm, Filled: room.writeFilled, Asks: true,
			Help: "Opens a section of the postmortem, to write in it.",
			More: "Sections are `summary`, `impact`, `mitigation`, `factors`, `helped`, `harder`, `lucky`, `questions`, " +
				"`learned` and `messages`. A text behind the section is added to it. What you write stays when " +
				"the document is made anew."},
		{Name: "why", Args: argument.List{argument.May("id", argument.Incident)}, Show: room.why,
			Help: "Who was paged, how, and what became of it; and who is next."},
	}
}

// did is the answer to a change.
func did(parts ...any) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(blocks.Say(parts...))}}
}

// how says how to say it. The example is a whole command, with the incident's number in it.
func how(c *chat.Call, i *incidents.Incident, what, usage string) blocks.Message {
	return did(what, " Nothing changed. Write ", blocks.Code(c.Root+" "+c.Word+" "+i.ID+" "+usage), ".")
}

// firstWord takes the first word off a text.
func firstWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimSpace(s), " ")
	return word, strings.TrimSpace(rest)
}

// named is an incident in a sentence.
func named(i *incidents.Incident) blocks.Line {
	return blocks.Say(blocks.Strong(i.ID), " (", text.Line(i.Title), ")")
}

// kept cuts a text, and says so.
func kept(s string, most int) (cut string, note string) {
	cut = text.Clip(strings.TrimSpace(s), most)
	if cut != strings.TrimSpace(s) {
		note = " It was too long: only the beginning is kept."
	}
	return cut, note
}
