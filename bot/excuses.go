package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

var errPanic = errors.New("panic")

// refusal says why an incident's state does not allow what was asked. Nothing was changed.
func refusal(c *call, e *incidents.Refused) message {
	i := &e.Incident
	id := strong(i.ID)
	switch {
	case errors.Is(e.Reason, incidents.ErrResolved):
		return sentence(id, " was resolved ", text.Ago(c.now.Sub(i.Resolved)), " by ", name(i.ResolvedBy), "; nothing changed.")
	case errors.Is(e.Reason, incidents.ErrAcknowledged) && i.AcknowledgedBy == incidents.Person(c.person):
		return sentence("You acknowledged ", id, " ", text.Ago(c.now.Sub(i.Acknowledged)), " already; nothing changed. When it is over: ", code(c.root+" resolve "+i.ID))
	case errors.Is(e.Reason, incidents.ErrAcknowledged):
		return sentence(id, " was acknowledged ", text.Ago(c.now.Sub(i.Acknowledged)), " by ", name(i.AcknowledgedBy), "; nothing changed.")
	}
	return sentence("Incident ", id, ": ", e.Reason.Error(), "; nothing changed.")
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
func (b *Bot) excuse(c *call, err error) message {
	b.log.Error("a request failed", "word", c.word, "person", c.person, "err", err)
	for _, x := range excuses() {
		for _, known := range x.errs {
			if !errors.Is(err, known) {
				continue
			}
			if strings.HasSuffix(x.text, ": ") {
				return sentence(x.text, code(b.o.Roots.Incident+" list"))
			}
			return sentence(x.text)
		}
	}
	reference := rand.Text()[:6]
	b.log.Error("the reference that was given for this", "reference", reference, "err", err)
	return sentence(fmt.Sprintf("That failed, and it is our fault. Whether anything was changed, %s tells. Reference for whoever runs Oncalm: %s.",
		b.o.Roots.Incident+" list", reference))
}
