package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/store"
)

var errPanic = errors.New("panic")

// An excuse is what people read when something fails that is not their fault.
type excuse struct {
	errs []error
	text string
}

// excuses is the table from errors to what people read.
func excuses() []excuse {
	return []excuse{
		{[]error{store.ErrFull}, "Nothing was changed: there is no space left for Oncalm's data. Tell whoever runs it; " +
			"pages that are on their way still go out."},
		{[]error{store.ErrClosed}, "Nothing was changed: Oncalm is stopping. Try again in a minute."},
		{
			[]error{store.ErrUnknownOutcome, context.DeadlineExceeded, context.Canceled},
			"I cannot tell whether that was done: the store did not answer in time. Check before you try again: ",
		},
	}
}

// Excuse says what went wrong and what to do. What is in no table is our fault, and gets a name by which it is found in the
// log.
func (r *Router) Excuse(c *Call, err error) blocks.Message {
	r.o.Log.Error("a request failed", "word", c.Word, "person", c.Person, "err", err)
	for _, x := range excuses() {
		for _, known := range x.errs {
			if !errors.Is(err, known) {
				continue
			}
			if strings.HasSuffix(x.text, ": ") {
				return blocks.Sentence(x.text, blocks.Code(r.o.Look))
			}
			return blocks.Sentence(x.text)
		}
	}
	reference := rand.Text()[:6]
	r.o.Log.Error("the reference that was given for this", "reference", reference, "err", err)
	return blocks.Sentence(fmt.Sprintf("That failed, and it is our fault. %s shows whether anything was changed. "+
		"Reference for whoever runs Oncalm: %s.",
		r.o.Look, reference))
}
