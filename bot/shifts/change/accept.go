package change

import (
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// AcceptAction is the action of the button that accepts a shift. Its value is the schedule, and when the shift begins.
const AcceptAction = "accept-shift"

// OfferMessage asks a person to accept a shift, or tells the other one that it waits.
func OfferMessage(o handoffs.Offer) blocks.Message {
	if o.Side == handoffs.Outgoing {
		m := blocks.Message{
			Title:  "Your shift for " + o.Schedule + " goes on",
			Notice: "Your shift for " + o.Schedule + " goes on until " + o.Other + " accepts.",
		}
		m.Body = append(m.Body, blocks.Para(blocks.Say("You stay on call until ", blocks.Strong(o.Other),
			" has accepted, and no longer than until ", o.Until, ".")))
		return m
	}
	m := blocks.Message{
		Title: "Please take over " + o.Schedule, Notice: "Please take over " + o.Schedule + " from " + o.Other + ".",
	}
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Your shift began ", o.Border, ". ", blocks.Strong(o.Other), " stays on call until you accept. At ",
			o.Until, " you are on call in any case."),
	))
	m.Rows = [][]blocks.Button{{{
		Label: "Accept", Action: AcceptAction, Value: o.Schedule + " " + o.Border.UTC().Format(time.RFC3339), Main: true,
	}}}
	return m
}

// AcceptShift is the word of the button.
func (as *Answers) AcceptShift(value string) chat.Word {
	schedule, at, _ := strings.Cut(value, " ")
	border, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return chat.Telling(blocks.Sentence("I do not know that button any more; nothing was changed."))
	}
	return chat.Word{Change: func(c *chat.Call, tx store.Tx) (blocks.Message, error) {
		_, err := as.Overrides.Accept(tx, c.Now, c.Person, schedule, border)
		switch {
		case err == nil:
			c.Private = true // the question is answered: the answer takes its place
			return blocks.Sentence("You took over ", blocks.Strong(schedule), " ", c.Now, "."), nil
		case errors.Is(err, overrides.ErrAccepted):
			return blocks.Sentence("You have already accepted: you are on call for ", blocks.Strong(schedule), "."), nil
		case errors.Is(err, overrides.ErrNotYours):
			return blocks.Sentence("This shift of ", blocks.Strong(schedule),
				" is not yours to accept; nothing was changed."), nil
		case errors.Is(err, overrides.ErrTooLate):
			return blocks.Sentence("This shift of ", blocks.Strong(schedule),
				" no longer needs to be accepted; nothing was changed. ",
				blocks.Code(c.Root+" "+schedule), " shows who is on call."), nil
		}
		return blocks.Message{}, err
	}}
}
