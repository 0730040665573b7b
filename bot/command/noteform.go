package command

import (
	"context"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// noteField is the field of the form of a note.
const noteField = "text"

// noteForm is the form that the button "Add note" opens. Who types the word writes the note behind it.
func noteForm(_ context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	if c.Target == nil || c.Rest != "" { // it is typed, or what was typed waits for which incident
		return f, false
	}
	return chat.Said{Room: view.Room, Word: "note", Rest: c.Target.Value()}.Form(blocks.Form{
		Title: "Note on incident " + c.Target.ID, Send: "Add", Close: "Cancel", Fields: []blocks.Field{{
			Kind: blocks.TextField, Name: noteField, Label: "Note", Most: maxNote,
			Hint: "what you saw or did; 14:02 in front is when",
		}},
	}), true
}

// noteFilled notes what was filled in, also if the incident was triggered again meanwhile: a note is about whatever happens there.
func (room *Room) noteFilled(ctx context.Context, c *chat.Call, f *slack.Form) chat.Filled {
	at, _, ok := chat.ParseTarget(c.Rest)
	if !ok {
		return chat.Filled{Next: chat.Closing("Note", chat.NoForm(c.Root))}
	}
	said := strings.TrimSpace(f.Values[noteField].Text)
	if text.Line(said) == "" {
		return chat.Filled{Wrong: map[string]string{noteField: "What should I note?"}}
	}
	c.Rest, c.Args = said, nil
	m := room.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		if i, err := incidents.Head(tx, at.ID); err == nil {
			at.Run = i.Run
		}
		c.Target = &at
		return room.note(c, tx)
	})
	return chat.Filled{Next: chat.Closing("Note", m)}
}
