package chat

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// A Word is what can be said after a slash command. Help is made from the words.
type Word struct {
	Name string
	Also []string      // other names
	Args argument.List // what may stand behind it
	Help string        // what it does, in one sentence
	// More is what the manual says besides (docs/commands.md, which is made from the words), in Markdown.
	More string
	// Verbatim says that what stands behind it is a pattern or a text: marks of formatting are part of it.
	Verbatim bool
	// Timed says that what stands behind it may begin with a time, which is one in the zone of whoever writes.
	Timed bool
	// Zoned says that there is a time in what stands behind it, wherever it is.
	Zoned bool
	// Change carries the word out, in the transaction that also remembers that it was.
	Change func(*Call, store.Tx) (blocks.Message, error)
	// Show only looks. A word has either.
	Show func(context.Context, *Call) (blocks.Message, error)
	// Form is what the word opens if nothing stands behind it; false opens none. May be nil.
	Form func(context.Context, *Call) (blocks.Form, bool)
	// Asks says that its form is asked for, too, when something stands behind the word; the form says whether it opens.
	Asks bool
	// Opens says that a button of the word opens its form, too.
	Opens bool
	// Untargeted says that what its button carries is no incident, in a room whose buttons carry one.
	Untargeted bool
	// Filled carries out a form of the word that somebody sent. Nil for words without one.
	Filled func(context.Context, *Call, *slack.Form) Filled
}

// A Call is one thing that a person asks for, typed or pressed.
type Call struct {
	ID     string // of the request: the same request comes with the same id
	Now    time.Time
	Person string         // their name in the configuration
	Root   string         // the slash command
	Zone   *time.Location // theirs as Slack tells it, where the configuration does not; may be nil
	Word   string         // as it was said
	// Channel is where it was said; "" if that is not told.
	Channel string
	// Message is the one in whose menu it was chosen; nil if it was typed or pressed.
	Message *spoken.Message
	Rest    string // what was typed after the word, as Slack delivers it
	Args    []Token
	Acted   bool // it has changed an incident
	// Target is what the button that was pressed is about; nil if the word was typed.
	Target *Target
	// Private says that the button stands in a message that only its presser sees, and which the answer replaces.
	Private bool

	reply string // of what was typed: where an answer goes that comes late; may be empty
	url   string // of what was pressed: where the answer goes
	told  bool   // the answer goes there by itself
	// direct says that it was written to the bot without a slash command: the answer is a message there.
	direct bool
	// home says that it was pressed in the home tab, which shows what came of it.
	home bool
}

// Find looks a word up by one of its names.
func Find(words []Word, name string) (Word, bool) {
	name = strings.ToLower(name)
	for _, w := range words {
		if w.Name == name || slices.Contains(w.Also, name) {
			return w, true
		}
	}
	return Word{}, false
}

// Usage is what may stand behind a word, as people read it.
func (w Word) Usage() string { return w.Args.Usage() }

// Says is how to say a word, with what follows it.
func (w Word) Says(root string) string {
	return strings.TrimSpace(strings.TrimSpace(root+" "+w.Name) + " " + w.Usage())
}

// Help lists words.
func Help(root string, words []Word) blocks.Message {
	var lines []blocks.Line
	for _, w := range words {
		l := blocks.Say(blocks.Code(w.Says(root)), "  ", w.Help)
		if len(w.Also) > 0 {
			l = append(l, blocks.Say(" Also: ", text.List(w.Also, "or"), ".")...)
		}
		lines = append(lines, l)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Bullets(lines...)}}
}

// HelpOn explains the word that a call of help names; false if it names none.
func HelpOn(c *Call, room string, words []Word) (m blocks.Message, ok bool) {
	if len(c.Args) == 0 {
		return m, false
	}
	w, known := Find(words, c.Args[0].Text)
	if !known {
		return Unknown(c.Root, c.Args[0].Text, Names(words)), true
	}
	m = Help(c.Root, []Word{w})
	m.Body = append(m.Body, blocks.Para(blocks.Say("Who may: ", rights.Says(room, w.Name), ".")))
	return m, true
}

// Unknown names the nearest of what could have been meant, and where all of it is.
func Unknown(root, said string, names []string) blocks.Message {
	said = text.Clip(text.Line(said), 40)
	l := blocks.Say("I do not know “", said, "”. ")
	if near := nearest.Of(said, names); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code(root+" "+near), "? ")...)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(l,
		blocks.Say(blocks.Code(root+" help"), " lists all commands.")...))}}
}

// Names are all names of words, the first of each word first.
func Names(words []Word) []string {
	var all []string
	for _, w := range words {
		all = append(all, w.Name)
	}
	for _, w := range words {
		all = append(all, w.Also...)
	}
	return all
}

// Telling is a word that only says something to whoever pressed a button.
func Telling(m blocks.Message) Word {
	return Word{Change: func(*Call, store.Tx) (blocks.Message, error) { return m, nil }}
}

// NoButton answers a button that nobody knows.
func NoButton(root string) blocks.Message { return gone(root, "button") }

// NoForm answers a form that nobody knows.
func NoForm(root string) blocks.Message { return gone(root, "form") }

func gone(root, what string) blocks.Message {
	return blocks.Sentence("I do not know that ", what, " any more; nothing was changed. ", blocks.Code(root+" help"),
		" lists all commands.")
}
