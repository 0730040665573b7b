package change

import (
	"errors"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// Undo is /oncall undo: the last change that a person made, or took part in, is taken back. A question that nobody has
// answered counts as a change: it is withdrawn.
func (as *Answers) Undo(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) > 0 {
		return blocks.Sentence("Only your last change can be undone: ", blocks.Code(c.Root+" undo"), "."), nil
	}
	done, err := as.Overrides.Undo(tx, c.Now, c.Person)
	switch {
	case errors.Is(err, overrides.ErrNoChange):
		return blocks.Sentence("You have nothing to undo: ",
			"no override that you made or took part in is in force or still to come."), nil
	case err != nil:
		return refusedOverride(err)
	case done.What == overrides.Withdrawn:
		return withdrawn(c, *done.Ask), nil
	}
	return as.takenBack(c, tx, done), nil
}

// TakeBack cancels a change, if it is for that person to do so.
func (as *Answers) TakeBack(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	done, err := as.Overrides.Cancel(tx, c.Now, c.Person, strings.TrimSpace(c.Rest))
	if err != nil {
		return refusedOverride(err)
	}
	return as.takenBack(c, tx, done), nil
}

// takenBack says who is on call instead, and what stays as it was. Of a change that has begun only the rest can be taken
// back: who was on call until now was.
func (as *Answers) takenBack(c *chat.Call, tx store.Tx, done overrides.Change) blocks.Message {
	lines := []blocks.Line{blocks.Say("Undone.")}
	for _, o := range done.Overrides {
		from := o.Left(c.Now)
		lines = append(lines, blocks.Say(blocks.Strong(o.Schedule), ": ",
			blocks.Strong(heldBy(tx, as.Overrides, o.Schedule, from, o.To)), " instead of ",
			news.Subject(done.Before[o.ID], c.Person), ", ", inFull(from, o.To, as.Reader.Zone(c, o.Schedule)),
			news.BeforeThat(o)))
	}
	for _, o := range done.Past {
		lines = append(lines, blocks.Say(inFull(o.From, o.Ends(), as.Reader.Zone(c, o.Schedule)),
			" is past and stays as it was: ", news.WasOnCall(tx, as.Overrides, o, c.Person), "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}

func undoButton(change string) blocks.Button {
	return typed.Said("take-back", change).Button("Undo")
}
