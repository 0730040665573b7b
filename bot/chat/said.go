package chat

import (
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// Said is a word of a room and what stands behind it. Typing, a button and a form amount to it, and buttons and forms carry it in
// one way: the room and the word are the action of the one and the callback of the other, what stands behind is the value.
type Said struct {
	Room string // its name; that of the slash command may be another
	Word string
	Rest string
}

// action is the room and the word in one text.
func (s Said) action() string { return s.Room + "/" + s.Word }

// Button makes a button that says it.
func (s Said) Button(label string) blocks.Button {
	return blocks.Button{Label: label, Action: s.action(), Value: s.Rest}
}

// Numbered makes one of several buttons of a message that say the same word. Which it is tells them apart for Slack, and nobody else.
func (s Said) Numbered(label, which string) blocks.Button {
	return blocks.Button{Label: label, Action: s.action() + "/" + which, Value: s.Rest}
}

// Form puts into a form what sending it says.
func (s Said) Form(f blocks.Form) blocks.Form {
	f.Action, f.Value = s.action(), s.Rest
	return f
}

// sayable is whether what was said is of a room, and which word of it: one that is typed, or one that only buttons and forms say.
func (room *Room) sayable(action string) (w Word, ok bool) {
	name, word, found := strings.Cut(action, "/")
	if word, _, _ = strings.Cut(word, "/"); !found || name != room.Name {
		word = room.Was[name] // a button of before names no room
	}
	for _, w := range room.Unheard {
		if w.Name == word {
			return w, true
		}
	}
	return Find(room.Words, word)
}

// said finds the room and the word of a button or a form.
func (r *Router) said(action string) (*Room, Word, bool) {
	for n := range r.o.Rooms {
		if w, ok := r.o.Rooms[n].sayable(action); ok {
			return &r.o.Rooms[n], w, true
		}
	}
	return nil, Word{}, false
}
