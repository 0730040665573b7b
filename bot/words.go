package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/store"
)

// A word is what can be said after a slash command. This table is all there is: help is made from it.
type word struct {
	name  string
	also  []string // other names
	usage string   // what may stand behind it
	help  string   // what it does, in one sentence
	// change carries the word out, in the transaction that also remembers that it was.
	change func(*call, store.Tx) (blocks.Message, error)
	// form says that without anything behind it the word opens a form.
	form bool
	// show only looks.
	show func(context.Context, *call) (blocks.Message, error)
}

// incidentWords are the words of /incident, in the order of help.
func (b *Bot) incidentWords() []word {
	return []word{
		{name: "ack", also: []string{"acknowledge"}, usage: "[id [note]]", change: b.acknowledge,
			help: "You take care of it, and nobody else is paged."},
		{name: "resolve", also: []string{"close"}, usage: "[id] [reason]", change: b.resolve,
			help: "It is over."},
		{name: "escalate", usage: "[id] [reason]", change: b.escalate,
			help: "The next step of the policy is paged at once."},
		{name: "note", usage: "[id] text", change: b.note,
			help: "Puts a line on the timeline."},
		{name: "list", usage: "", show: b.list,
			help: "What is open."},
		{name: "info", also: []string{"show"}, usage: "[id]", show: b.info,
			help: "How an incident stands, and what happened."},
		{name: "postmortem", also: []string{"pm", "retro"}, usage: "[id]", show: b.postmortem,
			help: "The draft of the postmortem, made from the timeline."},
		{name: "help", usage: "", show: b.incidentHelp,
			help: "This list."},
	}
}

// oncallWords are the words of /oncall besides the names of schedules and services.
func (b *Bot) oncallWords() []word {
	return []word{
		{name: "me", usage: "2h", change: b.me,
			help: "You take over, from now on."},
		{name: "override", usage: "@somebody fri 18:00..sat 09:00 [schedule]", form: true, change: b.override,
			help: "Somebody is put on call."},
		{name: "cover", usage: "me fri 18:00..sat 09:00 [schedule]", form: true, change: b.cover,
			help: "Asks the others of the schedule to stand in for you. The first to accept takes it."},
		{name: "swap", usage: "@somebody [your shift] [their shift] [schedule]", form: true, change: b.swap,
			help: "Asks somebody to exchange two shifts with you; of each the next, or those at the times you name."},
		{name: "schedule", usage: "[schedule]", change: b.schedule,
			help: "Who is on call in the next 14 days."},
		{name: "why", usage: "[schedule] [at fri 18:00]", show: b.why,
			help: "For what reason somebody is on call."},
		{name: "undo", usage: "", change: b.undo,
			help: "Takes your last change back, from now on."},
		{name: "feed", usage: "[me or schedule]", show: b.feed, help: "Shifts as a calendar to subscribe to."},
		{name: "help", usage: "", show: b.oncallHelp, help: "This list."},
	}
}

// A call is one thing that a person asks for, typed or pressed.
type call struct {
	id     string // of the request: the same request comes with the same id
	now    time.Time
	person string         // their name in the configuration
	root   string         // the slash command
	zone   *time.Location // theirs as Slack tells it, where the configuration does not; may be nil
	word   string         // as it was said
	rest   string         // what was typed after the word, as Slack delivers it
	args   []token
	acted  bool   // it has changed an incident
	reply  string // of what was typed: where an answer goes that comes late; may be empty
	// pressed is the button's target; nil if the word was typed. The other fields are about buttons only.
	pressed *target
	url     string // where the answer goes
	told    bool   // the answer goes there by itself
	private bool   // the button stands in a message that only its presser sees, and which the answer replaces
}

// find looks a word up by one of its names.
func find(words []word, name string) (word, bool) {
	name = strings.ToLower(name)
	for _, w := range words {
		if w.name == name || slices.Contains(w.also, name) {
			return w, true
		}
	}
	return word{}, false
}

// says is how to say a word, with what follows it.
func (w word) says(root string) string { return strings.TrimSpace(root + " " + w.name + " " + w.usage) }

// incidentHelp explains all words of /incident.
func (b *Bot) incidentHelp(context.Context, *call) (blocks.Message, error) {
	m := help(b.o.Roots.Incident, b.incidentWords())
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("The id may be left out while only one incident is open. ", blocks.Code(b.o.Roots.OnCall), " tells who is on call."),
	))
	return m, nil
}

// oncallHelp explains /oncall.
func (b *Bot) oncallHelp(context.Context, *call) (blocks.Message, error) {
	root := b.o.Roots.OnCall
	m := help(root, b.oncallWords())
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

func help(root string, words []word) blocks.Message {
	var lines []blocks.Line
	for _, w := range words {
		l := blocks.Say(blocks.Code(w.says(root)), "  ", w.help)
		if len(w.also) > 0 {
			l = append(l, blocks.Say(" Also: ", text.List(w.also, "or"), ".")...)
		}
		lines = append(lines, l)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Bullets(lines...)}}
}

// unknownWord names the nearest word, and where all of them are.
func unknownWord(root, said string, names []string) blocks.Message {
	said = text.Clip(text.Line(said), 40)
	l := blocks.Say("I do not know “", said, "”. ")
	if near := nearest.Of(said, names); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code(root+" "+near), "? ")...)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(l, blocks.Say(blocks.Code(root+" help"), " lists what I know.")...))}}
}

// names are all names of words, the first of each word first.
func names(words []word) []string {
	var all []string
	for _, w := range words {
		all = append(all, w.name)
	}
	for _, w := range words {
		all = append(all, w.also...)
	}
	return all
}
