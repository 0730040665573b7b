package bot

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/store"
)

// acceptAction is the action of the button that accepts a shift. Its value is the schedule, and when the shift begins.
const acceptAction = "accept-shift"

// offerMessage asks a person to accept a shift, or tells the other one that it waits.
func offerMessage(o handoffs.Offer) message {
	if o.Side == handoffs.Outgoing {
		m := message{title: "Your shift for " + o.Schedule + " goes on", notice: "Your shift for " + o.Schedule + " goes on until " + o.Other + " accepts."}
		m.body = append(m.body, para(say("You stay on call until ", strong(o.Other), " has accepted, and no longer than until ", o.Until, ".")))
		return m
	}
	m := message{title: "Please take over " + o.Schedule, notice: "Please take over " + o.Schedule + " from " + o.Other + "."}
	m.body = append(m.body, para(
		say("Your shift began ", o.Border, ". ", strong(o.Other), " stays on call until you accept. At ", o.Until, " you are on call in any case."),
	))
	m.rows = [][]button{{{label: "Accept", action: acceptAction, value: o.Schedule + " " + o.Border.UTC().Format(time.RFC3339), main: true}}}
	return m
}

// accepting is the word of the button.
func (b *Bot) accepting(value string) word {
	schedule, at, _ := strings.Cut(value, " ")
	border, err := time.Parse(time.RFC3339, at)
	if err != nil || b.o.Accept == nil {
		return b.telling(sentence("I do not know that button any more; nothing was changed."))
	}
	return word{change: func(c *call, tx store.Tx) (message, error) {
		outcome, err := b.o.Accept(tx, c.now, schedule, border, c.person)
		if err != nil {
			return message{}, err
		}
		switch outcome {
		case handoffs.Accepted:
			c.private = true // the question is answered: the answer takes its place
			return sentence("You took over ", strong(schedule), " ", c.now, "."), nil
		case handoffs.Already:
			return sentence("You have accepted already: you are on call for ", strong(schedule), "."), nil
		case handoffs.NotYours:
			return sentence("This shift of ", strong(schedule), " is not for you to accept; nothing was changed."), nil
		}
		return sentence("This shift of ", strong(schedule), " waits for nobody any more; nothing was changed. ", code(b.o.Roots.OnCall+" "+schedule),
			" tells who is on call."), nil
	}}
}
