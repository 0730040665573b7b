package chat

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/text"
)

// numbered are the marks that people put before and behind a number.
const numbered = "#,;:"

// leading is how many words at the beginning are numbers, and the numbers.
func leading(args []Token) (words int, ids []string) {
	for _, a := range args {
		parts := strings.FieldsFunc(a.Text, func(r rune) bool { return strings.ContainsRune(",;", r) })
		for _, p := range parts {
			if p = strings.Trim(p, numbered); !IsNumber(p) {
				return words, ids
			}
			ids = append(ids, p)
		}
		if a.Kind != WordToken || len(parts) == 0 {
			return words, ids
		}
		words++
	}
	return words, ids
}

// numberFirst puts what was typed into its order if the number of an incident stands in front of the word ("3 ack on it"), and the word
// is one behind which such a number stands. It reports whether it did.
func numberFirst(c *Call, room *Room) bool {
	n, ids := leading(c.Args)
	if n == 0 || n == len(c.Args) {
		return false
	}
	w, ok := Find(room.Words, Plain(c.Args[n].Text))
	if !ok || len(w.Args) == 0 || !slices.ContainsFunc(w.Args[0].Types, func(t argument.Type) bool {
		return t == argument.Incident || t == argument.Several
	}) {
		return false
	}
	after := ""
	if n+1 < len(c.Args) {
		after = c.Rest[c.Args[n+1].From:]
	}
	c.Rest = strings.TrimSpace(w.Name + " " + strings.Join(ids, " ") + " " + after)
	c.Args, c.Word = Tokens(c.Rest), w.Name
	return true
}

// afterNumber answers what begins with the number of an incident and goes on with no word for one.
func afterNumber(c *Call, room *Room) blocks.Message {
	n, ids := leading(c.Args)
	id := ids[0]
	l := blocks.Say("The word comes first, and then the number; nothing was done. ")
	if n < len(c.Args) {
		said := Plain(c.Args[n].Text)
		if _, known := Find(room.Words, said); !known {
			l = blocks.Say("I do not know “", text.Clip(text.Line(said), 40), "”; nothing was done. ")
		}
		if near := nearest.Of(said, Names(room.Words)); near != "" {
			l = blocks.Say(l, "Did you mean ", blocks.Code(c.Root+" "+near+" "+id), "? ")
		}
	}
	l = blocks.Say(l, blocks.Code(c.Root+" info "+id), " shows it, ", blocks.Code(c.Root+" help"), " lists all commands.")
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
}
