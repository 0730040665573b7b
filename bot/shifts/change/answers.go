package change

import (
	"errors"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// Answers are what people say to what stands already: a question, a change, a shift that waits for them. The fields are set before it is
// used and not changed afterwards.
type Answers struct {
	Reader    *typed.Reader
	Overrides *overrides.Book
}

// Accept is the button below a question whose answer is yes.
func (as *Answers) Accept(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	return as.answer(c, tx, true)
}

// Decline is the other one.
func (as *Answers) Decline(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	return as.answer(c, tx, false)
}

// answer gives the reply to whoever pressed. Everybody else, and the question itself, learns of it by package news.
func (as *Answers) answer(c *chat.Call, tx store.Tx, accept bool) (blocks.Message, error) {
	id := c.Rest
	done, err := as.Overrides.Answer(tx, c.Now, c.Person, id, accept)
	if err != nil {
		// for the names in the reply; of a question that is gone none are needed
		a, _ := overrides.Asked(tx, id)
		return refusedAnswer(a, err)
	}
	switch done.What {
	case overrides.Voided:
		return blocks.Sentence("The shifts have changed since ", blocks.Strong(done.Ask.By),
			" asked; nothing was swapped."), nil
	case overrides.Expired:
		return blocks.Sentence("It is too late: that time is over."), nil
	case overrides.Declined:
		return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(blocks.Say("You declined."))}}, nil
	}
	l := blocks.Say("You accepted ", news.WhatFor(*done.Ask, c.Person), ".")
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(l)}}, nil
}

// refusedAnswer is what somebody reads whose answer does not count.
func refusedAnswer(a overrides.Ask, err error) (blocks.Message, error) {
	switch {
	case errors.Is(err, overrides.ErrNoQuestion):
		return blocks.Sentence("There is no such question any more; nothing was changed."), nil
	case errors.Is(err, overrides.ErrNotAsked):
		return blocks.Sentence("You were not asked; nothing was changed."), nil
	case errors.Is(err, overrides.ErrAccepted):
		return blocks.Sentence("You have already accepted."), nil
	case errors.Is(err, overrides.ErrTaken):
		return blocks.Sentence(blocks.Strong(a.Taken), " accepted first; nothing was changed."), nil
	case errors.Is(err, overrides.ErrWithdrawn):
		return blocks.Sentence(blocks.Strong(a.By), " has withdrawn it; nothing was changed."), nil
	case errors.Is(err, overrides.ErrTooLate):
		return blocks.Sentence("It is too late for that; nothing was changed."), nil
	}
	return refusedOverride(err)
}

// Withdraw is the button below what somebody asked: the question is taken back, if nobody has accepted. After an acceptance
// there is an override, which is undone and not withdrawn.
func (as *Answers) Withdraw(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	id := c.Rest
	done, err := as.Overrides.Withdraw(tx, c.Now, c.Person, id)
	switch {
	case errors.Is(err, overrides.ErrNoQuestion), errors.Is(err, overrides.ErrNotYours):
		return chat.NoButton(c.Root), nil
	case errors.Is(err, overrides.ErrTaken):
		a, _ := overrides.Asked(tx, id)
		return blocks.Sentence(blocks.Strong(a.Taken), " has accepted already. ", blocks.Code(c.Root+" undo"),
			" takes that back."), nil
	case err != nil:
		return refusedOverride(err)
	}
	return withdrawn(c, *done.Ask), nil
}

func withdrawn(c *chat.Call, a overrides.Ask) blocks.Message {
	l := append(blocks.Say("You took back "), news.WhatFor(a, c.Person)...)
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(l, blocks.Say(". Nothing was changed.")...))}}
}
