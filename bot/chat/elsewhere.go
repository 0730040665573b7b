package chat

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/text"
)

// Elsewhere is what other tools call something that we call otherwise. People's fingers know those words, at night above all.
type Elsewhere struct {
	Said []string // as they are typed there
	// Ours is our word for it; Root is the slash command that it belongs to, "" for that of the room. Without a word it is the command
	// alone, with a Root; without both there is only the note.
	Ours, Root string
	Note       string // what there is instead, or how it differs; may be empty
}

// Theirs answers a word that is none of a room's, but that of another tool or of another room.
func Theirs(r *Router, root, said string) (blocks.Message, bool) {
	room, ok := r.room(root)
	if !ok {
		return blocks.Message{}, false
	}
	said = strings.ToLower(said)
	for _, e := range room.Elsewhere {
		if slices.Contains(e.Said, said) {
			return ours(r, room, e, said), true
		}
	}
	for n := range r.o.Rooms {
		other := &r.o.Rooms[n]
		if w, ok := Find(other.Words, said); ok && other != room && w.Name != "help" {
			return called(said, other, w, ""), true
		}
	}
	return blocks.Message{}, false
}

// ours says what we call it.
func ours(r *Router, room *Room, e Elsewhere, said string) blocks.Message {
	if e.Root != "" {
		if other, ok := r.room(e.Root); ok {
			room = other
		}
	}
	w, known := Find(room.Words, e.Ours)
	switch {
	case known:
	case e.Root != "":
		w = room.Silent
	default:
		return blocks.Sentence("“", text.Line(said), "” is no command here. ", e.Note, " ", blocks.Code(room.Root+" help"),
			" lists all commands.")
	}
	return called(said, room, w, e.Note)
}

func called(said string, room *Room, w Word, note string) blocks.Message {
	lines := []blocks.Line{
		blocks.Say("Nothing was done: “", text.Line(said), "” is ", blocks.Code(strings.TrimSpace(room.Root+" "+w.Name)),
			" here."),
		blocks.Say(blocks.Code(w.Says(room.Root)), "  ", w.Help),
	}
	if note != "" {
		lines = append(lines, blocks.Say(note))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}
