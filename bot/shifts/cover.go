package shifts

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/store"
)

// cover is /oncall cover me: the others of a schedule are asked to stand in.
func (room *Room) cover(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) > 0 && strings.EqualFold(c.Args[0].Text, "me") {
		c.Args = c.Args[1:]
	}
	if len(c.Args) == 0 {
		return blocks.Sentence("When shall somebody cover for you? ", blocks.Code(c.Root+" cover me fri 18:00..sat 09:00"), "."), nil
	}
	r, s, m, ok := room.requestedSpan(c, false)
	if !ok {
		return m, nil
	}
	if held := room.o.Overrides.During(tx, r.schedule, s.From, s.To); !slices.Contains(held, c.Person) {
		return room.notYours(c, tx, r.schedule, s.From, s.To), nil
	}
	return room.ask(c, tx, overrides.Plan{How: overrides.HowCover, By: c.Person, Change: changeID(c.ID), Schedule: r.schedule, Span: overrides.SpanOf(s.From, s.To)}, s)
}

// openAsk asks those who have to agree to a plan.
func (room *Room) openAsk(c *chat.Call, tx store.Tx, p overrides.Plan) (blocks.Message, error) {
	done, err := room.o.Overrides.Ask(tx, c.Now, c.Person, p)
	if err != nil {
		return room.notAsked(c, tx, p, err)
	}
	m := blocks.Sentence("I ask ", text.List(done.Ask.Asked, "and"), ". The first to accept takes it, and I tell you who. Until then you are on call as planned.")
	if p.How == overrides.HowSwap {
		m = blocks.Sentence("I ask ", blocks.Strong(p.Person), ". Nothing changes until they accept, and I tell you.")
	}
	m.Rows = [][]blocks.Button{{{Label: "Take it back", Action: "oncall-withdraw", Value: p.Change}}}
	return m, nil
}

// notAsked says why nobody was asked.
func (room *Room) notAsked(c *chat.Call, tx store.Tx, p overrides.Plan, err error) (blocks.Message, error) {
	switch {
	case errors.Is(err, overrides.ErrAsked) && p.How == overrides.HowSwap:
		return blocks.Sentence(blocks.Strong(p.Person), " is asked already."), nil
	case errors.Is(err, overrides.ErrAsked):
		return blocks.Sentence("They are asked already."), nil
	case errors.Is(err, overrides.ErrNobody):
		return blocks.Sentence("There is nobody else in ", blocks.Strong(p.Schedule), " whom I could ask."), nil
	case errors.Is(err, overrides.ErrUnreachable):
		return blocks.Sentence(blocks.Strong(p.Person), " has no Slack id in Oncalm's people list, so I cannot ask them."), nil
	case errors.Is(err, overrides.ErrShifted):
		return blocks.Sentence("The shifts have changed since; nothing was asked. Say it again: ", blocks.Code(c.Root+" swap @"+p.Person), "."), nil
	case errors.Is(err, overrides.ErrNotOnCall):
		return room.notYours(c, tx, p.Schedule, p.Span.Begin(), p.Span.End()), nil
	}
	return refusedOverride(err)
}

// notYours says to somebody who asks for a cover that they are not on call then.
func (room *Room) notYours(c *chat.Call, tx store.Tx, schedule string, from, to time.Time) blocks.Message {
	return blocks.Sentence("You are not on call for ", blocks.Strong(schedule), " then, so there is nothing to cover: ", inFull(from, to, room.zoneFor(c, schedule)),
		" is held by ", room.heldBy(tx, schedule, from, to), ".")
}

// answerAsk is a button below a question.
func (room *Room) answerAsk(c *chat.Call, tx store.Tx, id string, accept bool) (blocks.Message, error) {
	done, err := room.o.Overrides.Answer(tx, c.Now, c.Person, id, accept)
	if err != nil {
		a, _ := overrides.Asked(tx, id)
		return refusedAnswer(a, err)
	}
	switch done.What {
	case overrides.Voided:
		return blocks.Sentence("The shifts have changed since ", blocks.Strong(done.Ask.By), " asked; nothing was exchanged."), nil
	case overrides.Expired:
		return blocks.Sentence("It is too late: the time is over."), nil
	case overrides.Declined:
		return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(blocks.Say("You declined."))}}, nil
	}
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(blocks.Say("You accepted ", whatFor(*done.Ask, c.Person), "."))}}, nil
}

// refusedAnswer is what somebody reads whose answer does not count.
func refusedAnswer(a overrides.Ask, err error) (blocks.Message, error) {
	switch {
	case errors.Is(err, overrides.ErrNoQuestion):
		return blocks.Sentence("That question is from long ago; nothing was changed."), nil
	case errors.Is(err, overrides.ErrNotAsked):
		return blocks.Sentence("You were not asked; nothing was changed."), nil
	case errors.Is(err, overrides.ErrAccepted):
		return blocks.Sentence("You have accepted already."), nil
	case errors.Is(err, overrides.ErrTaken):
		return blocks.Sentence(blocks.Strong(a.Taken), " was faster and has it; nothing was changed."), nil
	case errors.Is(err, overrides.ErrWithdrawn):
		return blocks.Sentence(blocks.Strong(a.By), " has taken it back; nothing was changed."), nil
	case errors.Is(err, overrides.ErrTooLate):
		return blocks.Sentence("It is too late for that; nothing was changed."), nil
	}
	return refusedOverride(err)
}

// declinedMessage tells whoever asked that nobody will.
func declinedMessage(a overrides.Ask) blocks.Message {
	l := blocks.Say("⚠️ ", text.List(a.Declined, "and"), " declined ")
	l = append(l, whatFor(a, a.By)...)
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(l, blocks.Say(". You are still on call as planned.")...))}}
}

// voidMessage tells whoever asked for a swap that it did not come about.
func voidMessage(a overrides.Ask) blocks.Message {
	return blocks.Sentence("The swap with ", blocks.Strong(a.Person), " for ", blocks.Strong(a.Schedule), " did not come about: the shifts have changed since you asked.")
}

// withdraw is the button below what somebody asked: the question is taken back, if nobody has accepted.
func (room *Room) withdraw(c *chat.Call, tx store.Tx, id string) (blocks.Message, error) {
	done, err := room.o.Overrides.Withdraw(tx, c.Now, c.Person, id)
	switch {
	case errors.Is(err, overrides.ErrNoQuestion), errors.Is(err, overrides.ErrNotYours):
		return room.unknownButton(c), nil
	case errors.Is(err, overrides.ErrTaken):
		a, _ := overrides.Asked(tx, id)
		return blocks.Sentence(blocks.Strong(a.Taken), " has accepted already. ", blocks.Code(c.Root+" undo"), " takes that back."), nil
	case err != nil:
		return refusedOverride(err)
	}
	return withdrawn(c, *done.Ask), nil
}

func withdrawn(c *chat.Call, a overrides.Ask) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(append(blocks.Say("You took back "), whatFor(a, c.Person)...), blocks.Say(". Nothing was changed.")...))}}
}
