package change

import (
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// OfferMessage asks a person to accept a shift, or tells the other one that it waits. Who goes needs no button: for that
// side nothing is to be done.
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
	// the begin of the shift is part of it, so that an old button does not accept the next shift
	accept := typed.Said("take-over", o.Schedule+" "+o.Border.UTC().Format(time.RFC3339))
	m.Rows = [][]blocks.Button{{accept.Button("Accept").AsMain()}}
	return m
}

// AcceptShift takes over a shift; its button carries the schedule, and when the shift begins. Who stays on call until then
// is in the override with which they do; it is ended here (docs/decisions/0027).
func (as *Answers) AcceptShift(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	schedule, border, ok := parseShift(c.Rest)
	if !ok {
		return chat.NoButton(c.Root), nil
	}
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
}

// parseShift reads what the button of a shift carries.
func parseShift(value string) (schedule string, border time.Time, ok bool) {
	schedule, at, _ := strings.Cut(value, " ")
	border, err := time.Parse(time.RFC3339, at)
	return schedule, border, err == nil
}
