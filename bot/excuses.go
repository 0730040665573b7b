package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

var errPanic = errors.New("panic")

// refusal says why an incident's state does not allow what was asked. Nothing was changed.
func refusal(c *call, e *incidents.Refused) blocks.Message {
	i := &e.Incident
	id := blocks.Strong(i.ID)
	switch {
	case errors.Is(e.Reason, incidents.ErrResolved):
		return blocks.Sentence(id, " was resolved ", text.Ago(c.now.Sub(i.Resolved)), " by ", name(i.ResolvedBy), "; nothing changed.")
	case errors.Is(e.Reason, incidents.ErrAcknowledged) && i.AcknowledgedBy == incidents.Person(c.person):
		return blocks.Sentence("You acknowledged ", id, " ", text.Ago(c.now.Sub(i.Acknowledged)), " already; nothing changed. When it is over: ", blocks.Code(c.root+" resolve "+i.ID))
	case errors.Is(e.Reason, incidents.ErrAcknowledged):
		return blocks.Sentence(id, " was acknowledged ", text.Ago(c.now.Sub(i.Acknowledged)), " by ", name(i.AcknowledgedBy), "; nothing changed.")
	}
	return blocks.Sentence("Incident ", id, ": ", e.Reason.Error(), "; nothing changed.")
}

// An excuse is what people read when something fails that is not their fault.
type excuse struct {
	errs []error
	text string
}

// excuses is the table from errors to what people read.
func excuses() []excuse {
	return []excuse{
		{[]error{store.ErrFull}, "Nothing was changed: there is no space left where Oncalm keeps its data. Tell whoever runs it; pages that are on their way still go out."},
		{[]error{store.ErrClosed}, "Nothing was changed: Oncalm is stopping. Try again in a minute."},
		{
			[]error{store.ErrUnknownOutcome, context.DeadlineExceeded, context.Canceled},
			"I cannot tell whether that was done: the store did not answer in time. Look before you try again: ",
		},
	}
}

// excuse says what went wrong and what to do. What is in no table is our fault, and gets a name by which it is found in the
// log.
func (b *Bot) excuse(c *call, err error) blocks.Message {
	b.log.Error("a request failed", "word", c.word, "person", c.person, "err", err)
	for _, x := range excuses() {
		for _, known := range x.errs {
			if !errors.Is(err, known) {
				continue
			}
			if strings.HasSuffix(x.text, ": ") {
				return blocks.Sentence(x.text, blocks.Code(b.o.Roots.Incident+" list"))
			}
			return blocks.Sentence(x.text)
		}
	}
	reference := rand.Text()[:6]
	b.log.Error("the reference that was given for this", "reference", reference, "err", err)
	return blocks.Sentence(fmt.Sprintf("That failed, and it is our fault. Whether anything was changed, %s tells. Reference for whoever runs Oncalm: %s.",
		b.o.Roots.Incident+" list", reference))
}
