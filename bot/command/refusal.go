package command

import (
	"errors"

	"github.com/oncalm/oncalm/bot/view"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
)

// Refusal says why an incident's state does not allow what was asked: who was first, and when. Nothing was changed. It
// names people and times, so that whoever was too late need not ask.
func Refusal(c *chat.Call, e *incidents.Refused) blocks.Message {
	i := &e.Incident
	id := blocks.Strong(i.ID)
	switch {
	case errors.Is(e.Reason, incidents.ErrResolved) && merged(i):
		return blocks.Sentence(id, " was merged ", text.Ago(c.Now.Sub(i.Resolved)), " by ", view.NameOf(i.ResolvedBy),
			", and goes on as ", blocks.Strong(i.MergedInto), "; nothing changed.")
	case errors.Is(e.Reason, incidents.ErrResolved):
		return blocks.Sentence(id, " was resolved ", text.Ago(c.Now.Sub(i.Resolved)), " by ", view.NameOf(i.ResolvedBy),
			"; nothing changed.")
	case errors.Is(e.Reason, incidents.ErrAcknowledged) && i.AcknowledgedBy == incidents.Person(c.Person):
		return blocks.Sentence("You acknowledged ", id, " already, ", text.Ago(c.Now.Sub(i.Acknowledged)),
			"; nothing changed. When it is over: ", blocks.Code(c.Root+" resolve "+i.ID))
	case errors.Is(e.Reason, incidents.ErrAcknowledged):
		return blocks.Sentence(id, " was acknowledged ", text.Ago(c.Now.Sub(i.Acknowledged)), " by ",
			view.NameOf(i.AcknowledgedBy), "; nothing changed.")
	}
	if errors.Is(e.Reason, incidents.ErrQuiet) {
		return blocks.Sentence("Nobody is paged for ", id, ", so there is nothing to snooze; nothing changed.")
	}
	if errors.Is(e.Reason, incidents.ErrAlreadyOpen) {
		return blocks.Sentence(id, " is open; nothing changed.")
	}
	return blocks.Sentence("Incident ", id, ": ", e.Reason.Error(), "; nothing changed.")
}
