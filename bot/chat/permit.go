package chat

import (
	"maps"
	"slices"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/text"
)

// permitted is a word, or one that says who may say it, if whoever asks may not. That is decided when the word is carried out, however
// long ago its button was drawn.
func (r *Router) permitted(c *Call, room *Room, w Word) Word {
	if m, refused := r.refuses(c, room, w); refused {
		return Telling(m)
	}
	return w
}

// refuses says who may say a word, if whoever asks may not.
func (r *Router) refuses(c *Call, room *Room, w Word) (m blocks.Message, refused bool) {
	action, ok := r.o.Rights().May(c.Person, room.Name, w.Name)
	if ok {
		return m, false
	}
	if action == "" { // it is in no table
		r.o.Log.Error("a word is in no table of rights", "room", room.Name, "word", w.Name)
		return blocks.Sentence("Nobody may say that: it is in no table of rights; nothing was done."), true
	}
	return Forbidden(r, c, action)
}

// Forbidden says who may do something, if whoever asks may not. It is for what depends on more than the word that is said.
func Forbidden(r *Router, c *Call, action rights.Action) (m blocks.Message, refused bool) {
	if r.o.Rights().Can(c.Person, action) {
		return m, false
	}
	may := r.o.Rights().Who(action, slices.Collect(maps.Keys(r.o.People)))
	return blocks.Sentence("You may not ", string(action), "; nothing was done. ", whoMay(may)), true
}

// whoMay names those who may do something.
func whoMay(may []string) blocks.Line {
	const named = 20
	switch more := len(may) - named; {
	case len(may) == 0:
		return blocks.Say("Nobody may: whoever maintains the configuration can name them under ", blocks.Code("rights"), ".")
	case more > 0:
		return blocks.Say("Who may: ", text.List(may[:named], "and"), ", and ", more, " more.")
	}
	return blocks.Say("Who may: ", text.List(may, "and"), ".")
}
